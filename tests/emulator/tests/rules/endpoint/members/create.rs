//! `POST /v1/b2b/organizations/{organization_id}/members`

use serde_json::{Value, json};
use totps_emulator::Factor;

use super::members;
use crate::client::{
    Run as _, accept, assert_error, assert_prefix, call_with, post, refuse, start,
};
use crate::scenes::{CREATE, fixed};

#[test]
fn a_new_member_is_active_and_may_enrol() {
    let emulator = fixed().run();
    let body = json!({ "email_address": "jane@example.com" });
    let response = accept(&emulator, &members(&emulator), &body);
    assert_prefix(&response["member_id"], "member-test-");
    let member = &response["member"];
    assert_eq!(member["member_id"], response["member_id"]);
    assert_eq!(member["status"], "active");
    assert_eq!(member["email_address"], "jane@example.com");
    assert_eq!(member["email_address_verified"], false);
    assert_eq!(member["member_password_id"], "");
    assert_eq!(member["roles"][0]["role_id"], "stytch_member");
    assert_eq!(
        response["organization"]["organization_id"],
        emulator.organization_id()
    );
    let ids = json!({
        "organization_id": emulator.organization_id(),
        "member_id": response["member_id"],
    });
    accept(&emulator, CREATE, &ids);
}

#[test]
fn every_attribute_is_kept() {
    let emulator = start();
    let given = json!({
        "email_address": "jane@example.com",
        "name": "Jane",
        "trusted_metadata": { "team": "red" },
        "untrusted_metadata": { "theme": "dark" },
        "is_breakglass": true,
        "mfa_phone_number": "+12025550162",
        "mfa_enrolled": true,
        "external_id": "jane|1",
    });
    let mut body = given.clone();
    body["roles"] = json!(["stytch_admin"]);
    body["create_member_as_pending"] = json!(true);
    let member = accept(&emulator, &members(&emulator), &body)["member"].clone();
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&member[name], value, "{name}");
    }
    assert_eq!(member["status"], "pending");
    assert_eq!(member["is_admin"], true);
    assert_eq!(member["mfa_phone_number_verified"], false);
}

#[test]
fn invalid_values_are_refused() {
    let emulator = fixed()
        .member(|member| {
            member.email_address = Some("taken@example.com".to_owned());
            member.external_id = Some("taken".to_owned());
        })
        .run();
    for (given, kind) in [
        (json!({ "email_address": null }), "bad_request"),
        (json!({ "email_address": "jane" }), "invalid_email"),
        (json!({ "email_address": "@example.com" }), "invalid_email"),
        (
            json!({ "email_address": "a b@example.com" }),
            "invalid_email",
        ),
        (
            json!({ "email_address": "TAKEN@example.com" }),
            "duplicate_member_email",
        ),
        (
            json!({ "external_id": "taken" }),
            "duplicate_member_external_id",
        ),
        (json!({ "external_id": "a b" }), "bad_request"),
        (json!({ "mfa_phone_number": "12025550162" }), "bad_request"),
        (
            json!({ "roles": ["stytch_member"] }),
            "cannot_assign_default_rbac_role_id",
        ),
        (json!({ "roles": ["editor"] }), "invalid_role"),
        (json!({ "roles": "stytch_admin" }), "invalid_argument"),
        (json!({ "mfa_enrolled": "yes" }), "invalid_argument"),
    ] {
        let mut body = json!({ "email_address": "jane@example.com" });
        body.as_object_mut()
            .unwrap()
            .extend(given.as_object().unwrap().clone());
        refuse(&emulator, &members(&emulator), &body, 400, kind);
    }
    let nowhere = "/v1/b2b/organizations/nowhere/members";
    refuse(
        &emulator,
        nowhere,
        &json!({}),
        404,
        "organization_not_found",
    );
}

#[test]
fn settings_choose_the_status_and_the_roles() {
    let emulator = fixed().run();
    emulator.set(|settings| {
        settings.member.create_status = Some(201);
        settings.rbac.roles = vec!["editor".to_owned()];
    });
    let body = json!({ "email_address": "jane@example.com", "roles": ["editor"] });
    let (status, response) = post(&emulator, &members(&emulator), &body);
    assert_eq!((status, &response["status_code"]), (201, &json!(201)));
    assert_eq!(response["member"]["roles"][1]["role_id"], "editor");
    let admin = json!({ "email_address": "joe@example.com", "roles": ["stytch_admin"] });
    refuse(&emulator, &members(&emulator), &admin, 400, "invalid_role");
}

#[test]
fn a_member_may_not_create_another() {
    let emulator = fixed().run();
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let headers = [("X-Stytch-Member-SessionJWT", session.session_jwt.as_str())];
    let body: Value = json!({ "email_address": "jane@example.com" });
    let path = members(&emulator);
    let (status, response) = call_with(&emulator, "POST", &path, body.to_string(), &headers);
    assert_error(status, &response, 403, "session_authorization_error");
}

#[test]
fn a_setting_verifies_the_address() {
    let emulator = fixed().run();
    emulator.set(|settings| settings.member.create_verifies_email = true);
    let body = json!({ "email_address": "jane@example.com" });
    let response = accept(&emulator, &members(&emulator), &body);
    assert_eq!(response["member"]["email_address_verified"], true);
}

#[test]
fn a_claimed_domain_is_refused_in_other_organizations() {
    let emulator = fixed().run();
    let claiming = json!({
        "organization_name": "Acme", "organization_slug": "acme",
        "claimed_email_domains": ["acme.example"],
    });
    accept(&emulator, "/v1/b2b/organizations", &claiming);
    let body = json!({ "email_address": "jane@ACME.example" });
    let kind = "action_not_allowed_email_domain_is_claimed";
    refuse(&emulator, &members(&emulator), &body, 400, kind);
    accept(&emulator, "/v1/b2b/organizations/acme/members", &body);
}

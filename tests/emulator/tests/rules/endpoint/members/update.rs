//! `PUT /v1/b2b/organizations/{organization_id}/members/{member_id}`

use serde_json::{Value, json};
use totps_emulator::Factor;

use super::member;
use crate::client::{Client, Run as _, assert_error, call, call_with, get};
use crate::scenes::{SECRET, fixed};

fn put(emulator: &Client, body: &Value) -> (u16, Value) {
    call(emulator, "PUT", &member(emulator), body.to_string())
}

#[track_caller]
fn change(emulator: &Client, body: &Value) -> Value {
    let (status, response) = put(emulator, body);
    assert_eq!(status, 200, "{response}");
    response["member"].clone()
}

#[test]
fn only_the_given_fields_change() {
    let emulator = fixed()
        .member(|member| member.totp_secret = Some(SECRET.to_owned()))
        .run();
    let path = format!(
        "/v1/b2b/organizations/{}/member?member_id={}",
        emulator.organization_id(),
        emulator.member_id()
    );
    let mut expected = get(&emulator, &path)["member"].clone();
    emulator.advance(std::time::Duration::from_secs(60));
    let given = json!({
        "name": "Jane",
        "mfa_enrolled": true,
        "default_mfa_method": "totp",
        "external_id": "jane",
        "untrusted_metadata": { "theme": "dark" },
        "roles": null,
        "trusted_metadata": null,
        "organization_id": emulator.organization_id(),
        "member_id": emulator.member_id(),
    });
    let changed = change(&emulator, &given);
    for name in [
        "name",
        "mfa_enrolled",
        "default_mfa_method",
        "external_id",
        "untrusted_metadata",
    ] {
        expected[name] = given[name].clone();
    }
    expected["updated_at"] = json!("2023-11-14T22:14:20Z");
    assert_eq!(changed, expected);
    // The new external id finds the Member.
    let path = format!(
        "/v1/b2b/organizations/{}/member?member_id=jane",
        emulator.organization_id()
    );
    assert_eq!(get(&emulator, &path)["member_id"], emulator.member_id());
}

#[test]
fn a_default_method_must_be_registered() {
    let emulator = fixed().run();
    for (method, kind) in [
        ("totp", "default_mfa_member_missing_factor"),
        ("sms_otp", "default_mfa_member_missing_factor"),
        ("bogus", "invalid_mfa_default_method"),
    ] {
        let (status, response) = put(&emulator, &json!({ "default_mfa_method": method }));
        assert_error(status, &response, 400, kind);
    }
    emulator.set(|settings| settings.member.default_mfa_needs_factor = false);
    let changed = change(&emulator, &json!({ "default_mfa_method": "totp" }));
    assert_eq!(changed["default_mfa_method"], "totp");
}

#[test]
fn a_setting_decides_on_enrolment_without_a_factor() {
    let emulator = fixed().run();
    let enrol = json!({ "mfa_enrolled": true });
    emulator.set(|settings| settings.member.enrolment_needs_factor = true);
    let (status, response) = put(&emulator, &enrol);
    assert_error(status, &response, 400, "secondary_factor_not_found");
    emulator.set(|settings| settings.member.enrolment_needs_factor = false);
    assert_eq!(change(&emulator, &enrol)["mfa_enrolled"], true);
}

#[test]
fn a_new_address_removes_the_password() {
    for (settings_on, unlink, retired) in [(true, false, 1), (true, true, 0), (false, false, 0)] {
        let emulator = fixed()
            .member(|member| {
                member.email_address = Some("jane@example.com".to_owned());
                member.password = Some("secret".to_owned());
            })
            .settings(|settings| {
                settings.member.email_change_retires = settings_on;
                settings.member.email_change_unverifies = settings_on;
            })
            .run();
        let given = json!({ "email_address": "Jane@new.example", "unlink_email": unlink });
        let changed = change(&emulator, &given);
        assert_eq!(changed["member_password_id"], "");
        assert_eq!(changed["email_address_verified"], !settings_on);
        let list = changed["retired_email_addresses"].as_array().unwrap();
        assert_eq!(list.len(), retired);
        let path = format!(
            "/v1/b2b/organizations/{}/member",
            emulator.organization_id()
        );
        let found = |address: &str| {
            call(
                &emulator,
                "GET",
                &format!("{path}?email_address={address}"),
                String::new(),
            )
            .0
        };
        assert_eq!(
            [found("jane@new.example"), found("jane@example.com")],
            [200, 404]
        );
    }
}

#[test]
fn a_phone_number_is_set_once_and_unverified() {
    let emulator = fixed().run();
    let changed = change(&emulator, &json!({ "mfa_phone_number": "+12025550162" }));
    assert_eq!(changed["mfa_phone_number_verified"], false);
    let (status, response) = put(&emulator, &json!({ "mfa_phone_number": "+12025550163" }));
    assert_error(status, &response, 400, "bad_request");
}

#[test]
fn an_empty_attribute_is_checked_like_any_other_value() {
    let emulator = fixed().member(|new| new.name = "Jane".to_owned()).run();
    for (name, kind) in [
        ("email_address", "invalid_email"),
        ("external_id", "bad_request"),
        ("mfa_phone_number", "bad_request"),
    ] {
        let (status, response) = put(&emulator, &json!({ name: "" }));
        assert_error(status, &response, 400, kind);
    }
    assert_eq!(change(&emulator, &json!({ "name": "" }))["name"], "");
}

#[test]
fn null_does_not_reset_an_address_or_a_phone_number() {
    let emulator = fixed()
        .member(|new| {
            new.name = "Jane".to_owned();
            new.external_id = Some("jane".to_owned());
            new.mfa_phone_number = Some("+12025550162".to_owned());
        })
        .settings(|settings| settings.update.null_resets = true)
        .run();
    let mut expected = change(&emulator, &json!({}));
    let nulls = ["email_address", "mfa_phone_number", "name", "external_id"];
    let nulls: Value = nulls
        .map(|name| (name.to_owned(), Value::Null))
        .into_iter()
        .collect();
    let changed = change(&emulator, &nulls);
    expected["name"] = json!("");
    expected["external_id"] = Value::Null;
    assert_eq!(changed, expected);
}

#[test]
fn names_of_other_members_and_unknown_roles_are_refused() {
    let emulator = fixed().run();
    emulator
        .create_member(emulator.organization_id(), |new| {
            new.external_id = Some("joe".to_owned());
            new.email_address = Some("joe@example.com".to_owned());
        })
        .unwrap();
    for (given, kind) in [
        (
            json!({ "external_id": "joe" }),
            "duplicate_member_external_id",
        ),
        (
            json!({ "email_address": "joe@example.com" }),
            "duplicate_member_email",
        ),
        (json!({ "roles": ["editor"] }), "invalid_role"),
    ] {
        let (status, response) = put(&emulator, &given);
        assert_error(status, &response, 400, kind);
    }
}

#[test]
fn a_member_may_change_some_of_their_own_attributes() {
    let emulator = fixed().run();
    let admin = emulator
        .create_member(emulator.organization_id(), |new| new.is_admin = true)
        .unwrap();
    for (given, own, by_admin) in [
        (json!({ "name": "Jane" }), 200, 200),
        (json!({ "mfa_enrolled": true }), 200, 200),
        (json!({ "untrusted_metadata": {} }), 200, 200),
        (json!({ "roles": [] }), 403, 200),
        (json!({ "is_breakglass": true }), 403, 200),
        (json!({ "email_address": "new@example.com" }), 403, 200),
        (json!({ "trusted_metadata": {} }), 403, 403),
    ] {
        for (actor, expected) in [(emulator.member_id(), own), (&admin.member_id, by_admin)] {
            let session = emulator
                .create_session(actor, &[Factor::MagicLink])
                .unwrap();
            let headers = [("X-Stytch-Member-Session", session.session_token.as_str())];
            let path = member(&emulator);
            let (status, response) =
                call_with(&emulator, "PUT", &path, given.to_string(), &headers);
            assert_eq!(status, expected, "{given} {response}");
        }
    }
}

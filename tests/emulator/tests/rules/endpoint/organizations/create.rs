//! `POST /v1/b2b/organizations`

use serde_json::{Value, json};

use super::ORGANIZATIONS;
use crate::client::{Run as _, accept, assert_prefix, get, post, refuse, start};
use crate::scenes::{fixed, with};

fn acme(more: Value) -> Value {
    with(
        json!({ "organization_name": "Acme", "organization_slug": "acme" }),
        more,
    )
}

#[test]
fn a_new_organization_has_no_members_and_all_keys() {
    let emulator = fixed().run();
    let response = accept(&emulator, ORGANIZATIONS, &acme(json!({})));
    let organization = &response["organization"];
    assert_prefix(&organization["organization_id"], "organization-test-");
    assert_eq!(organization["organization_name"], "Acme");
    assert_eq!(organization["organization_slug"], "acme");
    assert_eq!(organization["mfa_policy"], "OPTIONAL");
    assert_eq!(organization["email_invites"], "ALL_ALLOWED");
    assert_eq!(organization["organization_external_id"], Value::Null);
    assert_eq!(organization.as_object().unwrap().len(), 31);
    let id = organization["organization_id"].as_str().unwrap();
    let found = accept(
        &emulator,
        "/v1/b2b/organizations/members/search",
        &json!({ "organization_ids": [id] }),
    );
    assert_eq!(found["members"], json!([]));
}

#[test]
fn every_attribute_is_kept() {
    let emulator = start();
    let given = json!({
        "organization_logo_url": "https://example.com/logo.png",
        "trusted_metadata": { "plan": { "name": "gold" }, "none": null },
        "organization_external_id": "tenant|1",
        "mfa_policy": "REQUIRED_FOR_ALL",
        "mfa_methods": "RESTRICTED",
        "allowed_mfa_methods": ["totp"],
        "auth_methods": "RESTRICTED",
        "allowed_auth_methods": ["password", "sso"],
        "email_invites": "RESTRICTED",
        "email_jit_provisioning": "RESTRICTED",
        "email_allowed_domains": ["acme.example"],
        "sso_jit_provisioning": "NOT_ALLOWED",
        "oauth_tenant_jit_provisioning": "RESTRICTED",
        "allowed_oauth_tenants": { "slack": ["T1"] },
        "rbac_email_implicit_role_assignments": [{ "domain": "acme.example", "role_id": "x" }],
        "claimed_email_domains": ["acme.example"],
        "first_party_connected_apps_allowed_type": "NOT_ALLOWED",
        "allowed_first_party_connected_apps": ["a"],
        "third_party_connected_apps_allowed_type": "RESTRICTED",
        "allowed_third_party_connected_apps": ["b"],
    });
    accept(&emulator, ORGANIZATIONS, &acme(given.clone()));
    let shown = get(&emulator, "/v1/b2b/organizations/tenant|1");
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&shown["organization"][name], value, "{name}");
    }
}

#[test]
fn one_auth_setting_closes_invitations() {
    let emulator = start();
    for (slug, given, policy_closes, invites) in [
        ("a1", json!({}), true, "ALL_ALLOWED"),
        (
            "a2",
            json!({ "mfa_policy": "OPTIONAL" }),
            true,
            "NOT_ALLOWED",
        ),
        (
            "a3",
            json!({ "mfa_policy": "OPTIONAL" }),
            false,
            "ALL_ALLOWED",
        ),
        (
            "a4",
            json!({ "auth_methods": "ALL_ALLOWED" }),
            false,
            "NOT_ALLOWED",
        ),
        (
            "a5",
            json!({ "mfa_policy": "OPTIONAL", "email_invites": "RESTRICTED" }),
            true,
            "RESTRICTED",
        ),
    ] {
        emulator.set(|settings| settings.organization.mfa_policy_closes_invites = policy_closes);
        let body = with(acme(given), json!({ "organization_slug": slug }));
        let response = accept(&emulator, ORGANIZATIONS, &body);
        assert_eq!(response["organization"]["email_invites"], invites, "{slug}");
    }
}

#[test]
fn invalid_values_are_refused() {
    let emulator = fixed()
        .organization(|new| new.organization_slug = Some("taken".to_owned()))
        .run();
    for (given, kind) in [
        (
            json!({ "organization_name": null }),
            "organization_name_missing",
        ),
        (
            json!({ "organization_name": "x".repeat(129) }),
            "invalid_organization_name",
        ),
        (
            json!({ "organization_slug": "a" }),
            "invalid_organization_slug",
        ),
        (
            json!({ "organization_slug": "a b" }),
            "invalid_organization_slug",
        ),
        (
            json!({ "organization_slug": "--" }),
            "invalid_organization_slug",
        ),
        (
            json!({ "organization_slug": "taken" }),
            "organization_slug_already_used",
        ),
        (
            json!({ "organization_external_id": "a b" }),
            "invalid_organization_external_id",
        ),
        (
            json!({ "organization_external_id": "taken" }),
            "organization_external_id_already_used",
        ),
        (
            json!({ "mfa_policy": "NEVER" }),
            "invalid_organization_mfa_policy",
        ),
        (
            json!({ "mfa_methods": "NONE" }),
            "invalid_organization_mfa_factor_setting",
        ),
        (
            json!({ "allowed_mfa_methods": ["pigeon"] }),
            "invalid_organization_allowed_mfa_methods",
        ),
        (
            json!({ "mfa_methods": "RESTRICTED" }),
            "allowed_mfa_methods_required_for_restricted",
        ),
        (
            json!({ "auth_methods": "NONE" }),
            "invalid_organization_auth_method_settings",
        ),
        (
            json!({ "allowed_auth_methods": ["pigeon"] }),
            "invalid_organization_allowed_auth_methods",
        ),
        (
            json!({ "auth_methods": "RESTRICTED" }),
            "allowed_auth_methods_required_for_restricted",
        ),
        (
            json!({ "email_jit_provisioning": "ALL_ALLOWED" }),
            "invalid_organization_auth_factor_setting",
        ),
        (
            json!({ "email_invites": "NOT_ALLOWED", "sso_jit_provisioning": "NOT_ALLOWED" }),
            "invalid_organization_auth_method_settings",
        ),
        (
            json!({ "email_allowed_domains": ["gmail.com"] }),
            "invalid_email_domain",
        ),
        (json!({ "organization_name": 1 }), "invalid_argument"),
        (json!({ "trusted_metadata": [] }), "invalid_argument"),
        (json!({ "allowed_mfa_methods": "totp" }), "invalid_argument"),
    ] {
        refuse(&emulator, ORGANIZATIONS, &acme(given), 400, kind);
    }
    // None of the refused calls created anything.
    accept(&emulator, ORGANIZATIONS, &acme(json!({})));
}

#[test]
fn settings_choose_status_slug_and_common_domains() {
    let emulator = start();
    emulator.set(|settings| {
        settings.organization.create_status = Some(201);
        settings.organization.common_email_domains = vec!["acme.example".to_owned()];
    });
    let nameless = json!({ "organization_name": "Acme" });
    let (status, response) = post(&emulator, ORGANIZATIONS, &nameless);
    assert_eq!((status, &response["status_code"]), (201, &json!(201)));
    assert_prefix(
        &response["organization"]["organization_slug"],
        "example-org-",
    );
    let domain = acme(json!({ "email_allowed_domains": ["ACME.example"] }));
    refuse(
        &emulator,
        ORGANIZATIONS,
        &domain,
        400,
        "invalid_email_domain",
    );
    emulator.set(|settings| settings.organization.slug_required = true);
    refuse(
        &emulator,
        ORGANIZATIONS,
        &nameless,
        400,
        "invalid_organization_slug",
    );
}

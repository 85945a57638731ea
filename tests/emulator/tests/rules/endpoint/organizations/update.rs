//! `PUT /v1/b2b/organizations/{organization_id}`

use serde_json::{Value, json};
use totps_emulator::Factor;

use crate::client::{Client, Run as _, assert_error, call, call_with, get};
use crate::scenes::fixed;

fn path(emulator: &Client) -> String {
    format!("/v1/b2b/organizations/{}", emulator.organization_id())
}

fn put(emulator: &Client, body: &Value) -> (u16, Value) {
    call(emulator, "PUT", &path(emulator), body.to_string())
}

#[test]
fn only_the_given_fields_change() {
    let emulator = fixed().run();
    let before = get(&emulator, &path(&emulator))["organization"].clone();
    emulator.advance(std::time::Duration::from_secs(60));
    let (status, response) = put(
        &emulator,
        &json!({
            "mfa_policy": "REQUIRED_FOR_ALL",
            "organization_slug": "acme",
            "sso_default_connection_id": "saml-1",
            "organization_name": null,
        }),
    );
    assert_eq!(status, 200, "{response}");
    let mut expected = before;
    expected["mfa_policy"] = json!("REQUIRED_FOR_ALL");
    expected["organization_slug"] = json!("acme");
    expected["sso_default_connection_id"] = json!("saml-1");
    expected["updated_at"] = json!("2023-11-14T22:14:20Z");
    assert_eq!(response["organization"], expected);
    // The new slug finds the Organization, and an Update with the same slug is no conflict.
    get(&emulator, "/v1/b2b/organizations/acme");
    assert_eq!(
        put(&emulator, &json!({ "organization_slug": "acme" })).0,
        200
    );
}

#[test]
fn the_rules_of_create_apply() {
    let emulator = fixed().run();
    let other = emulator.create_organization(|_| {}).unwrap();
    for (given, kind) in [
        (
            json!({ "organization_slug": other.organization_slug }),
            "organization_slug_already_used",
        ),
        (
            json!({ "mfa_methods": "RESTRICTED" }),
            "allowed_mfa_methods_required_for_restricted",
        ),
        (
            json!({ "mfa_policy": "NEVER" }),
            "invalid_organization_mfa_policy",
        ),
    ] {
        let (status, response) = put(&emulator, &given);
        assert_error(status, &response, 400, kind);
    }
}

#[test]
fn metadata_are_merged_or_replaced() {
    for (merged, expected) in [
        (true, json!({ "b": 2, "c": 3 })),
        (false, json!({ "c": 3, "a": null })),
    ] {
        let emulator = fixed()
            .organization(|new| {
                new.trusted_metadata.insert("a".to_owned(), json!(1));
                new.trusted_metadata.insert("b".to_owned(), json!(2));
            })
            .settings(|settings| settings.update.metadata_is_merged = merged)
            .run();
        let given = json!({ "trusted_metadata": { "c": 3, "a": null } });
        let (_, response) = put(&emulator, &given);
        assert_eq!(response["organization"]["trusted_metadata"], expected);
    }
}

#[test]
fn a_setting_lets_null_reset() {
    let emulator = fixed().run();
    put(&emulator, &json!({ "mfa_policy": "REQUIRED_FOR_ALL" }));
    let null = json!({ "mfa_policy": null });
    let policy = |response: (u16, Value)| response.1["organization"]["mfa_policy"].clone();
    assert_eq!(policy(put(&emulator, &null)), "REQUIRED_FOR_ALL");
    emulator.set(|settings| settings.update.null_resets = true);
    assert_eq!(policy(put(&emulator, &null)), "OPTIONAL");
}

#[test]
fn null_resets_metadata_even_if_objects_are_merged() {
    for merged in [true, false] {
        let emulator = fixed()
            .organization(|new| drop(new.trusted_metadata.insert("a".to_owned(), json!(1))))
            .settings(|settings| {
                settings.update.null_resets = true;
                settings.update.metadata_is_merged = merged;
            })
            .run();
        let (_, response) = put(&emulator, &json!({ "trusted_metadata": null }));
        let metadata = &response["organization"]["trusted_metadata"];
        assert_eq!(metadata, &json!({}), "merged: {merged}");
    }
}

#[test]
fn null_does_not_reset_a_name_or_a_slug() {
    let emulator = fixed().run();
    emulator.set(|settings| settings.update.null_resets = true);
    let before = get(&emulator, &path(&emulator))["organization"].clone();
    let null = json!({ "organization_name": null, "organization_slug": null });
    let (status, response) = put(&emulator, &null);
    assert_eq!(status, 200, "{response}");
    assert_eq!(response["organization"], before);
}

#[test]
fn only_an_admins_session_may_update() {
    let emulator = fixed().run();
    let admin = emulator
        .create_member(emulator.organization_id(), |new| new.is_admin = true)
        .unwrap();
    for (member, expected) in [(emulator.member_id(), 403), (admin.member_id.as_str(), 200)] {
        let session = emulator
            .create_session(member, &[Factor::MagicLink])
            .unwrap();
        let headers = [("X-Stytch-Member-Session", session.session_token.as_str())];
        let (status, response) = call_with(
            &emulator,
            "PUT",
            &path(&emulator),
            "{}".to_owned(),
            &headers,
        );
        assert_eq!(status, expected, "{response}");
    }
}

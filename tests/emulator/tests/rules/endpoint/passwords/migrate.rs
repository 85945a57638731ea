//! `POST /v1/b2b/passwords/migrate`

use serde_json::{Value, json};
use totps_emulator::MemberStatus;

use super::authenticate::log_in;
use crate::client::{Client, Run as _, accept, assert_prefix, call, post, refuse};
use crate::endpoint::members::member;
use crate::scenes::{fixed, with};

pub(crate) const MIGRATE_PASSWORD: &str = "/v1/b2b/passwords/migrate";

pub(crate) const PASSWORD: &str = "correct-horse-battery-staple";

/// The SHA-512 hash of [`PASSWORD`].
pub(crate) const SHA_512: &str = "c40e72d3735e9615fc14ec47451251741bc4415bafa8bd9401ad95c06f8eaf93ff094e2c2ad3eefb3b2940bab8871a31da34623edbac3cf4fb8e99c5b465f55d";

const SHA_1: &str = "dd606cd49bbbd06b4c2606fc2449f8fb87975786";

pub(crate) fn migrate(emulator: &Client, address: &str) -> Value {
    json!({
        "organization_id": emulator.organization_id(),
        "email_address": address,
        "hash": SHA_512,
        "hash_type": "sha_512",
    })
}

fn jane() -> Client {
    fixed()
        .member(|member| member.email_address = Some("jane@example.com".to_owned()))
        .run()
}

#[test]
fn a_member_gets_a_password() {
    let emulator = jane();
    let response = accept(
        &emulator,
        MIGRATE_PASSWORD,
        &migrate(&emulator, "JANE@example.com"),
    );
    assert_eq!(response["member_id"], emulator.member_id());
    assert_eq!(response["member_created"], false);
    assert_prefix(
        &response["member"]["member_password_id"],
        "member-password-test-",
    );
    assert_eq!(response["member"]["email_address_verified"], true);
    assert_eq!(
        response["organization"]["organization_id"],
        emulator.organization_id()
    );
    let again = migrate(&emulator, "jane@example.com");
    refuse(
        &emulator,
        MIGRATE_PASSWORD,
        &again,
        400,
        "password_already_exists",
    );
    assert_eq!(log_in(&emulator, "jane@example.com", PASSWORD).0, 200);
    assert_eq!(log_in(&emulator, "jane@example.com", "wrong").0, 401);
}

#[test]
fn an_unknown_address_creates_a_member() {
    let emulator = jane();
    let more = json!({ "name": "New", "external_id": "new", "roles": ["stytch_admin"] });
    let body = with(migrate(&emulator, "new@example.com"), more);
    let response = accept(&emulator, MIGRATE_PASSWORD, &body);
    assert_eq!(response["member_created"], true);
    let member = &response["member"];
    assert_eq!(member["status"], "active");
    assert_eq!(member["email_address_verified"], true);
    assert_eq!(member["name"], "New");
    assert_eq!(member["external_id"], "new");
    assert_eq!(member["is_admin"], true);
    assert_eq!(log_in(&emulator, "new@example.com", PASSWORD).0, 200);
}

#[test]
fn sha_1_and_salts_are_supported() {
    let emulator = jane();
    let sha_1 = json!({ "hash": SHA_1, "hash_type": "sha_1" });
    accept(
        &emulator,
        MIGRATE_PASSWORD,
        &with(migrate(&emulator, "jane@example.com"), sha_1),
    );
    assert_eq!(log_in(&emulator, "jane@example.com", PASSWORD).0, 200);
    let salts = json!({
        "sha_512_config": { "prepend_salt": "correct-", "append_salt": "-staple" },
    });
    let salted = with(migrate(&emulator, "salt@example.com"), salts);
    accept(&emulator, MIGRATE_PASSWORD, &salted);
    assert_eq!(log_in(&emulator, "salt@example.com", PASSWORD).0, 401);
    assert_eq!(
        log_in(&emulator, "salt@example.com", "horse-battery").0,
        200
    );
}

#[test]
fn invalid_hashes_are_refused() {
    let emulator = jane();
    for (given, kind) in [
        (json!({ "hash": "abc" }), "invalid_sha_512_hash"),
        (
            json!({ "hash": SHA_512.to_uppercase() }),
            "invalid_sha_512_hash",
        ),
        (
            json!({ "hash": SHA_512, "hash_type": "sha_1" }),
            "invalid_sha_1_hash",
        ),
        (json!({ "hash_type": "bcrypt" }), "invalid_hash_type"),
        (json!({ "hash_type": "rot13" }), "invalid_hash_type"),
        (json!({ "hash": null }), "bad_request"),
        (json!({ "email_address": null }), "bad_request"),
        (json!({ "email_address": "nobody" }), "invalid_email"),
        (
            json!({ "sha_512_config": { "prepend_salt": 1 } }),
            "invalid_argument",
        ),
    ] {
        let body = with(migrate(&emulator, "jane@example.com"), given);
        refuse(&emulator, MIGRATE_PASSWORD, &body, 400, kind);
    }
    let nowhere = json!({ "organization_id": "nowhere" });
    let body = with(migrate(&emulator, "jane@example.com"), nowhere);
    refuse(
        &emulator,
        MIGRATE_PASSWORD,
        &body,
        404,
        "organization_not_found",
    );
    emulator.set(|settings| settings.password.upper_case_hash_accepted = true);
    let upper = json!({ "hash": SHA_512.to_uppercase() });
    let body = with(migrate(&emulator, "jane@example.com"), upper);
    accept(&emulator, MIGRATE_PASSWORD, &body);
    assert_eq!(log_in(&emulator, "jane@example.com", PASSWORD).0, 200);
}

#[test]
fn settings_choose_the_status_of_the_member() {
    for (activates, expected) in [(true, "active"), (false, "pending")] {
        let emulator = fixed()
            .member(|member| {
                member.email_address = Some("jane@example.com".to_owned());
                member.status = MemberStatus::Pending;
            })
            .settings(|settings| {
                settings.password.migrate_activates = activates;
                settings.password.migrated_member_status = MemberStatus::Pending;
            })
            .run();
        let (_, response) = post(
            &emulator,
            MIGRATE_PASSWORD,
            &migrate(&emulator, "jane@example.com"),
        );
        assert_eq!(response["member"]["status"], expected, "{response}");
        // A Member that Migrate creates has the status of another setting.
        let (_, response) = post(
            &emulator,
            MIGRATE_PASSWORD,
            &migrate(&emulator, "new@example.com"),
        );
        assert_eq!(response["member"]["status"], "pending", "{response}");
    }
}

#[test]
fn a_setting_allows_replacing_a_password() {
    let emulator = jane();
    let body = migrate(&emulator, "jane@example.com");
    accept(&emulator, MIGRATE_PASSWORD, &body);
    refuse(
        &emulator,
        MIGRATE_PASSWORD,
        &body,
        400,
        "password_already_exists",
    );
    emulator.set(|settings| settings.password.migrate_replaces = true);
    let response = accept(&emulator, MIGRATE_PASSWORD, &body);
    assert_eq!(response["member_created"], false);
}

#[test]
fn fields_of_other_endpoints_are_ignored() {
    let emulator = jane();
    let more = json!({ "mfa_enrolled": true, "is_breakglass": true });
    let body = with(migrate(&emulator, "jane@example.com"), more);
    let member = accept(&emulator, MIGRATE_PASSWORD, &body)["member"].clone();
    assert_eq!(
        [&member["mfa_enrolled"], &member["is_breakglass"]],
        [false, false]
    );
}

#[test]
fn only_the_number_of_the_call_is_verified() {
    let (has, other) = ("+12025550162", "+12025550163");
    for (given, verified) in [(has, true), (other, false)] {
        let emulator = jane();
        let number = json!({ "mfa_phone_number": has }).to_string();
        let (status, response) = call(&emulator, "PUT", &member(&emulator), number);
        assert_eq!(status, 200, "{response}");
        let more = json!({ "mfa_phone_number": given, "set_phone_number_verified": true });
        let body = with(migrate(&emulator, "jane@example.com"), more);
        let shown = accept(&emulator, MIGRATE_PASSWORD, &body)["member"].clone();
        assert_eq!(shown["mfa_phone_number"], has);
        assert_eq!(shown["mfa_phone_number_verified"], verified, "{given}");
    }
}

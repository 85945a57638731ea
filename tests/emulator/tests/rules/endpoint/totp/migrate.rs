//! `POST /v1/b2b/totp/migrate`

use serde_json::json;
use totps_emulator::{SecondCreate, authenticator_code};

use crate::client::{Client, Run as _, accept, call, post, refuse, start};
use crate::scenes::{AUTHENTICATE, MIGRATE, SECRET, created, fixed, ids, ids_of, login, with};

#[test]
fn an_imported_secret_works_immediately() {
    let emulator = start();
    let response = accept(
        &emulator,
        MIGRATE,
        &with(ids(&emulator), json!({ "secret": SECRET })),
    );
    assert_eq!(
        response["member"]["totp_registration_id"],
        response["totp_registration_id"]
    );
    assert!(response.get("secret").is_none() && response.get("qr_code").is_none());
    assert_eq!(response["recovery_codes"].as_array().unwrap().len(), 10);
    let code = authenticator_code(SECRET, emulator.now()).unwrap();
    let body = with(login(&emulator), json!({ "code": code }));
    accept(&emulator, AUTHENTICATE, &body);
}

#[test]
fn given_recovery_codes_are_imported() {
    let emulator = start();
    let codes = json!(["aaaa-bbbb-cccc", "dddd-eeee-ffff"]);
    let body = json!({ "secret": SECRET, "recovery_codes": codes });
    let response = accept(&emulator, MIGRATE, &with(ids(&emulator), body));
    assert_eq!(response["recovery_codes"], codes);
}

#[test]
fn an_empty_list_of_recovery_codes_generates_new_ones() {
    let emulator = start();
    let body = json!({ "secret": SECRET, "recovery_codes": [] });
    let response = accept(&emulator, MIGRATE, &with(ids(&emulator), body));
    assert_eq!(response["recovery_codes"].as_array().unwrap().len(), 10);
}

#[test]
fn settings_refuse_recovery_codes_and_choose_their_number() {
    let emulator = start();
    let migrate = |codes: serde_json::Value| {
        let body = json!({ "secret": SECRET, "recovery_codes": codes });
        let (status, response) = post(&emulator, MIGRATE, &with(ids(&emulator), body));
        delete_totp(&emulator);
        let codes = response["recovery_codes"].as_array().map(Vec::len);
        (status, codes)
    };
    let twice = json!(["aaaa-bbbb-cccc", "aaaa-bbbb-cccc"]);
    let strange = json!(["0123456789"]);
    assert_eq!(migrate(twice.clone()), (200, Some(2)));
    assert_eq!(migrate(strange.clone()), (200, Some(1)));
    emulator.set(|settings| settings.recovery_codes.import_max = Some(1));
    assert_eq!(migrate(twice.clone()), (400, None));
    emulator.set(|settings| {
        settings.recovery_codes.import_max = None;
        settings.recovery_codes.import_refuses_duplicates = true;
        settings.recovery_codes.import_refuses_other_forms = true;
    });
    assert_eq!(migrate(twice), (400, None));
    assert_eq!(migrate(strange), (400, None));
    emulator.set(|settings| settings.recovery_codes.count = 8);
    assert_eq!(migrate(json!([])), (200, Some(8)));
    emulator.set(|settings| settings.recovery_codes.import_replaces_empty = false);
    assert_eq!(migrate(json!([])), (200, Some(0)));
}

fn delete_totp(emulator: &Client) {
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let path = format!("/v1/b2b/organizations/{organization}/members/{member}/totp");
    call(emulator, "DELETE", &path, String::new());
}

#[test]
fn migrate_works_for_another_member() {
    let emulator = created();
    let other = emulator.another_member();
    accept(
        &emulator,
        MIGRATE,
        &with(ids_of(&other), json!({ "secret": SECRET })),
    );
    let code = authenticator_code(SECRET, emulator.now()).unwrap();
    assert_eq!(emulator.code(&other.member_id), Some(code));
}

#[test]
fn an_active_totp_is_refused() {
    let emulator = start();
    let body = with(ids(&emulator), json!({ "secret": SECRET }));
    accept(&emulator, MIGRATE, &body);
    refuse(&emulator, MIGRATE, &body, 400, "active_totp_exists");
}

#[test]
fn invalid_and_missing_secrets_are_refused() {
    let emulator = start();
    for secret in ["not base32!", "ABCD", "0189ABCDEFGH0189"] {
        let body = with(ids(&emulator), json!({ "secret": secret }));
        refuse(&emulator, MIGRATE, &body, 400, "bad_request");
    }
    let none = ids(&emulator);
    refuse(&emulator, MIGRATE, &none, 400, "bad_request");
}

#[test]
fn a_setting_makes_a_migrated_totp_pending() {
    let emulator = fixed().run();
    emulator.set(|settings| settings.totp.migrate_is_active = false);
    let migrate = with(ids(&emulator), json!({ "secret": SECRET }));
    assert_eq!(
        accept(&emulator, MIGRATE, &migrate)["member"]["totp_registration_id"],
        ""
    );
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn settings_decide_which_secrets_are_accepted() {
    let migrate = |emulator: &Client, secret: &str| {
        let body = with(ids(emulator), json!({ "secret": secret }));
        post(emulator, MIGRATE, &body).0
    };
    let written = "btgn x5rk jrmq wqfr qktg 34jc f6xd rhzs";
    assert_eq!(migrate(&fixed().run(), written), 200);
    let emulator = fixed().run();
    emulator.set(|settings| {
        settings.totp.migrate_secret_lenient = false;
        settings.totp.migrate_secret_min_bytes = 1;
        settings.totp.migrate_secret_max_bytes = 5;
    });
    assert_eq!(migrate(&emulator, written), 400);
    assert_eq!(migrate(&emulator, "BTGNX5RKJRMQWQFR"), 400);
    assert_eq!(migrate(&emulator, "BTGNX5RK"), 200);
}

#[test]
fn a_setting_decides_what_happens_to_a_pending_registration() {
    let emulator = created();
    let migrate = with(ids(&emulator), json!({ "secret": SECRET }));
    emulator.set(|settings| settings.totp.migrate_while_pending = SecondCreate::Refuse);
    refuse(&emulator, MIGRATE, &migrate, 400, "pending_totp_exists");
    emulator.set(|settings| settings.totp.migrate_while_pending = SecondCreate::Replace);
    accept(&emulator, MIGRATE, &migrate);
}

#[test]
fn a_setting_shows_the_organization_id() {
    let emulator = fixed()
        .settings(|settings| settings.totp.show_organization_id = true)
        .run();
    let migrate = with(ids(&emulator), json!({ "secret": SECRET }));
    let migrated = accept(&emulator, MIGRATE, &migrate);
    let authenticated = accept(&emulator, AUTHENTICATE, &login(&emulator));
    for response in [migrated, authenticated] {
        assert_eq!(response["organization_id"], emulator.organization_id());
    }
}

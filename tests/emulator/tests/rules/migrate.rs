//! `POST /v1/b2b/totp/migrate`

use serde_json::json;
use totps_emulator::{Emulator, authenticator_code};

use crate::client::{AUTHENTICATE, MIGRATE, accept, created, ids, ids_of, login, refuse, with};

const SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";

#[test]
fn an_imported_secret_works_at_once() {
    let emulator = Emulator::start().unwrap();
    let answer = accept(
        &emulator,
        MIGRATE,
        &with(ids(&emulator), json!({ "secret": SECRET })),
    );
    assert_eq!(
        answer["member"]["totp_registration_id"],
        answer["totp_registration_id"]
    );
    assert!(answer.get("secret").is_none() && answer.get("qr_code").is_none());
    assert_eq!(answer["recovery_codes"].as_array().unwrap().len(), 10);
    let code = authenticator_code(SECRET, emulator.now()).unwrap();
    let body = with(login(&emulator), json!({ "code": code }));
    accept(&emulator, AUTHENTICATE, &body);
}

#[test]
fn given_recovery_codes_are_imported() {
    let emulator = Emulator::start().unwrap();
    let codes = json!(["aaaa-bbbb-cccc", "dddd-eeee-ffff"]);
    let body = json!({ "secret": SECRET, "recovery_codes": codes });
    let answer = accept(&emulator, MIGRATE, &with(ids(&emulator), body));
    assert_eq!(answer["recovery_codes"], codes);
}

#[test]
fn an_empty_list_of_recovery_codes_mints_new_ones() {
    let emulator = Emulator::start().unwrap();
    let body = json!({ "secret": SECRET, "recovery_codes": [] });
    let answer = accept(&emulator, MIGRATE, &with(ids(&emulator), body));
    assert_eq!(answer["recovery_codes"].as_array().unwrap().len(), 10);
}

#[test]
fn a_second_member_can_be_migrated_into() {
    let emulator = created();
    let other = emulator.new_member();
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
    let emulator = Emulator::start().unwrap();
    let body = with(ids(&emulator), json!({ "secret": SECRET }));
    accept(&emulator, MIGRATE, &body);
    refuse(&emulator, MIGRATE, &body, 400, "active_totp_exists");
}

#[test]
fn what_is_not_base32_is_refused() {
    let emulator = Emulator::start().unwrap();
    for secret in ["not base32!", "ABCD", "0189ABCDEFGH0189"] {
        let body = with(ids(&emulator), json!({ "secret": secret }));
        refuse(&emulator, MIGRATE, &body, 400, "bad_request");
    }
    let none = ids(&emulator);
    refuse(&emulator, MIGRATE, &none, 400, "bad_request");
}

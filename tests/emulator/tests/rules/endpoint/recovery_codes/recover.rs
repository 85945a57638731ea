//! `POST /v1/b2b/recovery_codes/recover`

use serde_json::{Value, json};

use super::get::get_codes;
use crate::client::{Client, Run as _, accept, post, refuse};
use crate::scenes::{AUTHENTICATE, RECOVER, ROTATE, SECRET, created, fixed, ids, login, with};

/// Starts an emulator whose first Member has a TOTP and two recovery codes.
pub(super) fn with_codes() -> Client {
    fixed()
        .member(|member| {
            member.totp_secret = Some(SECRET.to_owned());
            let codes = ["aaaa-bbbb-cccc", "dddd-eeee-ffff"];
            member.recovery_codes = Some(codes.map(str::to_owned).to_vec());
        })
        .run()
}

pub(super) fn recover(emulator: &Client, code: &str) -> Value {
    with(
        ids(emulator),
        json!({
            "recovery_code": code,
            "intermediate_session_token": emulator.intermediate_session_token(),
        }),
    )
}

#[test]
fn a_recovery_code_opens_a_session_and_is_used_up() {
    let emulator = with_codes();
    let response = accept(&emulator, RECOVER, &recover(&emulator, "aaaa-bbbb-cccc"));
    assert_eq!(response["recovery_codes_remaining"], 1);
    assert_eq!(response["member_device"], Value::Null);
    let factor = &response["member_session"]["authentication_factors"][1];
    assert_eq!(factor["type"], "recovery_codes");
    assert_eq!(factor["delivery_method"], "recovery_code");
    assert!(factor["recovery_code_factor"]["totp_recovery_code_id"].is_string());
    assert_eq!(
        get_codes(&emulator)["recovery_codes"],
        json!(["dddd-eeee-ffff"])
    );
    let again = with(
        recover(&emulator, "aaaa-bbbb-cccc"),
        json!({
            "intermediate_session_token": null,
            "session_token": response["session_token"],
        }),
    );
    refuse(
        &emulator,
        RECOVER,
        &again,
        401,
        "unable_to_authenticate_recovery_code",
    );
}

#[test]
fn wrong_and_malformed_recovery_codes_get_different_errors() {
    let emulator = with_codes();
    for (code, status, kind) in [
        (
            "xxxx-yyyy-zzzz",
            401,
            "unable_to_authenticate_recovery_code",
        ),
        ("xxxx", 400, "invalid_recovery_code"),
        ("123456", 400, "totp_code_used_as_recovery_code"),
        ("", 400, "bad_request"),
    ] {
        refuse(&emulator, RECOVER, &recover(&emulator, code), status, kind);
    }
}

#[test]
fn recovery_codes_need_an_active_totp() {
    let emulator = created();
    let code = get_codes(&emulator)["recovery_codes"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let kind = "no_active_recovery_code_backed_factor";
    refuse(&emulator, RECOVER, &recover(&emulator, &code), 400, kind);
    refuse(&emulator, ROTATE, &ids(&emulator), 400, kind);
    accept(&emulator, AUTHENTICATE, &login(&emulator));
    accept(&emulator, ROTATE, &ids(&emulator));
}

#[test]
fn recover_without_recovery_codes_is_refused() {
    let emulator = fixed()
        .member(|member| {
            member.totp_secret = Some(SECRET.to_owned());
            member.recovery_codes = Some(Vec::new());
        })
        .run();
    let body = recover(&emulator, "aaaa-bbbb-cccc");
    refuse(&emulator, RECOVER, &body, 404, "recovery_codes_not_found");
}

#[test]
fn a_setting_lets_recovery_codes_work_without_an_active_totp() {
    let emulator = created();
    emulator.set(|settings| {
        settings.recovery_codes.rotate_needs_active_totp = false;
        settings.recovery_codes.recover_needs_active_totp = false;
    });
    let rotated = accept(&emulator, ROTATE, &ids(&emulator));
    let code = rotated["recovery_codes"][0].as_str().unwrap();
    accept(&emulator, RECOVER, &recover(&emulator, code));
}

#[test]
fn settings_ignore_case_and_separators() {
    for typed in ["AAAA-BBBB-CCCC", "aaaabbbbcccc", "aaaa bbbb cccc"] {
        let emulator = with_codes();
        let body = recover(&emulator, typed);
        refuse(&emulator, RECOVER, &body, 400, "invalid_recovery_code");
        emulator.set(|settings| {
            settings.recovery_codes.ignore_case = true;
            settings.recovery_codes.ignore_separators = true;
        });
        accept(&emulator, RECOVER, &body);
    }
}

#[test]
fn a_setting_decides_whether_wrong_recovery_codes_count_for_the_lock() {
    for (counts, status) in [(true, 429), (false, 200)] {
        let emulator = with_codes();
        emulator.set(|settings| {
            settings.lock.after_failures = 1;
            settings.lock.count_recovery_failures = counts;
        });
        let wrong = recover(&emulator, "xxxx-yyyy-zzzz");
        let kind = "unable_to_authenticate_recovery_code";
        refuse(&emulator, RECOVER, &wrong, 401, kind);
        let right = recover(&emulator, "aaaa-bbbb-cccc");
        assert_eq!(post(&emulator, RECOVER, &right).0, status);
    }
}

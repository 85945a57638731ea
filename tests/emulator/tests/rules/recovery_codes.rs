//! `/v1/b2b/recovery_codes`

use serde_json::{Value, json};
use totps_emulator::{Emulator, ExistingRecoveryCodes};

use crate::client::{
    AUTHENTICATE, CREATE, MIGRATE, RECOVER, accept, authenticated, call, created, fixed, ids,
    login, refuse, with,
};

const ROTATE: &str = "/v1/b2b/recovery_codes/rotate";
const SECRET: &str = "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS";

fn get(emulator: &Emulator) -> Value {
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let path = format!("/v1/b2b/recovery_codes/{organization}/{member}");
    let (status, answer) = call(emulator, "GET", &path, String::new());
    assert_eq!(status, 200, "{answer}");
    answer
}

/// An emulator whose ready member has a TOTP and two recovery codes.
fn with_codes() -> Emulator {
    fixed()
        .member(|member| {
            member.totp_secret = Some(SECRET.to_owned());
            let codes = ["aaaa-bbbb-cccc", "dddd-eeee-ffff"];
            member.recovery_codes = Some(codes.map(str::to_owned).to_vec());
        })
        .start()
        .unwrap()
}

fn recover(emulator: &Emulator, code: &str) -> Value {
    with(
        ids(emulator),
        json!({
            "recovery_code": code,
            "intermediate_session_token": emulator.intermediate_session_token(),
        }),
    )
}

#[test]
fn get_shows_those_that_are_left() {
    let emulator = created();
    let created = accept(&emulator, CREATE, &ids(&emulator));
    let answer = get(&emulator);
    assert_eq!(answer["recovery_codes"], created["recovery_codes"]);
    assert_eq!(answer["member_id"], emulator.member_id());
}

#[test]
fn rotate_voids_the_old_ones() {
    let emulator = with_codes();
    let rotated = accept(&emulator, ROTATE, &ids(&emulator));
    assert_eq!(rotated["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(get(&emulator)["recovery_codes"], rotated["recovery_codes"]);
    let old = recover(&emulator, "aaaa-bbbb-cccc");
    refuse(
        &emulator,
        RECOVER,
        &old,
        401,
        "unable_to_authenticate_recovery_code",
    );
}

#[test]
fn a_recovery_code_opens_a_session_and_is_used_up() {
    let emulator = with_codes();
    let answer = accept(&emulator, RECOVER, &recover(&emulator, "aaaa-bbbb-cccc"));
    assert_eq!(answer["recovery_codes_remaining"], 1);
    assert_eq!(answer["member_device"], Value::Null);
    let factor = &answer["member_session"]["authentication_factors"][1];
    assert_eq!(factor["type"], "recovery_codes");
    assert_eq!(factor["delivery_method"], "recovery_code");
    assert!(factor["recovery_code_factor"]["totp_recovery_code_id"].is_string());
    assert_eq!(get(&emulator)["recovery_codes"], json!(["dddd-eeee-ffff"]));
    let again = with(
        recover(&emulator, "aaaa-bbbb-cccc"),
        json!({
            "intermediate_session_token": null,
            "session_token": answer["session_token"],
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
fn what_is_no_recovery_code_is_told_apart() {
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
fn they_stand_for_an_active_totp_only() {
    let emulator = created();
    let code = get(&emulator)["recovery_codes"][0]
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
fn without_any_left_there_is_nothing_to_recover_with() {
    let emulator = fixed()
        .member(|member| {
            member.totp_secret = Some(SECRET.to_owned());
            member.recovery_codes = Some(Vec::new());
        })
        .start()
        .unwrap();
    let body = recover(&emulator, "aaaa-bbbb-cccc");
    refuse(&emulator, RECOVER, &body, 404, "recovery_codes_not_found");
}

#[test]
fn settings_say_what_becomes_of_existing_ones() {
    for (existing, kept) in [
        (ExistingRecoveryCodes::Replace, false),
        (ExistingRecoveryCodes::Keep, true),
    ] {
        let emulator = created();
        emulator.change_settings(|settings| {
            settings.create_existing_recovery_codes = existing;
            settings.migrate_existing_recovery_codes = existing;
        });
        let before = get(&emulator)["recovery_codes"].clone();
        let again = accept(&emulator, CREATE, &ids(&emulator))["recovery_codes"].clone();
        assert_eq!(again == before, kept);
        let given = json!({ "secret": SECRET, "recovery_codes": ["aaaa-bbbb-cccc"] });
        let migrated = accept(&emulator, MIGRATE, &with(ids(&emulator), given));
        assert_eq!(migrated["recovery_codes"] == before, kept);
    }
    let emulator = created();
    emulator.change_settings(|settings| {
        settings.create_existing_recovery_codes = ExistingRecoveryCodes::Refuse;
        settings.migrate_existing_recovery_codes = ExistingRecoveryCodes::Refuse;
    });
    let kind = "recovery_codes_already_exist";
    refuse(&emulator, CREATE, &ids(&emulator), 400, kind);
    let migrate = with(ids(&emulator), json!({ "secret": SECRET }));
    refuse(&emulator, MIGRATE, &migrate, 400, kind);
}

#[test]
fn a_setting_keeps_them_when_the_totp_is_deleted() {
    for (removes, left) in [(true, 0), (false, 10)] {
        let (emulator, _) = authenticated(
            fixed().settings(|settings| settings.delete_removes_recovery_codes = removes),
        );
        let (organization, member) = (emulator.organization_id(), emulator.member_id());
        let path = format!("/v1/b2b/organizations/{organization}/members/{member}/totp");
        assert_eq!(call(&emulator, "DELETE", &path, String::new()).0, 200);
        assert_eq!(
            get(&emulator)["recovery_codes"].as_array().unwrap().len(),
            left
        );
    }
}

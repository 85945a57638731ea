//! The changes that calls make to a Member, and the rules against bypassing MFA.

use serde_json::{Value, json};
use totps_emulator::{Factor, MemberChanges, MfaMethod, MfaPolicy};

use crate::client::{Run as _, accept, refuse};
use crate::scenes::{
    AUTHENTICATE, CREATE, MIGRATE, SECRET, STEP, authenticated, created, fixed, ids, ids_of, login,
    with, with_session,
};

#[test]
fn enrollment_is_set_and_unset() {
    let (emulator, response) = authenticated(fixed());
    assert_eq!(response["member"]["mfa_enrolled"], false);
    for (given, enrolled) in [
        (json!("enroll"), true),
        (Value::Null, true),
        (json!("unenroll"), false),
    ] {
        let body = with(
            with_session(&emulator, &response),
            json!({ "set_mfa_enrollment": given }),
        );
        let response = accept(&emulator, AUTHENTICATE, &body);
        assert_eq!(response["member"]["mfa_enrolled"], enrolled);
        emulator.advance(STEP);
    }
}

#[test]
fn an_unknown_enrollment_is_refused_or_ignored() {
    let emulator = created();
    let body = with(login(&emulator), json!({ "set_mfa_enrollment": "maybe" }));
    refuse(&emulator, AUTHENTICATE, &body, 400, "bad_request");
    emulator.set(|settings| settings.mfa.refuse_unknown_enrollment = false);
    assert_eq!(
        accept(&emulator, AUTHENTICATE, &body)["member"]["mfa_enrolled"],
        false
    );
}

#[test]
fn required_for_all_enrolls_and_ignores_the_field() {
    for (enrolls, enrolled) in [(true, true), (false, false)] {
        let emulator = fixed()
            .organization(|organization| organization.mfa_policy = MfaPolicy::RequiredForAll)
            .settings(|settings| settings.mfa.required_policy_enrolls = enrolls)
            .run();
        accept(&emulator, CREATE, &ids(&emulator));
        let body = with(
            login(&emulator),
            json!({ "set_mfa_enrollment": "unenroll" }),
        );
        let response = accept(&emulator, AUTHENTICATE, &body);
        assert_eq!(response["organization"]["mfa_policy"], "REQUIRED_FOR_ALL");
        assert_eq!(response["member"]["mfa_enrolled"], enrolled);
    }
}

#[test]
fn the_default_method_is_set_on_request_or_if_unset() {
    for (given, default, clears, expected) in [
        (json!(true), Some(MfaMethod::SmsOtp), false, "totp"),
        (json!(null), Some(MfaMethod::SmsOtp), false, "sms_otp"),
        (json!(false), Some(MfaMethod::SmsOtp), false, "sms_otp"),
        (json!(null), None, false, "totp"),
        (json!(false), None, false, "totp"),
        (json!(false), Some(MfaMethod::Totp), true, ""),
    ] {
        let emulator = fixed()
            .member(|member| member.default_mfa_method = default)
            .settings(|settings| settings.mfa.set_default_false_clears = clears)
            .run();
        accept(&emulator, CREATE, &ids(&emulator));
        let body = with(login(&emulator), json!({ "set_default_mfa": given }));
        let response = accept(&emulator, AUTHENTICATE, &body);
        assert_eq!(
            response["member"]["default_mfa_method"], expected,
            "{given} {default:?}"
        );
    }
}

#[test]
fn settings_let_create_and_migrate_change_the_member() {
    let mut changes = MemberChanges::default();
    changes.mfa_enrolled = true;
    changes.default_mfa_method = true;
    let emulator = fixed()
        .settings(|settings| {
            settings.totp.create_changes = changes;
            settings.totp.migrate_changes = changes;
        })
        .run();
    let secret = json!({ "secret": SECRET });
    let other = emulator.another_member();
    for (path, body) in [
        (CREATE, ids(&emulator)),
        (MIGRATE, with(ids_of(&other), secret)),
    ] {
        let member = accept(&emulator, path, &body)["member"].clone();
        assert_eq!(member["mfa_enrolled"], true);
        assert_eq!(member["default_mfa_method"], "totp");
    }
}

#[test]
fn an_active_factor_must_be_in_the_session_that_creates_another() {
    let emulator = fixed()
        .member(|member| member.mfa_phone_number = Some("+12025550162".to_owned()))
        .run();
    let member = emulator.member_id();
    let create = |argument: Value| with(ids(&emulator), argument);
    let kind = "insufficient_factors";
    refuse(&emulator, CREATE, &ids(&emulator), 401, kind);
    let weak = emulator
        .create_session(member, &[Factor::MagicLink])
        .unwrap();
    let weak = create(json!({ "session_token": weak.session_token }));
    refuse(&emulator, CREATE, &weak, 401, kind);
    let token = emulator.intermediate_session_token();
    let intermediate = create(json!({ "intermediate_session_token": token }));
    refuse(&emulator, CREATE, &intermediate, 401, kind);
    let strong = emulator
        .create_session(member, &[Factor::MagicLink, Factor::SmsOtp])
        .unwrap();
    let strong = create(json!({ "session_jwt": strong.session_jwt }));
    let response = accept(&emulator, CREATE, &strong);
    assert_eq!(response["member"]["mfa_phone_number_verified"], true);
}

#[test]
fn an_intermediate_session_without_a_primary_factor_does_not_log_in() {
    let emulator = created();
    let token = emulator
        .create_intermediate_session(emulator.member_id(), &[])
        .unwrap();
    let body = with(
        login(&emulator),
        json!({ "intermediate_session_token": token }),
    );
    let kind = "action_available_only_once_primary_authentication_is_met";
    refuse(&emulator, AUTHENTICATE, &body, 400, kind);
}

#[test]
fn authenticate_with_a_restricted_method_is_refused() {
    let emulator = fixed()
        .organization(|organization| organization.allowed_mfa_methods = Some(vec![]))
        .member(|member| member.totp_secret = Some(SECRET.to_owned()))
        .run();
    let kind = "operation_restricted_by_organization_mfa_methods";
    refuse(&emulator, AUTHENTICATE, &login(&emulator), 400, kind);
}

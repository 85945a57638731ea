//! `POST /v1/b2b/passwords/authenticate`

use std::time::Duration;

use serde_json::{Value, json};
use totps_emulator::{Builder, Factor, MemberStatus, MfaMethod, MfaPolicy, NewMember};

use super::migrate::PASSWORD;
use crate::client::{Client, Run as _, accept, assert_error, call, post, refuse};
use crate::scenes::{AUTHENTICATE, CREATE, SECRET, SESSION, STEP, fixed, ids, with};

const LOGIN: &str = "/v1/b2b/passwords/authenticate";
const ADDRESS: &str = "jane@example.com";

fn body(emulator: &Client, address: &str, password: &str) -> Value {
    json!({
        "organization_id": emulator.organization_id(),
        "email_address": address,
        "password": password,
    })
}

pub(super) fn log_in(emulator: &Client, address: &str, password: &str) -> (u16, Value) {
    post(emulator, LOGIN, &body(emulator, address, password))
}

fn right(emulator: &Client) -> Value {
    body(emulator, ADDRESS, PASSWORD)
}

fn member(describe: impl FnOnce(&mut NewMember)) -> Builder {
    fixed().member(|member| {
        member.email_address = Some(ADDRESS.to_owned());
        member.password = Some(PASSWORD.to_owned());
        describe(member);
    })
}

#[test]
fn a_right_password_opens_a_session() {
    let emulator = member(|_| {}).run();
    let more = json!({
        "session_duration_minutes": 30,
        "session_custom_claims": { "plan": "gold" },
        "locale": "en",
        "telemetry_id": "device",
    });
    let response = accept(&emulator, LOGIN, &with(right(&emulator), more));
    assert_eq!(response["member_authenticated"], true);
    assert_eq!(response["member_id"], emulator.member_id());
    assert_eq!(response["organization_id"], emulator.organization_id());
    assert_eq!(response["intermediate_session_token"], "");
    assert_eq!(response["mfa_required"], Value::Null);
    assert_eq!(response["primary_required"], Value::Null);
    assert_eq!(response["member_device"]["ip_address"], "127.0.0.1");
    assert!(
        response
            .get("intermediate_session_token_expires_at")
            .is_none()
    );
    let session = &response["member_session"];
    assert_eq!(session["expires_at"], "2023-11-14T22:43:20Z");
    assert_eq!(session["custom_claims"], json!({ "plan": "gold" }));
    assert_eq!(
        session["authentication_factors"],
        json!([{
            "type": "password",
            "delivery_method": "knowledge",
            "created_at": "2023-11-14T22:13:20Z",
            "updated_at": "2023-11-14T22:13:20Z",
            "last_authenticated_at": "2023-11-14T22:13:20Z",
        }])
    );
    let token = json!({ "session_token": response["session_token"] });
    accept(&emulator, SESSION, &token);
}

#[test]
fn policy_and_enrolment_decide_whether_mfa_is_required() {
    for (policy, enrolled, totp, phone, options, sms) in [
        (MfaPolicy::Optional, false, true, false, None, None),
        (
            MfaPolicy::Optional,
            true,
            false,
            false,
            Some(Value::Null),
            Some(Value::Null),
        ),
        (
            MfaPolicy::Optional,
            true,
            true,
            false,
            Some(Value::Null),
            Some(Value::Null),
        ),
        (
            MfaPolicy::RequiredForAll,
            false,
            false,
            false,
            Some(Value::Null),
            Some(Value::Null),
        ),
        (
            MfaPolicy::RequiredForAll,
            false,
            false,
            true,
            Some(json!({ "mfa_phone_number": "+12025550162", "totp_registration_id": "" })),
            Some(json!("sms_otp")),
        ),
    ] {
        let emulator = fixed()
            .organization(|organization| organization.mfa_policy = policy)
            .member(|member| {
                member.email_address = Some(ADDRESS.to_owned());
                member.password = Some(PASSWORD.to_owned());
                member.mfa_enrolled = enrolled;
                member.totp_secret = totp.then(|| SECRET.to_owned());
                member.mfa_phone_number = phone.then(|| "+12025550162".to_owned());
            })
            .run();
        let response = accept(&emulator, LOGIN, &right(&emulator));
        let owed = options.is_some();
        assert_eq!(response["member_authenticated"], !owed);
        assert_eq!(response["session_token"] == "", owed);
        assert_eq!(response["session_jwt"] == "", owed);
        assert_eq!(response["member_session"].is_null(), owed);
        assert_eq!(response["intermediate_session_token"] == "", !owed);
        if owed {
            let required = &response["mfa_required"];
            assert_eq!(Some(&required["member_options"]), options.as_ref());
            assert_eq!(Some(&required["secondary_auth_initiated"]), sms.as_ref());
            let expires = &response["intermediate_session_token_expires_at"];
            assert_eq!(expires, "2023-11-14T22:23:20Z");
        }
    }
}

#[test]
fn a_whole_login_works_with_api_calls_only() {
    let emulator = fixed().run();
    let organization = json!({
        "organization_name": "Acme", "organization_slug": "acme", "mfa_policy": "REQUIRED_FOR_ALL",
    });
    accept(&emulator, "/v1/b2b/organizations", &organization);
    let jane = json!({ "email_address": ADDRESS });
    let jane = accept(&emulator, "/v1/b2b/organizations/acme/members", &jane);
    let password = json!({
        "organization_id": "acme", "email_address": ADDRESS,
        "hash": super::migrate::SHA_512, "hash_type": "sha_512",
    });
    accept(&emulator, "/v1/b2b/passwords/migrate", &password);
    let login =
        json!({ "organization_id": "acme", "email_address": ADDRESS, "password": PASSWORD });
    let first = accept(&emulator, LOGIN, &login);
    let ids = json!({ "organization_id": "acme", "member_id": jane["member_id"] });
    let token = json!({ "intermediate_session_token": first["intermediate_session_token"] });
    accept(&emulator, CREATE, &with(ids.clone(), token.clone()));
    let code = || json!({ "code": emulator.code(jane["member_id"].as_str().unwrap()) });
    let session = accept(
        &emulator,
        AUTHENTICATE,
        &with(with(ids.clone(), token.clone()), code()),
    );
    let factors = &session["member_session"]["authentication_factors"];
    assert_eq!(
        [&factors[0]["type"], &factors[1]["type"]],
        ["password", "totp"]
    );
    assert_eq!(session["member"]["mfa_enrolled"], true);

    // The next login needs the TOTP.
    emulator.advance(STEP);
    let second = accept(&emulator, LOGIN, &login);
    assert_eq!(second["member_authenticated"], false);
    let token = json!({ "intermediate_session_token": second["intermediate_session_token"] });
    accept(&emulator, AUTHENTICATE, &with(with(ids, token), code()));
    let revoke = json!({ "member_id": jane["member_id"] });
    accept(&emulator, "/v1/b2b/sessions/revoke", &revoke);
    let token = json!({ "session_token": session["session_token"] });
    refuse(&emulator, SESSION, &token, 404, "session_not_found");
    let (status, _) = call(
        &emulator,
        "DELETE",
        "/v1/b2b/organizations/acme",
        String::new(),
    );
    assert_eq!(status, 200);
}

#[test]
fn a_presented_session_needs_no_mfa_and_gets_the_factor() {
    let emulator = member(|member| member.mfa_enrolled = true).run();
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let more = json!({ "session_token": session.session_token });
    let response = accept(&emulator, LOGIN, &with(right(&emulator), more));
    assert_eq!(response["member_authenticated"], true);
    assert_eq!(response["session_token"], session.session_token);
    let factors = response["member_session"]["authentication_factors"]
        .as_array()
        .unwrap();
    assert_eq!(factors.len(), 2);
}

#[test]
fn an_intermediate_session_is_returned_while_mfa_is_required() {
    let emulator = member(|member| member.mfa_enrolled = true).run();
    let token = json!({ "intermediate_session_token": emulator.intermediate_session_token() });
    let response = accept(&emulator, LOGIN, &with(right(&emulator), token.clone()));
    assert_eq!(
        response["intermediate_session_token"],
        emulator.intermediate_session_token()
    );
    // The session has both primary factors now.
    accept(&emulator, CREATE, &ids(&emulator));
    let code = json!({ "code": emulator.code(emulator.member_id()) });
    let session = accept(
        &emulator,
        AUTHENTICATE,
        &with(with(ids(&emulator), code), token),
    );
    let factors = session["member_session"]["authentication_factors"]
        .as_array()
        .unwrap();
    assert_eq!(factors.len(), 3);

    let emulator = member(|_| {}).run();
    let token = json!({ "intermediate_session_token": emulator.intermediate_session_token() });
    let used = with(right(&emulator), token);
    assert_eq!(
        accept(&emulator, LOGIN, &used)["member_authenticated"],
        true
    );
    refuse(
        &emulator,
        LOGIN,
        &used,
        404,
        "intermediate_session_not_found",
    );
}

#[test]
fn wrong_and_missing_passwords_get_different_errors() {
    let emulator = member(|_| {}).run();
    let (status, response) = log_in(&emulator, ADDRESS, "wrong");
    assert_error(status, &response, 401, "unauthorized_credentials");
    assert_eq!(response["error_message"], "Unauthorized credentials.");
    let (status, response) = log_in(&emulator, "nobody@example.com", PASSWORD);
    assert_error(status, &response, 404, "member_not_found");
    emulator
        .create_member(emulator.organization_id(), |new| {
            new.email_address = Some("joe@example.com".to_owned());
        })
        .unwrap();
    let (status, response) = log_in(&emulator, "joe@example.com", PASSWORD);
    assert_error(status, &response, 404, "member_password_not_found");
    let none = with(right(&emulator), json!({ "password": "" }));
    refuse(&emulator, LOGIN, &none, 400, "bad_request");
    let two = with(
        right(&emulator),
        json!({ "session_token": "a", "session_jwt": "b" }),
    );
    refuse(&emulator, LOGIN, &two, 400, "too_many_session_arguments");
}

#[test]
fn wrong_passwords_lock_the_member() {
    let emulator = member(|_| {}).run();
    emulator.set(|settings| settings.lock.after_failures = 2);
    for _ in 0..2 {
        assert_eq!(log_in(&emulator, ADDRESS, "wrong").0, 401);
    }
    refuse(
        &emulator,
        LOGIN,
        &right(&emulator),
        429,
        "user_lock_limit_reached",
    );
    emulator.advance(Duration::from_secs(60 * 60));
    accept(&emulator, LOGIN, &right(&emulator));
    emulator.set(|settings| settings.lock.count_password_failures = false);
    for _ in 0..5 {
        assert_eq!(log_in(&emulator, ADDRESS, "wrong").0, 401);
    }
    accept(&emulator, LOGIN, &right(&emulator));
}

#[test]
fn a_login_activates_the_member_unless_a_setting_forbids_it() {
    for (activates, status) in [(true, "active"), (false, "pending")] {
        let emulator = member(|member| member.status = MemberStatus::Pending)
            .settings(|settings| settings.password.login_activates = activates)
            .run();
        let response = accept(&emulator, LOGIN, &right(&emulator));
        assert_eq!(response["member"]["status"], status);
    }
}

#[test]
fn an_organization_may_forbid_passwords() {
    for (breakglass, status) in [(false, 400), (true, 200)] {
        let emulator = fixed()
            .organization(|new| new.allowed_auth_methods = Some(vec!["sso".to_owned()]))
            .member(|member| {
                member.email_address = Some(ADDRESS.to_owned());
                member.password = Some(PASSWORD.to_owned());
                member.is_breakglass = breakglass;
            })
            .run();
        assert_eq!(post(&emulator, LOGIN, &right(&emulator)).0, status);
    }
}

#[test]
fn settings_choose_what_mfa_required_shows() {
    let emulator = member(|member| {
        member.mfa_enrolled = true;
        member.totp_secret = Some(SECRET.to_owned());
    })
    .settings(|settings| {
        settings.login.member_options_show_totp = true;
        settings.login.show_intermediate_expiry = false;
    })
    .run();
    let response = accept(&emulator, LOGIN, &right(&emulator));
    assert!(
        response
            .get("intermediate_session_token_expires_at")
            .is_none()
    );
    let options = &response["mfa_required"]["member_options"];
    assert_eq!(
        options["totp_registration_id"],
        response["member"]["totp_registration_id"]
    );
    for (despite, initiated) in [(false, Value::Null), (true, json!("sms_otp"))] {
        let emulator = member(|member| {
            member.mfa_enrolled = true;
            member.totp_secret = Some(SECRET.to_owned());
            member.mfa_phone_number = Some("+12025550162".to_owned());
            member.default_mfa_method = Some(MfaMethod::Totp);
        })
        .settings(|settings| settings.login.sms_despite_totp_default = despite)
        .run();
        let response = accept(&emulator, LOGIN, &right(&emulator));
        assert_eq!(
            response["mfa_required"]["secondary_auth_initiated"],
            initiated
        );
    }
}

#[test]
fn a_setting_does_not_add_the_factor_to_the_session() {
    let emulator = member(|_| {})
        .settings(|settings| settings.login.session_gets_factor = false)
        .run();
    let session = emulator
        .create_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let more = json!({ "session_token": session.session_token });
    let response = accept(&emulator, LOGIN, &with(right(&emulator), more));
    let factors = response["member_session"]["authentication_factors"]
        .as_array()
        .unwrap();
    assert_eq!(factors.len(), 1);
}

//! `POST /v1/b2b/totp/authenticate`

use std::time::Duration;

use serde_json::{Value, json};
use totps_emulator::Emulator;
use totps_emulator::{Algorithm, ReplayScope};

use crate::client::{Run as _, accept, assert_prefix, refuse, start};
use crate::scenes::{
    AUTHENTICATE, CREATE, MIGRATE, SECRET, STEP, authenticated, created, fixed, ids, ids_of, login,
    with, with_session, wrong_code,
};

#[test]
fn a_right_code_activates_and_opens_a_session() {
    let emulator = created();
    let response = accept(&emulator, AUTHENTICATE, &login(&emulator));
    let member = &response["member"];
    assert_prefix(&member["totp_registration_id"], "member-totp-test-");
    assert_eq!(member["mfa_enrolled"], false);
    assert_eq!(member["default_mfa_method"], "totp");
    assert_eq!(response["session_token"].as_str().unwrap().len(), 44);
    assert_eq!(response["member_device"], Value::Null);
    let session = &response["member_session"];
    assert_prefix(&session["member_session_id"], "member-session-test-");
    assert_eq!(session["member_id"], emulator.member_id());
    assert_eq!(session["organization_id"], emulator.organization_id());
    assert_eq!(
        session["organization_slug"],
        response["organization"]["organization_slug"]
    );
    assert_eq!(session["roles"], json!(["stytch_member"]));
    assert_eq!(session["custom_claims"], json!({}));
    let factors = session["authentication_factors"].as_array().unwrap();
    assert_eq!(factors.len(), 2);
    assert_eq!(factors[0]["type"], "magic_link");
    assert_eq!(
        factors[0]["email_factor"]["email_address"],
        member["email_address"]
    );
    assert_eq!(factors[1]["type"], "totp");
    assert_eq!(factors[1]["delivery_method"], "authenticator_app");
    let totp = json!({ "totp_id": member["totp_registration_id"] });
    assert_eq!(factors[1]["authenticator_app_factor"], totp);
}

#[test]
fn the_neighbouring_steps_are_accepted_and_no_others() {
    for (steps, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let emulator = fixed().run();
        let created = accept(&emulator, CREATE, &ids(&emulator));
        let shift = Duration::from_secs(30 * i32::unsigned_abs(steps) as u64);
        let at = if steps < 0 {
            emulator.now() - shift
        } else {
            emulator.now() + shift
        };
        let secret = created["secret"].as_str().unwrap();
        let code = totps_emulator::authenticator_code(secret, at).unwrap();
        let body = with(login(&emulator), json!({ "code": code }));
        if accepted {
            accept(&emulator, AUTHENTICATE, &body);
        } else {
            refuse(
                &emulator,
                AUTHENTICATE,
                &body,
                401,
                "unable_to_authenticate_totp",
            );
        }
    }
}

#[test]
fn a_code_is_accepted_once() {
    let emulator = created();
    let member = login(&emulator);
    let session = accept(&emulator, AUTHENTICATE, &member)["session_token"].clone();
    let replay = with(
        ids(&emulator),
        json!({ "code": member["code"], "session_token": session }),
    );
    refuse(
        &emulator,
        AUTHENTICATE,
        &replay,
        401,
        "totp_code_already_authenticated",
    );
    emulator.advance(Duration::from_secs(30));
    let next = with(
        replay,
        json!({ "code": emulator.code(emulator.member_id()) }),
    );
    accept(&emulator, AUTHENTICATE, &next);
}

#[test]
fn wrong_and_malformed_codes_get_different_errors() {
    let emulator = created();
    for (code, status, kind) in [
        (
            wrong_code(&emulator).as_str(),
            401,
            "unable_to_authenticate_totp",
        ),
        ("12345", 400, "invalid_code"),
        ("1234567", 400, "invalid_code"),
        ("١٢٣", 400, "invalid_code"),
        ("abc123", 400, "invalid_code"),
        ("ckss-2skx-ebow", 400, "recovery_code_used_as_totp_code"),
    ] {
        let body = with(login(&emulator), json!({ "code": code }));
        refuse(&emulator, AUTHENTICATE, &body, status, kind);
    }
    // None of these codes used up the token.
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn authenticate_without_a_totp_is_refused() {
    let emulator = start();
    let body = with(login(&emulator), json!({ "code": "123456" }));
    refuse(&emulator, AUTHENTICATE, &body, 404, "totp_not_found");
}

#[test]
fn an_intermediate_session_token_works_once() {
    let emulator = created();
    accept(&emulator, AUTHENTICATE, &login(&emulator));
    emulator.advance(Duration::from_secs(30));
    refuse(
        &emulator,
        AUTHENTICATE,
        &login(&emulator),
        404,
        "intermediate_session_not_found",
    );
}

#[test]
fn an_intermediate_session_token_expires_after_ten_minutes() {
    for (seconds, accepted) in [(599, true), (600, false)] {
        let emulator = fixed().run();
        accept(&emulator, CREATE, &ids(&emulator));
        emulator.advance(Duration::from_secs(seconds));
        let body = login(&emulator);
        if accepted {
            accept(&emulator, AUTHENTICATE, &body);
        } else {
            refuse(
                &emulator,
                AUTHENTICATE,
                &body,
                404,
                "intermediate_session_not_found",
            );
        }
    }
}

#[test]
fn a_token_of_another_member_is_refused() {
    let emulator = created();
    let other = emulator.another_member();
    let token = json!({ "intermediate_session_token": other.intermediate_session_token });
    let body = with(login(&emulator), token);
    refuse(&emulator, AUTHENTICATE, &body, 403, "unauthorized_action");
}

#[test]
fn exactly_one_session_argument_is_required() {
    let emulator = created();
    let none = with(
        login(&emulator),
        json!({ "intermediate_session_token": null }),
    );
    refuse(&emulator, AUTHENTICATE, &none, 400, "no_session_arguments");
    let two = with(login(&emulator), json!({ "session_token": "t" }));
    refuse(
        &emulator,
        AUTHENTICATE,
        &two,
        400,
        "too_many_session_arguments",
    );
}

#[test]
fn a_setting_allows_authenticate_without_a_session() {
    let emulator = Emulator::builder()
        .settings(|settings| settings.session.argument_required = false)
        .run();
    accept(&emulator, CREATE, &ids(&emulator));
    let none = with(
        login(&emulator),
        json!({ "intermediate_session_token": null }),
    );
    let response = accept(&emulator, AUTHENTICATE, &none);
    let factors = &response["member_session"]["authentication_factors"];
    assert_eq!(factors.as_array().unwrap().len(), 1);
    assert_eq!(factors[0]["type"], "totp");
}

#[test]
fn the_session_lasts_for_an_hour_or_the_given_minutes() {
    for (minutes, expires) in [
        (json!(null), "2023-11-14T23:13:20Z"),
        (json!(5), "2023-11-14T22:18:20Z"),
        (json!(527_040), "2024-11-14T22:13:20Z"),
    ] {
        let emulator = fixed().run();
        accept(&emulator, CREATE, &ids(&emulator));
        let body = with(
            login(&emulator),
            json!({ "session_duration_minutes": minutes }),
        );
        let session = accept(&emulator, AUTHENTICATE, &body)["member_session"].clone();
        assert_eq!(session["started_at"], "2023-11-14T22:13:20Z");
        assert_eq!(session["expires_at"], expires);
    }
    let emulator = created();
    for minutes in [4, 0, -5, 527_041] {
        let body = with(
            login(&emulator),
            json!({ "session_duration_minutes": minutes }),
        );
        refuse(
            &emulator,
            AUTHENTICATE,
            &body,
            400,
            "invalid_session_duration_minutes",
        );
    }
}

#[test]
fn an_unknown_member_is_not_found() {
    let emulator = created();
    let member = json!({ "member_id": "member-test-00000000-0000-4000-8000-000000000000" });
    refuse(
        &emulator,
        AUTHENTICATE,
        &with(login(&emulator), member),
        404,
        "member_not_found",
    );
    let organization = json!({ "organization_id": "organization-test-x" });
    let body = with(login(&emulator), organization);
    refuse(
        &emulator,
        AUTHENTICATE,
        &body,
        404,
        "organization_not_found",
    );
}

#[test]
fn members_do_not_share_codes() {
    let emulator = created();
    let other = emulator.another_member();
    accept(&emulator, CREATE, &ids_of(&other));
    assert_ne!(
        emulator.code(&other.member_id),
        emulator.code(emulator.member_id())
    );
}

#[test]
fn a_setting_changes_the_window_of_the_codes() {
    let emulator = created();
    emulator.set(|settings| settings.totp.code_window_steps = 0);
    let late = login(&emulator);
    emulator.advance(Duration::from_secs(30));
    refuse(
        &emulator,
        AUTHENTICATE,
        &late,
        401,
        "unable_to_authenticate_totp",
    );
    emulator.set(|settings| settings.totp.code_window_steps = 3);
    emulator.advance(Duration::from_secs(60));
    accept(&emulator, AUTHENTICATE, &late);
}

#[test]
fn a_setting_makes_older_steps_count_as_replayed() {
    for (scope, accepted) in [
        (ReplayScope::AcceptedCodes, true),
        (ReplayScope::OlderSteps, false),
    ] {
        let (emulator, response) =
            authenticated(fixed().settings(|settings| settings.totp.replay_scope = scope));
        let older = with_session(&emulator, &response);
        emulator.advance(Duration::from_secs(30));
        accept(&emulator, AUTHENTICATE, &with_session(&emulator, &response));
        if accepted {
            accept(&emulator, AUTHENTICATE, &older);
        } else {
            refuse(
                &emulator,
                AUTHENTICATE,
                &older,
                401,
                "totp_code_already_authenticated",
            );
        }
    }
}

#[test]
fn a_telemetry_id_shows_the_device() {
    let (emulator, response) = authenticated(fixed());
    let mut devices = Vec::new();
    for telemetry_id in ["one", "one", "two"] {
        let body = with(
            with_session(&emulator, &response),
            json!({ "telemetry_id": telemetry_id }),
        );
        devices.push(accept(&emulator, AUTHENTICATE, &body)["member_device"].clone());
        emulator.advance(STEP);
    }
    let details = |index: usize| devices[index]["visitor_id_details"].clone();
    assert_eq!(devices[0]["ip_address"], "127.0.0.1");
    assert_eq!(devices[0]["ip_geo_country"], Value::Null);
    assert_eq!(details(0)["is_new"], true);
    assert_eq!(details(1)["is_new"], false);
    assert_eq!(details(1)["first_seen_at"], details(0)["first_seen_at"]);
    assert_ne!(details(1)["last_seen_at"], details(0)["last_seen_at"]);
    assert_eq!(devices[1]["visitor_id"], devices[0]["visitor_id"]);
    assert_ne!(devices[2]["visitor_id"], devices[0]["visitor_id"]);
}

#[test]
fn a_setting_changes_the_algorithm_of_the_codes() {
    let emulator = fixed().run();
    accept(
        &emulator,
        MIGRATE,
        &with(ids(&emulator), json!({ "secret": SECRET })),
    );
    let code = || emulator.code(emulator.member_id()).unwrap();
    let sha1 = code();
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        emulator.set(|settings| settings.totp.algorithm = algorithm);
        assert_ne!(code(), sha1);
    }
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

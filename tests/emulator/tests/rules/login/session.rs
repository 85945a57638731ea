//! Sessions and their JWTs.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use totps_emulator::Factor;

use crate::client::{accept, post, refuse};
use crate::scenes::{
    AUTHENTICATE, SESSION, STEP, authenticated, created, fixed, ids, login, with, with_session,
    wrong_code,
};

/// Returns the claims of the session JWT in a response. The signature is not checked.
pub(crate) fn jwt_claims(response: &Value) -> Value {
    jwt_part(response, 1)
}

pub(crate) fn jwt_part(response: &Value, index: usize) -> Value {
    let jwt = response["session_jwt"].as_str().unwrap();
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn the_jwt_expires_after_five_minutes_and_shows_the_session() {
    let emulator = created();
    let body = with(
        login(&emulator),
        json!({ "session_duration_minutes": 1000 }),
    );
    let response = accept(&emulator, AUTHENTICATE, &body);
    let session = &response["member_session"];
    let claims = jwt_claims(&response);
    assert_eq!(
        claims["iss"],
        format!("stytch.com/{}", emulator.project_id())
    );
    assert_eq!(claims["aud"], json!([emulator.project_id()]));
    assert_eq!(claims["sub"], emulator.member_id());
    assert_eq!(claims["iat"], 1_700_000_000);
    assert_eq!(claims["nbf"], 1_700_000_000);
    assert_eq!(claims["exp"], 1_700_000_300);
    let shown = &claims["https://stytch.com/session"];
    assert_eq!(shown["id"], session["member_session_id"]);
    for name in [
        "started_at",
        "last_accessed_at",
        "expires_at",
        "authentication_factors",
        "roles",
    ] {
        assert_eq!(shown[name], session[name], "{name}");
    }
    assert_eq!(
        claims["https://stytch.com/organization"],
        json!({
            "organization_id": emulator.organization_id(),
            "slug": session["organization_slug"],
        })
    );
}

#[test]
fn a_session_gets_the_factor_and_the_new_duration() {
    let emulator = created();
    let member = emulator.member_id();
    let session = emulator
        .create_session(member, &[Factor::MagicLink])
        .unwrap();
    emulator.advance(Duration::from_secs(600));
    for (argument, value) in [
        ("session_token", &session.session_token),
        ("session_jwt", &session.session_jwt),
    ] {
        let body = with(
            ids(&emulator),
            json!({ "code": emulator.code(member), argument: value, "session_duration_minutes": 10 }),
        );
        let response = accept(&emulator, AUTHENTICATE, &body);
        assert_eq!(response["session_token"], session.session_token);
        let shown = &response["member_session"];
        assert_eq!(shown["started_at"], "2023-11-14T22:13:20Z");
        // The factor is added once and authenticated again the second time.
        let factors = shown["authentication_factors"].as_array().unwrap();
        assert_eq!(factors.len(), 2);
        assert_eq!(
            factors[1]["last_authenticated_at"],
            shown["last_accessed_at"]
        );
        assert_eq!(factors[1]["created_at"], "2023-11-14T22:23:20Z");
        emulator.advance(STEP);
    }
    let body = json!({ "session_token": session.session_token });
    let response = accept(&emulator, SESSION, &body);
    assert_eq!(
        response["member_session"]["expires_at"],
        "2023-11-14T22:33:50Z"
    );
}

#[test]
fn without_a_duration_a_setting_decides_whether_the_expiry_moves() {
    for (moves, expires) in [
        (false, "2023-11-14T23:13:20Z"),
        (true, "2023-11-14T23:13:50Z"),
    ] {
        let (emulator, response) = authenticated(
            fixed().settings(|settings| settings.session.expiry_moves_without_duration = moves),
        );
        let response = accept(&emulator, AUTHENTICATE, &with_session(&emulator, &response));
        assert_eq!(response["member_session"]["expires_at"], expires);
    }
}

#[test]
fn a_project_may_set_a_lower_maximum() {
    let emulator = created();
    emulator.set(|settings| settings.session.max_duration_minutes = 90);
    for (minutes, kind) in [
        (91, "invalid_session_duration"),
        (527_041, "invalid_session_duration_minutes"),
    ] {
        let body = with(
            login(&emulator),
            json!({ "session_duration_minutes": minutes }),
        );
        refuse(&emulator, AUTHENTICATE, &body, 400, kind);
    }
    accept(
        &emulator,
        AUTHENTICATE,
        &with(login(&emulator), json!({ "session_duration_minutes": 90 })),
    );
}

#[test]
fn a_setting_decides_whether_a_wrong_code_ends_the_login() {
    for (ends, status) in [(false, 200), (true, 404)] {
        let emulator = created();
        emulator.set(|settings| settings.session.wrong_code_ends_intermediate = ends);
        let wrong = json!({ "code": wrong_code(&emulator) });
        let kind = "unable_to_authenticate_totp";
        refuse(
            &emulator,
            AUTHENTICATE,
            &with(login(&emulator), wrong),
            401,
            kind,
        );
        assert_eq!(post(&emulator, AUTHENTICATE, &login(&emulator)).0, status);
    }
}

#[test]
fn a_setting_shows_the_order_of_factors() {
    let (_, response) =
        authenticated(fixed().settings(|settings| settings.session.show_sequence_order = true));
    let factors = &response["member_session"]["authentication_factors"];
    assert_eq!(factors[0]["sequence_order"], "PRIMARY");
    assert_eq!(factors[1]["sequence_order"], "SECONDARY");
    let claims = jwt_claims(&response);
    assert_eq!(
        claims["https://stytch.com/session"]["authentication_factors"],
        *factors
    );
}

#[test]
fn sessions_authenticate_never_moves_the_expiry_without_a_duration() {
    let (emulator, response) = authenticated(
        fixed().settings(|settings| settings.session.expiry_moves_without_duration = true),
    );
    let token = json!({ "session_token": response["session_token"] });
    let looked_at = accept(&emulator, SESSION, &token);
    assert_eq!(
        looked_at["member_session"]["expires_at"],
        response["member_session"]["expires_at"]
    );
}

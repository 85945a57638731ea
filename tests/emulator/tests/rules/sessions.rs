//! Sessions: JWTs, the key set, extension and `POST /v1/b2b/sessions/authenticate`

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};
use totps_emulator::{Emulator, Factor};
use ureq::http::Request;

use crate::client::{
    AUTHENTICATE, STEP, accept, assert_error, assert_prefix, authenticated, call, created, fixed,
    ids, login, refuse, send, with, with_session,
};

const SESSION: &str = "/v1/b2b/sessions/authenticate";

/// The claims of an answer's session JWT, its signature unchecked.
pub(crate) fn jwt_claims(answer: &Value) -> Value {
    jwt_part(answer, 1)
}

fn jwt_part(answer: &Value, index: usize) -> Value {
    let jwt = answer["session_jwt"].as_str().unwrap();
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn key_set(emulator: &Emulator) -> Value {
    let path = format!("/v1/b2b/sessions/jwks/{}", emulator.project_id());
    let (status, answer) = call(emulator, "GET", &path, String::new());
    assert_eq!(status, 200, "{answer}");
    answer
}

#[test]
fn the_jwt_verifies_with_the_key_set() {
    let (emulator, answer) = authenticated(fixed());
    let key = &key_set(&emulator)["keys"][0];
    let header = jwt_part(&answer, 0);
    assert_eq!(
        header,
        json!({ "alg": "RS256", "kid": key["kid"], "typ": "JWT" })
    );
    assert_prefix(&key["kid"], "jwk-test-");
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let jwt = answer["session_jwt"].as_str().unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .unwrap();
}

#[test]
fn the_jwt_lives_for_five_minutes_and_shows_the_session() {
    let emulator = created();
    let body = with(
        login(&emulator),
        json!({ "session_duration_minutes": 1000 }),
    );
    let answer = accept(&emulator, AUTHENTICATE, &body);
    let session = &answer["member_session"];
    let claims = jwt_claims(&answer);
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
fn the_key_set_needs_no_credentials_but_the_right_project() {
    let emulator = fixed().start().unwrap();
    let get = |project: &str| {
        let uri = format!("{}/v1/b2b/sessions/jwks/{project}", emulator.base_url());
        send(Request::builder().uri(uri).body(String::new()).unwrap())
    };
    assert_eq!(get(emulator.project_id()).0, 200);
    let (status, answer) = get("project-test-other");
    assert_error(status, &answer, 404, "project_not_found");
    emulator.change_settings(|settings| settings.jwks_need_authorization = true);
    let (status, answer) = get(emulator.project_id());
    assert_error(status, &answer, 401, "unauthorized_credentials");
}

#[test]
fn a_session_takes_the_factor_and_the_new_duration() {
    let emulator = created();
    let member = emulator.member_id();
    let session = emulator.new_session(member, &[Factor::MagicLink]).unwrap();
    emulator.advance(Duration::from_secs(600));
    for (argument, value) in [
        ("session_token", &session.session_token),
        ("session_jwt", &session.session_jwt),
    ] {
        let body = with(
            ids(&emulator),
            json!({ "code": emulator.code(member), argument: value, "session_duration_minutes": 10 }),
        );
        let answer = accept(&emulator, AUTHENTICATE, &body);
        assert_eq!(answer["session_token"], session.session_token);
        let shown = &answer["member_session"];
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
    let answer = accept(&emulator, SESSION, &body);
    assert_eq!(
        answer["member_session"]["expires_at"],
        "2023-11-14T22:33:50Z"
    );
}

#[test]
fn without_a_duration_the_expiry_stays_or_moves_by_a_setting() {
    for (moves, expires) in [
        (false, "2023-11-14T23:13:20Z"),
        (true, "2023-11-14T23:13:50Z"),
    ] {
        let (emulator, answer) = authenticated(
            fixed().settings(|settings| settings.expiry_moves_without_duration = moves),
        );
        let answer = accept(&emulator, AUTHENTICATE, &with_session(&emulator, &answer));
        assert_eq!(answer["member_session"]["expires_at"], expires);
    }
}

#[test]
fn a_project_may_set_a_lower_maximum() {
    let emulator = created();
    emulator.change_settings(|settings| settings.max_session_duration_minutes = 90);
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
fn sessions_authenticate_by_token_and_jwt() {
    let (emulator, opened) = authenticated(fixed());
    for argument in ["session_token", "session_jwt"] {
        let answer = accept(&emulator, SESSION, &json!({ argument: opened[argument] }));
        assert_eq!(answer["session_token"], opened["session_token"]);
        assert_eq!(
            answer["member_session"]["member_session_id"],
            opened["member_session"]["member_session_id"]
        );
        assert_eq!(answer["member"]["member_id"], emulator.member_id());
        assert_eq!(
            answer["organization"]["organization_id"],
            emulator.organization_id()
        );
        assert_eq!(answer["verdict"], Value::Null);
    }
    refuse(&emulator, SESSION, &json!({}), 400, "no_session_arguments");
    let both =
        json!({ "session_token": opened["session_token"], "session_jwt": opened["session_jwt"] });
    refuse(&emulator, SESSION, &both, 400, "too_many_session_arguments");
}

#[test]
fn expired_and_unknown_sessions_are_not_found() {
    let (emulator, answer) = authenticated(fixed());
    let unknown = json!({ "session_token": "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q" });
    refuse(&emulator, SESSION, &unknown, 404, "session_not_found");
    refuse(
        &emulator,
        SESSION,
        &json!({ "session_token": "short" }),
        400,
        "invalid_session_token",
    );
    emulator.advance(Duration::from_secs(60 * 60 - 31));
    let token = json!({ "session_token": answer["session_token"] });
    accept(&emulator, SESSION, &token);
    emulator.advance(Duration::from_secs(1));
    refuse(&emulator, SESSION, &token, 404, "session_not_found");
    refuse(
        &emulator,
        SESSION,
        &json!({ "session_jwt": answer["session_jwt"] }),
        404,
        "session_not_found",
    );
}

#[test]
fn an_expired_jwt_stands_for_its_session_unless_a_setting_forbids() {
    let (emulator, answer) = authenticated(fixed());
    emulator.advance(Duration::from_secs(300));
    let jwt = json!({ "session_jwt": answer["session_jwt"] });
    accept(&emulator, SESSION, &jwt);
    emulator.change_settings(|settings| settings.accept_expired_session_jwt = false);
    refuse(&emulator, SESSION, &jwt, 404, "session_not_found");
}

#[test]
fn a_jwt_of_another_key_is_refused() {
    let (emulator, answer) = authenticated(fixed());
    let jwt = answer["session_jwt"].as_str().unwrap();
    let (signed, _) = jwt.rsplit_once('.').unwrap();
    for forged in [
        format!("{signed}.AAAA"),
        format!("{signed}."),
        "x".to_owned(),
        "a.b.c".to_owned(),
    ] {
        let kind = "unable_to_parse_session_jwt";
        refuse(
            &emulator,
            SESSION,
            &json!({ "session_jwt": forged }),
            400,
            kind,
        );
    }
}

#[test]
fn an_authorization_check_is_about_the_own_organization() {
    let (emulator, answer) = authenticated(fixed());
    let body = |organization: &str| {
        json!({
            "session_token": answer["session_token"],
            "authorization_check": {
                "organization_id": organization, "resource_id": "documents", "action": "read",
            },
        })
    };
    let granted = accept(&emulator, SESSION, &body(emulator.organization_id()));
    let verdict = json!({ "authorized": true, "granting_roles": ["stytch_member"] });
    assert_eq!(granted["verdict"], verdict);
    refuse(
        &emulator,
        SESSION,
        &body("other"),
        403,
        "session_authorization_tenancy_error",
    );
    emulator.change_settings(|settings| settings.authorization_checks_pass = false);
    let own = body(emulator.organization_id());
    refuse(&emulator, SESSION, &own, 403, "session_authorization_error");
}

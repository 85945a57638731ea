//! `POST /v1/b2b/sessions/authenticate`

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::client::{accept, refuse};
use crate::login::session::jwt_part;
use crate::scenes::{SESSION, authenticated, fixed, with};

#[test]
fn sessions_authenticate_by_token_and_jwt() {
    let (emulator, opened) = authenticated(fixed());
    for argument in ["session_token", "session_jwt"] {
        let response = accept(&emulator, SESSION, &json!({ argument: opened[argument] }));
        assert_eq!(response["session_token"], opened["session_token"]);
        assert_eq!(
            response["member_session"]["member_session_id"],
            opened["member_session"]["member_session_id"]
        );
        assert_eq!(response["member"]["member_id"], emulator.member_id());
        assert_eq!(
            response["organization"]["organization_id"],
            emulator.organization_id()
        );
        assert_eq!(response["verdict"], Value::Null);
    }
    refuse(&emulator, SESSION, &json!({}), 400, "no_session_arguments");
    let both =
        json!({ "session_token": opened["session_token"], "session_jwt": opened["session_jwt"] });
    refuse(&emulator, SESSION, &both, 400, "too_many_session_arguments");
}

#[test]
fn expired_and_unknown_sessions_are_not_found() {
    let (emulator, response) = authenticated(fixed());
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
    let token = json!({ "session_token": response["session_token"] });
    accept(&emulator, SESSION, &token);
    emulator.advance(Duration::from_secs(1));
    refuse(&emulator, SESSION, &token, 404, "session_not_found");
    refuse(
        &emulator,
        SESSION,
        &json!({ "session_jwt": response["session_jwt"] }),
        404,
        "session_not_found",
    );
}

#[test]
fn an_expired_jwt_is_accepted_unless_a_setting_forbids_it() {
    let (emulator, response) = authenticated(fixed());
    emulator.advance(Duration::from_secs(300));
    let jwt = json!({ "session_jwt": response["session_jwt"] });
    accept(&emulator, SESSION, &jwt);
    emulator.set(|settings| settings.session.accept_expired_jwt = false);
    refuse(&emulator, SESSION, &jwt, 404, "session_not_found");
}

/// Signs with RS256 and an ordinary key that is not the emulator's.
fn signature_of_another_key(signed: &str) -> String {
    let mut key = include_str!("another_key.txt").to_owned();
    key.retain(|c| !c.is_whitespace());
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(key).unwrap()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    let random = SystemRandom::new();
    key.sign(
        &RSA_PKCS1_SHA256,
        &random,
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    URL_SAFE_NO_PAD.encode(signature)
}

#[test]
fn a_jwt_with_an_invalid_signature_is_refused() {
    let (emulator, response) = authenticated(fixed());
    let jwt = response["session_jwt"].as_str().unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let mut other_claims = jwt_part(&response, 1);
    other_claims["exp"] = json!(4_102_444_800_u64);
    let encode = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let (other_claims, unsigned) = (encode(other_claims), encode(json!({ "alg": "none" })));
    for forged in [
        format!("{signed}.{}", signature_of_another_key(signed)),
        format!("{header}.{other_claims}.{signature}"),
        format!("{unsigned}.{claims}.{signature}"),
        format!("{unsigned}.{claims}."),
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
fn an_authorization_check_must_name_the_organization_of_the_session() {
    let (emulator, response) = authenticated(fixed());
    let body = |organization: &str| {
        json!({
            "session_token": response["session_token"],
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
    emulator.set(|settings| settings.rbac.authorization_checks_pass = false);
    let own = body(emulator.organization_id());
    refuse(&emulator, SESSION, &own, 403, "session_authorization_error");
}

#[test]
fn an_authorization_check_must_be_complete() {
    let (emulator, opened) = authenticated(fixed());
    let check = json!({
        "organization_id": emulator.organization_id(), "resource_id": "documents", "action": "read",
    });
    for name in ["organization_id", "resource_id", "action"] {
        for (value, kind) in [(Value::Null, "bad_request"), (json!(1), "invalid_argument")] {
            let body = json!({
                "session_token": opened["session_token"],
                "authorization_check": with(check.clone(), json!({ name: value })),
            });
            refuse(&emulator, SESSION, &body, 400, kind);
        }
    }
}

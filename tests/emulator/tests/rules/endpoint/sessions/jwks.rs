//! `GET /v1/b2b/sessions/jwks/{project_id}`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};
use ureq::http::Request;

use crate::client::{Client, Run as _, assert_error, assert_prefix, get, send};
use crate::login::session::jwt_part;
use crate::scenes::{authenticated, fixed};

fn key_set(emulator: &Client) -> Value {
    let path = format!("/v1/b2b/sessions/jwks/{}", emulator.project_id());
    get(emulator, &path)
}

#[test]
fn the_jwt_verifies_with_the_key_set() {
    let (emulator, response) = authenticated(fixed());
    let key = &key_set(&emulator)["keys"][0];
    let header = jwt_part(&response, 0);
    assert_eq!(
        header,
        json!({ "alg": "RS256", "kid": key["kid"], "typ": "JWT" })
    );
    assert_prefix(&key["kid"], "jwk-test-");
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let jwt = response["session_jwt"].as_str().unwrap();
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
fn the_key_set_needs_no_credentials_but_the_right_project() {
    let emulator = fixed().run();
    let fetch = |project: &str| {
        let uri = format!("/v1/b2b/sessions/jwks/{project}");
        let request = Request::builder().uri(uri).body(String::new());
        send(&emulator, request.unwrap())
    };
    assert_eq!(fetch(emulator.project_id()).0, 200);
    let (status, response) = fetch("project-test-other");
    assert_error(status, &response, 404, "project_not_found");
    emulator.set(|settings| settings.session.jwks_need_authorization = true);
    let (status, response) = fetch(emulator.project_id());
    assert_error(status, &response, 401, "unauthorized_credentials");
}

#[test]
fn a_setting_names_the_thumbprint() {
    let emulator = fixed().run();
    emulator.set(|settings| settings.session.jwks_thumbprint_name = "x5t#S256".to_owned());
    let key = key_set(&emulator)["keys"][0].clone();
    assert_eq!(key["x5t#S256"], "");
    assert!(key.get("x5t_s256").is_none());
}

//! Tests of the key set: the keys that are read, and the request that fetches them.

use serde_json::{Value, json};
use totps_core::{
    Call, Client, Error, GetJwks, InvalidParams, Json, Jwks, JwtError, Operation, Project, Request,
    SessionJwt, VerifyOptions, http,
};

use super::{forge, read};

fn kids(jwks: &Value) -> Vec<String> {
    read(jwks).kids().map(str::to_owned).collect()
}

#[test]
fn the_request_has_no_credentials() {
    let project = Project::new("project-test-1", "secret-test-1").unwrap();
    let request = project.request(&GetJwks::new(project.id())).unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.uri(),
        "https://test.stytch.com/v1/b2b/sessions/jwks/project-test-1"
    );
    let mut names: Vec<_> = request
        .headers()
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "user-agent"]);
    assert!(request.body().is_empty());

    for id in ["", ".", ".."] {
        let error = project.request(&GetJwks::new(id)).unwrap_err();
        let Error::InvalidParams(error) = error else {
            panic!("expected the id {id:?} to be refused, got {error}");
        };
        assert_eq!(error.field(), "project_id", "id: {id:?}");
    }
    let request = project.request(&GetJwks::new("a/b?c")).unwrap();
    assert_eq!(request.uri().path(), "/v1/b2b/sessions/jwks/a%2Fb%3Fc");
}

#[test]
fn an_operation_can_omit_the_credentials() {
    struct Open(bool);
    impl Operation for Open {
        type Response = Json<Value>;
        fn describe(&self) -> Result<Call, InvalidParams> {
            let call = Call::post("/v1/a");
            let call = if self.0 {
                call.without_credentials()
            } else {
                call
            };
            call.json(&json!({}))
        }
    }
    let project = Project::new("project-test-1", "secret-test-1").unwrap();
    for is_open in [false, true] {
        let request = project.request(&Open(is_open)).unwrap();
        let has = request.headers().contains_key(http::header::AUTHORIZATION);
        assert_eq!(has, !is_open);
    }
}

#[test]
fn unusable_keys_are_left_out() {
    let forge = forge();
    assert_eq!(kids(&forge.jwks()), ["jwk-test-1", "jwk-test-2"]);
    let with = |changes: Value| {
        let mut key = forge.next.jwk();
        let object = key.as_object_mut().unwrap();
        object.extend(changes.as_object().unwrap().clone());
        object.retain(|_, value| value != "-");
        json!({"keys": [key, forge.key.jwk()]})
    };
    let small = totps_forge::base64url([0xc1; 128]);
    let large = totps_forge::base64url([0xc1; 1025]);
    for changes in [
        json!({"kty": "oct"}),
        json!({"kty": "-"}),
        json!({"kty": "rsa"}),
        json!({"kid": "-"}),
        json!({"kid": ""}),
        json!({"kid": null}),
        json!({"kid": 1}),
        json!({"alg": "HS256"}),
        json!({"alg": "none"}),
        json!({"alg": 256}),
        json!({"n": "-"}),
        json!({"n": ""}),
        json!({"n": "AA"}),
        json!({"n": "not base64!"}),
        json!({"n": small}),
        json!({"n": large}),
        json!({"n": [1]}),
        json!({"e": "-"}),
        json!({"e": ""}),
        json!({"e": "AA"}),
        json!({"e": "AQ"}),
        json!({"e": 65537}),
    ] {
        assert_eq!(
            kids(&with(changes.clone())),
            ["jwk-test-1"],
            "changed: {changes}"
        );
    }
    for changes in [
        json!({"alg": null}),
        json!({"alg": "-"}),
        json!({"use": 1, "key_ops": "verify", "x5c": null, "x5tS256": 7, "new": {"a": 1}}),
        json!({"use": "-", "key_ops": "-", "x5c": "-", "x5tS256": "-"}),
    ] {
        let jwks = with(changes.clone());
        assert_eq!(
            kids(&jwks),
            ["jwk-test-2", "jwk-test-1"],
            "changed: {changes}"
        );
    }
    for other in [json!(null), json!("key"), json!([]), json!(1), json!({})] {
        let jwks = json!({"keys": [other, forge.key.jwk()]});
        assert_eq!(kids(&jwks), ["jwk-test-1"], "{jwks}");
    }
}

#[test]
fn five_fields_are_enough() {
    let forge = forge();
    let mut key = forge.key.jwk();
    let needed = ["kty", "alg", "kid", "n", "e"];
    key.as_object_mut()
        .unwrap()
        .retain(|name, _| needed.contains(&name.as_str()));
    let jwt = SessionJwt::new(forge.jwt());
    let verified = read(&json!({"keys": [key]})).verify(
        &jwt,
        &forge.project(),
        forge.time(),
        &VerifyOptions::new(),
    );
    assert!(verified.is_ok(), "got {verified:?}");
}

#[test]
fn leading_zeros_and_duplicate_key_ids_are_accepted() {
    let forge = forge();
    let mut padded = forge.key.jwk();
    let modulus = [&[0, 0][..], &forge.key.modulus()].concat();
    padded["n"] = json!(totps_forge::base64url(modulus));
    padded["e"] = json!("AAEAAQ");
    let mut namesake = forge.next.jwk();
    namesake["kid"] = json!(forge.key.kid());
    for keys in [
        json!([padded]),
        json!([namesake, forge.key.jwk()]),
        json!([forge.key.jwk(), namesake]),
    ] {
        let verified = read(&json!({"keys": keys})).verify(
            &SessionJwt::new(forge.jwt()),
            &forge.project(),
            forge.time(),
            &VerifyOptions::new(),
        );
        assert!(verified.is_ok(), "{keys}: {verified:?}");
    }
}

#[test]
fn without_keys_every_key_is_unknown() {
    let forge = forge();
    for jwks in [Jwks::default(), read(&json!({"keys": []}))] {
        assert!(jwks.is_empty());
        let verified = jwks.verify(
            &SessionJwt::new(forge.jwt()),
            &forge.project(),
            forge.time(),
            &VerifyOptions::new(),
        );
        assert_eq!(verified.map(drop), Err(JwtError::UnknownKey));
    }
}

#[test]
fn responses_without_keys_are_errors() {
    for (body, expected) in [
        (r#"{"status_code": 200}"#, Some("keys")),
        (r#"{"keys": null}"#, Some("keys")),
        (r#"{"keys": {}}"#, Some("keys")),
        (r#"{"keys": "a"}"#, Some("keys")),
        (r#"{"keys": [], "keys": []}"#, Some("keys")),
        ("[]", None),
        ("", None),
        ("<html>", None),
    ] {
        match Jwks::try_from(http::Response::new(body)) {
            Err(Error::Decode(error)) => assert_eq!(error.field(), expected, "body: {body}"),
            other => panic!("expected {body} to be unreadable, got {other:?}"),
        }
    }
    let response = http::Response::builder()
        .status(404)
        .body("{\"keys\": []}")
        .unwrap();
    assert!(matches!(Jwks::try_from(response), Err(Error::Api(_))));
}

#[test]
fn a_client_fetches_the_key_set() {
    let forge = forge();
    let jwks = forge.jwks().to_string();
    let send = move |_: Request| Ok::<_, std::io::Error>(http::Response::new(jwks.clone()));
    let client = Client::new(forge.project(), send);
    let jwks = client
        .get_jwks(&GetJwks::new(client.project().id()))
        .unwrap();
    assert_eq!(format!("{jwks:?}"), r#"Jwks["jwk-test-1", "jwk-test-2"]"#);
}

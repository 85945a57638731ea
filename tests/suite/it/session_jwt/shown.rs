//! Checks that no error and no `Debug` output shows a JWT or its content.

use serde_json::json;
use totps_conformance::sentinel::{assert_hidden, debug_texts, error_texts};
use totps_core::{
    Client, JwtError, Project, Request, SessionJwt, SessionVerifier, VerifyOptions, http,
};
use totps_forge::{Forge, PROJECT_ID};

use super::{forge, read};
use crate::secrets::PROJECT_SECRET;

const CANARY: &str = "Canary-of-a-claim-19";

/// Returns JWTs with a canary in every place where an attacker or an application can put a text.
fn with_canaries(forge: &Forge) -> Vec<String> {
    let mut claims = vec![forge.with_claim(&format!("/{CANARY}"), Some(json!(CANARY)))];
    for pointer in ["/iss", "/aud", "/exp", "/nbf", "/iat", "/plan"] {
        claims.push(forge.with_claim(pointer, Some(json!(CANARY))));
        claims.push(forge.with_claim(pointer, Some(json!({CANARY: CANARY}))));
    }
    for claim in ["session", "organization"] {
        let pointer = format!("/https:~1~1stytch.com~1{claim}");
        claims.push(forge.with_claim(&pointer, Some(json!(CANARY))));
        claims.push(forge.with_claim(&pointer, Some(json!({CANARY: CANARY}))));
    }
    for name in ["alg", "kid", "typ", "crit", "x"] {
        let mut header = forge.header();
        header[name] = json!(CANARY);
        claims.push(forge.key.sign(&header, &forge.claims()));
    }
    let text = forge.claims().to_string();
    let entry = format!("{{\"{CANARY}\":1,\"{CANARY}\":2,");
    let twice = text.replacen('{', &entry, 1);
    claims.push(forge.key.sign_text(forge.header().to_string(), twice));
    claims.push(forge.key.sign_text(CANARY, CANARY));
    claims.push(format!("{CANARY}.{CANARY}.{CANARY}"));
    claims.push(CANARY.to_owned());
    claims
}

#[test]
fn errors_and_sessions_show_no_secret() {
    let forge = forge();
    let jwks = read(&forge.jwks());
    let cases = forge.forged().into_iter().map(|case| case.jwt);
    for jwt in with_canaries(&forge).into_iter().chain(cases) {
        let secret = SessionJwt::new(&*jwt);
        let verified = jwks.verify(
            &secret,
            &forge.project(),
            forge.time(),
            &VerifyOptions::new(),
        );
        let texts = match &verified {
            Ok(session) => debug_texts(session),
            Err(error) => error_texts(error),
        };
        assert_hidden("the result", &texts, CANARY);
        for part in jwt.split('.').filter(|part| part.len() >= 16) {
            assert_hidden("the result", &texts, &part[..16]);
        }
    }
}

#[test]
fn verifiers_show_no_secret() {
    let forge = forge();
    let project = Project::at(&*forge.base_url, PROJECT_ID, PROJECT_SECRET).unwrap();
    for (status, body) in [
        (200, forge.jwks().to_string()),
        (500, CANARY.to_owned()),
        (200, CANARY.to_owned()),
    ] {
        let send = move |_: Request| {
            let response = http::Response::builder().status(status);
            Ok::<_, std::io::Error>(response.body(body.clone()).unwrap())
        };
        let verifier = SessionVerifier::new(Client::new(project.clone(), send));
        for jwt in with_canaries(&forge) {
            let verified = verifier.verify(&SessionJwt::new(jwt), forge.time());
            let texts = match &verified {
                Ok(session) => debug_texts(session),
                Err(error) => error_texts(error),
            };
            let texts = [texts, debug_texts(&verifier)].concat();
            assert_hidden("a verifier", &texts, CANARY);
            assert_hidden("a verifier", &texts, PROJECT_SECRET);
        }
    }
}

#[test]
fn error_texts_name_the_failed_check() {
    for (error, text) in [
        (JwtError::TooLong, "the JWT is longer than 16 KiB"),
        (JwtError::Algorithm, "the `alg` of the JWT is not `RS256`"),
        (
            JwtError::MissingClaim { claim: "exp" },
            "the JWT has no claim `exp`",
        ),
        (
            JwtError::Audience,
            "the `aud` of the JWT is not the project",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

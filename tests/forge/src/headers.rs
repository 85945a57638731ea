//! JWTs with headers that are critical, embed a key, name another key, or are malformed.

use serde_json::{Value, json};
use totps_core::{JwtError, JwtPart};

use crate::{Case, Forge};

pub(crate) fn cases(forge: &Forge) -> Vec<Case> {
    use JwtError::{CriticalHeader, NoKeyId, Signature, Type, UnknownKey};
    const DUPLICATE: JwtError = JwtError::DuplicateKey {
        part: JwtPart::Header,
    };
    const MALFORMED: JwtError = JwtError::Malformed {
        part: JwtPart::Header,
    };

    let claims = forge.claims();
    let changed = |changes: Value| {
        let mut header = forge.header();
        let object = header.as_object_mut().expect("an object");
        object.extend(changes.as_object().expect("an object").clone());
        header
    };
    let signed = |changes: Value| forge.key.sign(&changed(changes), &claims);
    let by_attacker = |changes: Value| forge.attacker.sign(&changed(changes), &claims);
    let text = |header: &str| forge.key.sign_text(header, claims.to_string());
    let jwk = forge.attacker.jwk();
    let own = "jwk-test-attacker";
    let without_kid = forge
        .key
        .sign(&json!({"alg": "RS256", "typ": "JWT"}), &claims);
    let mut not_utf8 = br#"{"alg":"RS256","kid":"jwk-test-1","typ":"JWT","x":""#.to_vec();
    not_utf8.extend(b"\xff\"}");
    vec![
        Case::forged("crit-exp", signed(json!({"crit": ["exp"]})), CriticalHeader),
        Case::forged("crit-empty", signed(json!({"crit": []})), CriticalHeader),
        Case::forged("crit-null", signed(json!({"crit": null})), CriticalHeader),
        Case::forged(
            "crit-unknown",
            signed(json!({"crit": ["x"], "x": 1})),
            CriticalHeader,
        ),
        Case::forged(
            "crit-b64",
            signed(json!({"crit": ["b64"], "b64": false})),
            CriticalHeader,
        ),
        Case::forged("jwk-embedded", by_attacker(json!({"jwk": jwk})), Signature),
        Case::forged(
            "jwk-embedded-with-its-kid",
            by_attacker(json!({"jwk": jwk, "kid": own})),
            UnknownKey,
        ),
        Case::forged(
            "jku",
            by_attacker(json!({"jku": "https://attacker.example/jwks"})),
            Signature,
        ),
        Case::forged(
            "jku-with-its-kid",
            by_attacker(json!({"jku": "https://attacker.example/jwks", "kid": own})),
            UnknownKey,
        ),
        Case::forged(
            "x5u",
            by_attacker(json!({"x5u": "https://attacker.example/cert.pem"})),
            Signature,
        ),
        Case::forged("x5c", by_attacker(json!({"x5c": ["MIIB"]})), Signature),
        Case::forged("kid-missing", without_kid, NoKeyId),
        Case::forged("kid-null", signed(json!({"kid": null})), NoKeyId),
        Case::forged("kid-a-number", signed(json!({"kid": 1})), NoKeyId),
        Case::forged(
            "kid-a-list",
            signed(json!({"kid": [forge.key.kid()]})),
            NoKeyId,
        ),
        Case::forged("kid-empty", signed(json!({"kid": ""})), NoKeyId),
        Case::forged(
            "kid-unknown",
            signed(json!({"kid": "jwk-test-9"})),
            UnknownKey,
        ),
        Case::forged(
            "kid-in-capitals",
            signed(json!({"kid": "JWK-TEST-1"})),
            UnknownKey,
        ),
        Case::forged(
            "kid-with-a-space",
            signed(json!({"kid": "jwk-test-1 "})),
            UnknownKey,
        ),
        Case::forged(
            "kid-a-path",
            signed(json!({"kid": "../../../../dev/null"})),
            UnknownKey,
        ),
        Case::forged(
            "kid-sql",
            signed(json!({"kid": "x' UNION SELECT 'k"})),
            UnknownKey,
        ),
        Case::forged(
            "kid-of-an-ec-key",
            signed(json!({"kid": "jwk-test-ec"})),
            UnknownKey,
        ),
        Case::forged(
            "kid-of-no-use",
            signed(json!({"kid": "jwk-test-of-no-use"})),
            UnknownKey,
        ),
        Case::forged("typ-access-token", signed(json!({"typ": "at+jwt"})), Type),
        Case::forged("typ-a-number", signed(json!({"typ": 1})), Type),
        Case::forged("typ-null", signed(json!({"typ": null})), Type),
        Case::forged("header-not-json", text("alg=RS256"), MALFORMED),
        Case::forged("header-a-list", text("[]"), MALFORMED),
        Case::forged("header-empty", text(""), MALFORMED),
        Case::forged(
            "header-with-a-bom",
            text("\u{feff}{\"alg\":\"RS256\",\"kid\":\"jwk-test-1\"}"),
            MALFORMED,
        ),
        Case::forged(
            "header-and-more",
            text(r#"{"alg":"RS256","kid":"jwk-test-1","typ":"JWT"}{}"#),
            MALFORMED,
        ),
        Case::forged(
            "header-not-utf8",
            forge.key.sign_text(not_utf8, claims.to_string()),
            MALFORMED,
        ),
        Case::forged(
            "alg-twice",
            text(r#"{"alg":"none","alg":"RS256","kid":"jwk-test-1","typ":"JWT"}"#),
            DUPLICATE,
        ),
        Case::forged(
            "alg-twice-by-an-escape",
            text(r#"{"alg":"RS256","\u0061lg":"RS256","kid":"jwk-test-1","typ":"JWT"}"#),
            DUPLICATE,
        ),
        Case::forged(
            "kid-twice",
            text(r#"{"alg":"RS256","kid":"jwk-test-9","kid":"jwk-test-1","typ":"JWT"}"#),
            DUPLICATE,
        ),
    ]
}

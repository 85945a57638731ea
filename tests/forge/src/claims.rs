//! JWTs with a valid signature and wrong claims.

use serde_json::{Value, json};
use totps_core::{JwtError, JwtPart};

use crate::{Case, Forge, PROJECT_ID, rfc3339};

const SESSION: &str = "https://stytch.com/session";
const ORGANIZATION: &str = "https://stytch.com/organization";
const SESSION_POINTER: &str = "/https:~1~1stytch.com~1session";
const ORGANIZATION_POINTER: &str = "/https:~1~1stytch.com~1organization";

fn missing(claim: &'static str) -> JwtError {
    JwtError::MissingClaim { claim }
}

fn malformed(claim: &'static str) -> JwtError {
    JwtError::MalformedClaim { claim }
}

pub(crate) fn cases(forge: &Forge) -> Vec<Case> {
    [registered(forge), times(forge), stytch(forge), texts(forge)].concat()
}

fn registered(forge: &Forge) -> Vec<Case> {
    use JwtError::{Audience, Issuer};
    let set = |pointer: &str, value: Value| forge.with_claim(pointer, Some(value));
    let other = "project-test-22222222-2222-4222-8222-222222222222";
    let forged = Case::forged;
    vec![
        forged(
            "iss-missing",
            forge.with_claim("/iss", None),
            missing("iss"),
        ),
        forged("iss-null", set("/iss", Value::Null), missing("iss")),
        forged("iss-empty", set("/iss", json!("")), missing("iss")),
        forged("iss-a-number", set("/iss", json!(1)), malformed("iss")),
        forged(
            "iss-a-list",
            set("/iss", json!([format!("stytch.com/{PROJECT_ID}")])),
            malformed("iss"),
        ),
        forged(
            "iss-of-another-project",
            set("/iss", json!(format!("stytch.com/{other}"))),
            Issuer,
        ),
        forged(
            "iss-without-the-project",
            set("/iss", json!("stytch.com/")),
            Issuer,
        ),
        forged(
            "iss-with-https",
            set("/iss", json!(format!("https://stytch.com/{PROJECT_ID}"))),
            Issuer,
        ),
        forged(
            "iss-with-a-slash",
            set("/iss", json!(format!("stytch.com/{PROJECT_ID}/"))),
            Issuer,
        ),
        forged(
            "iss-of-a-likeness",
            set("/iss", json!(format!("stytch.com.example/{PROJECT_ID}"))),
            Issuer,
        ),
        forged(
            "iss-of-another-domain",
            set("/iss", json!("https://attacker.example")),
            Issuer,
        ),
        forged(
            "iss-longer-than-the-base-url",
            set("/iss", json!(format!("{}.example", forge.base_url))),
            Issuer,
        ),
        forged(
            "aud-missing",
            forge.with_claim("/aud", None),
            missing("aud"),
        ),
        forged("aud-null", set("/aud", Value::Null), missing("aud")),
        forged("aud-empty", set("/aud", json!("")), Audience),
        forged("aud-an-empty-list", set("/aud", json!([])), Audience),
        forged(
            "aud-of-another-project",
            set("/aud", json!([other])),
            Audience,
        ),
        forged("aud-a-number", set("/aud", json!(1)), malformed("aud")),
        forged(
            "aud-an-object",
            set("/aud", json!({PROJECT_ID: PROJECT_ID})),
            malformed("aud"),
        ),
        forged(
            "aud-with-a-number",
            set("/aud", json!([PROJECT_ID, 1])),
            malformed("aud"),
        ),
        forged(
            "aud-nested",
            set("/aud", json!([[PROJECT_ID]])),
            malformed("aud"),
        ),
        forged(
            "aud-longer",
            set("/aud", json!([format!("{PROJECT_ID}x")])),
            Audience,
        ),
        forged(
            "sub-missing",
            forge.with_claim("/sub", None),
            missing("sub"),
        ),
        forged("sub-null", set("/sub", Value::Null), missing("sub")),
        forged("sub-empty", set("/sub", json!("")), missing("sub")),
        forged("sub-a-number", set("/sub", json!(7)), malformed("sub")),
    ]
}

fn times(forge: &Forge) -> Vec<Case> {
    use JwtError::{Expired, IssuedInFuture, NotYetValid, SessionExpired};
    let now = forge.now;
    let set = |pointer: &str, value: Value| forge.with_claim(pointer, Some(value));
    // Writes a number that serde_json cannot represent.
    let of_text = |claim: &str, number: &str| {
        let claims = forge.claims().to_string();
        let old = format!("\"{claim}\":{}", forge.claims()[claim]);
        assert!(claims.contains(&old), "the claim must be in the claims");
        let new = format!("\"{claim}\":{number}");
        forge
            .key
            .sign_text(forge.header().to_string(), claims.replace(&old, &new))
    };
    let mut from_the_future = forge.claims();
    for (claim, ahead) in [("iat", 3600), ("nbf", 3600), ("exp", 3900)] {
        from_the_future[claim] = json!(now + ahead);
    }
    let forged = Case::forged;
    vec![
        forged(
            "exp-missing",
            forge.with_claim("/exp", None),
            missing("exp"),
        ),
        forged("exp-null", set("/exp", Value::Null), missing("exp")),
        forged(
            "exp-a-text",
            set("/exp", json!((now + 300).to_string())),
            malformed("exp"),
        ),
        forged("exp-a-bool", set("/exp", json!(true)), malformed("exp")),
        forged(
            "exp-a-list",
            set("/exp", json!([now + 300])),
            malformed("exp"),
        ),
        forged("exp-past", set("/exp", json!(now - 60)), Expired),
        forged("exp-zero", set("/exp", json!(0)), Expired),
        forged("exp-negative", set("/exp", json!(-1)), malformed("exp")),
        forged(
            "exp-very-negative",
            set("/exp", json!(i64::MIN)),
            malformed("exp"),
        ),
        forged(
            "exp-in-milliseconds",
            set("/exp", json!((now + 300) * 1000)),
            malformed("exp"),
        ),
        forged("exp-huge", set("/exp", json!(u64::MAX)), malformed("exp")),
        forged("exp-1e300", set("/exp", json!(1e300)), malformed("exp")),
        forged(
            "exp-1e400",
            of_text("exp", "1e400"),
            JwtError::Malformed {
                part: JwtPart::Claims,
            },
        ),
        forged(
            "exp-infinity",
            of_text("exp", "Infinity"),
            JwtError::Malformed {
                part: JwtPart::Claims,
            },
        ),
        forged(
            "nbf-missing",
            forge.with_claim("/nbf", None),
            missing("nbf"),
        ),
        forged("nbf-a-text", set("/nbf", json!("now")), malformed("nbf")),
        forged("nbf-future", set("/nbf", json!(now + 60)), NotYetValid),
        forged("nbf-negative", set("/nbf", json!(-1)), malformed("nbf")),
        forged("nbf-1e300", set("/nbf", json!(1e300)), malformed("nbf")),
        forged(
            "iat-missing",
            forge.with_claim("/iat", None),
            missing("iat"),
        ),
        forged("iat-a-text", set("/iat", json!("now")), malformed("iat")),
        forged("iat-future", set("/iat", json!(now + 60)), IssuedInFuture),
        forged("iat-negative", set("/iat", json!(-1)), malformed("iat")),
        forged("iat-huge", set("/iat", json!(u64::MAX)), malformed("iat")),
        forged(
            "from-the-future",
            forge.key.sign(&forge.header(), &from_the_future),
            NotYetValid,
        ),
        forged(
            "session-past",
            set(
                &format!("{SESSION_POINTER}/expires_at"),
                json!(rfc3339(now - 60)),
            ),
            SessionExpired,
        ),
    ]
}

fn stytch(forge: &Forge) -> Vec<Case> {
    let set = |pointer: &str, value: Value| forge.with_claim(pointer, Some(value));
    let of_session = |name: &str, value: Value| set(&format!("{SESSION_POINTER}/{name}"), value);
    // Other kinds of tokens that the same key signs.
    let mut machine = forge.claims();
    let claims = machine.as_object_mut().expect("an object");
    claims.retain(|name, _| !name.starts_with("https://"));
    claims.insert("scope".to_owned(), json!("read:users"));
    let mut consumer = forge.claims();
    consumer
        .as_object_mut()
        .expect("an object")
        .remove(ORGANIZATION);
    let forged = Case::forged;
    vec![
        forged(
            "machine-to-machine",
            forge.key.sign(&forge.header(), &machine),
            missing(SESSION),
        ),
        forged(
            "consumer",
            forge.key.sign(&forge.header(), &consumer),
            missing(ORGANIZATION),
        ),
        forged(
            "session-null",
            set(SESSION_POINTER, Value::Null),
            missing(SESSION),
        ),
        forged(
            "session-a-text",
            set(SESSION_POINTER, json!("session-test-1")),
            malformed(SESSION),
        ),
        forged(
            "session-a-list",
            set(SESSION_POINTER, json!(["session-test-1"])),
            malformed(SESSION),
        ),
        forged(
            "session-empty",
            set(SESSION_POINTER, json!({})),
            malformed(SESSION),
        ),
        forged(
            "session-id-null",
            of_session("id", Value::Null),
            malformed(SESSION),
        ),
        forged(
            "session-id-empty",
            of_session("id", json!("")),
            malformed(SESSION),
        ),
        forged(
            "session-id-a-number",
            of_session("id", json!(1)),
            malformed(SESSION),
        ),
        forged(
            "session-start-a-number",
            of_session("started_at", json!(1)),
            malformed(SESSION),
        ),
        forged(
            "factors-an-object",
            of_session("authentication_factors", json!({"type": "totp"})),
            malformed(SESSION),
        ),
        forged(
            "factor-a-text",
            of_session("authentication_factors", json!(["totp"])),
            malformed(SESSION),
        ),
        forged(
            "roles-a-text",
            of_session("roles", json!("stytch_admin")),
            malformed(SESSION),
        ),
        forged(
            "role-a-number",
            of_session("roles", json!([1])),
            malformed(SESSION),
        ),
        forged(
            "organization-null",
            set(ORGANIZATION_POINTER, Value::Null),
            missing(ORGANIZATION),
        ),
        forged(
            "organization-a-text",
            set(ORGANIZATION_POINTER, json!("acme")),
            malformed(ORGANIZATION),
        ),
        forged(
            "organization-empty",
            set(ORGANIZATION_POINTER, json!({})),
            malformed(ORGANIZATION),
        ),
        forged(
            "organization-id-a-number",
            set(&format!("{ORGANIZATION_POINTER}/organization_id"), json!(1)),
            malformed(ORGANIZATION),
        ),
    ]
}

fn texts(forge: &Forge) -> Vec<Case> {
    const DUPLICATE: JwtError = JwtError::DuplicateKey {
        part: JwtPart::Claims,
    };
    const MALFORMED: JwtError = JwtError::Malformed {
        part: JwtPart::Claims,
    };
    let claims = forge.claims().to_string();
    let signed = |claims: &str| forge.key.sign_text(forge.header().to_string(), claims);
    let prefixed = |entry: &str| signed(&claims.replacen('{', &format!("{{{entry},"), 1));
    let deep = format!("\"deep\":{}{}", "[".repeat(200), "]".repeat(200));
    let forged = Case::forged;
    vec![
        forged("aud-twice", prefixed(r#""aud":["other"]"#), DUPLICATE),
        forged("exp-twice", prefixed(r#""exp":1"#), DUPLICATE),
        forged("sub-twice", prefixed(r#""sub":"member-test-2""#), DUPLICATE),
        forged(
            "custom-claim-twice",
            prefixed(r#""plan":"free""#),
            DUPLICATE,
        ),
        forged(
            "nested-key-twice",
            prefixed(r#""nested":{"a":1,"a":2}"#),
            DUPLICATE,
        ),
        forged(
            "session-id-twice",
            signed(&claims.replacen("\"id\":", "\"id\":\"x\",\"id\":", 1)),
            DUPLICATE,
        ),
        forged("claims-a-list", signed("[]"), MALFORMED),
        forged("claims-a-text", signed("\"claims\""), MALFORMED),
        forged("claims-not-json", signed("sub=member"), MALFORMED),
        forged("claims-and-more", signed(&format!("{claims}x")), MALFORMED),
        forged(
            "claims-unclosed",
            signed(&claims[..claims.len() - 1]),
            MALFORMED,
        ),
        forged("claims-too-deep", prefixed(&deep), MALFORMED),
        forged(
            "claims-unquoted",
            signed(&claims.replacen("\"aud\"", "aud", 1)),
            MALFORMED,
        ),
        forged(
            "claims-number-too-large",
            prefixed(r#""n":1e999"#),
            MALFORMED,
        ),
        forged(
            "claims-lone-surrogate",
            prefixed(r#""n":"\ud800""#),
            MALFORMED,
        ),
        forged(
            "claims-padded",
            forge.key.sign_parts(
                &crate::base64url(forge.header().to_string()),
                &format!("{}=", crate::base64url(&claims)),
            ),
            MALFORMED,
        ),
        forged(
            "claims-not-base64",
            forge
                .key
                .sign_parts(&crate::base64url(forge.header().to_string()), "%7B%7D"),
            MALFORMED,
        ),
        forged(
            "claims-nothing",
            forge
                .key
                .sign_parts(&crate::base64url(forge.header().to_string()), ""),
            MALFORMED,
        ),
    ]
}

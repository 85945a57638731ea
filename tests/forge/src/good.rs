//! Good JWTs, most of which look unusual.

use serde_json::{Value, json};

use crate::{Case, Forge, PROJECT_ID};

pub(crate) fn cases(forge: &Forge) -> Vec<Case> {
    let with_header = |change: &dyn Fn(&mut Value)| {
        let mut header = forge.header();
        change(&mut header);
        forge.key.sign(&header, &forge.claims())
    };
    let claim = |pointer: &str, value: Value| forge.with_claim(pointer, Some(value));
    let (session, now) = ("/https:~1~1stytch.com~1session", forge.now);
    let of_session = |name: &str| format!("{session}/{name}");
    let next = json!({"alg": "RS256", "kid": forge.next.kid(), "typ": "JWT"});
    vec![
        Case::good("as-issued", forge.jwt()),
        Case::good("of-the-next-key", forge.next.sign(&next, &forge.claims())),
        Case::good("aud-a-text", claim("/aud", json!(PROJECT_ID))),
        Case::good(
            "aud-with-others",
            claim("/aud", json!(["other", PROJECT_ID])),
        ),
        Case::good("iss-the-base-url", claim("/iss", json!(forge.base_url))),
        Case::good(
            "typ-in-lower-case",
            with_header(&|header| header["typ"] = json!("jwt")),
        ),
        Case::good(
            "typ-missing",
            with_header(&|header| {
                header.as_object_mut().expect("an object").remove("typ");
            }),
        ),
        Case::good(
            "jku-of-the-signer",
            with_header(&|header| {
                header["jku"] = json!("https://example.com/jwks");
            }),
        ),
        Case::good(
            "unknown-header",
            with_header(&|header| header["x"] = json!({"y": 1})),
        ),
        Case::good(
            "times-with-fractions",
            claim("/iat", json!(now as f64 - 0.5)),
        ),
        Case::good("issued-a-while-ago", claim("/iat", json!(now - 240))),
        Case::good("jti", claim("/jti", json!("1"))),
        Case::good(
            "unknown-stytch-claim",
            claim("/https:~1~1stytch.com~1new", json!({})),
        ),
        Case::good(
            "custom-claims-nested",
            claim("/nested", json!({"a": [{"b": null}]})),
        ),
        Case::good("no-custom-claims", forge.with_claim("/plan", None)),
        Case::good(
            "session-without-roles",
            forge.with_claim(&of_session("roles"), None),
        ),
        Case::good("roles-null", claim(&of_session("roles"), Value::Null)),
        Case::good(
            "factors-null",
            claim(&of_session("authentication_factors"), Value::Null),
        ),
        Case::good(
            "unknown-factor",
            claim(
                &of_session("authentication_factors"),
                json!([
                    {"type": "palm", "delivery_method": "hand", "palm_factor": {"lines": 3}},
                ]),
            ),
        ),
        Case::good(
            "unknown-session-field",
            claim(&of_session("new"), json!(true)),
        ),
        Case::good(
            "session-end-unreadable",
            claim(&of_session("expires_at"), json!("soon")),
        ),
        Case::good(
            "session-alone",
            claim(session, json!({"id": "session-test-1"})),
        ),
    ]
}

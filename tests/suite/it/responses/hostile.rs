//! Tests of bodies that are made to break decoders.

use serde_json::{Value, json};
use totps_core::{AuthenticateResponse, DecodeErrorKind};

use super::{CALLS, authenticate, authenticated_with, create, decode_error, migrate};

#[test]
fn deep_or_large_metadata_loses_only_its_part() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    for value in [
        deep("[", "]"),
        format!("{}0{}", r#"{"a":"#.repeat(20_000), "}".repeat(20_000)),
        "1e400".to_owned(),
        "-1e999999999".to_owned(),
        "[1e400]".to_owned(),
    ] {
        let start: String = value.chars().take(20).collect();
        for (part, raw) in [
            (
                "member",
                format!(r#"{{"trusted_metadata": {{"x": {value}}}}}"#),
            ),
            (
                "organization",
                format!(r#"{{"trusted_metadata": {{"x": {value}}}}}"#),
            ),
            (
                "member_session",
                format!(r#"{{"custom_claims": {{"x": {value}}}}}"#),
            ),
            (
                "member_session",
                format!(r#"{{"authentication_factors": [{{"new_factor": {value}}}]}}"#),
            ),
            ("member_device", format!(r#"{{"visitor_id": {value}}}"#)),
        ] {
            let authenticated = authenticate(authenticated_with(part, &raw));
            let [set_aside] = authenticated.undecoded() else {
                panic!("{part} with {start}… must be set aside: {authenticated:?}")
            };
            assert_eq!((set_aside.name(), set_aside.json()), (part, &*raw));
            let token = authenticated
                .session_token
                .as_ref()
                .map(|token| token.expose());
            assert_eq!(token, Some("TOKEN"), "{part} with {start}…");
        }
        // Under an unknown key, nothing is lost.
        let authenticated = authenticate(authenticated_with("new", &value));
        assert!(authenticated.undecoded().is_empty(), "{start}…");
        let raw = format!(r#"{{"name": "N", "new": {value}}}"#);
        let authenticated = authenticate(authenticated_with("member", &raw));
        assert_eq!(
            authenticated.session_token.unwrap().expose(),
            "TOKEN",
            "{start}…"
        );
    }
}

#[test]
fn deep_or_large_fields_do_not_lose_the_token() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let long = "y".repeat(5_000_000);
    for (what, field) in [
        ("a long name", format!(r#""member": {{"name": "{long}"}}"#)),
        ("a long unknown text", format!(r#""new": "{long}""#)),
        ("a long key", format!(r#""{long}": 1"#)),
        (
            "a long number",
            format!(r#""new": {}"#, "9".repeat(1_000_000)),
        ),
        ("NUL, escaped", r#""member": {"name": "\u0000"}"#.to_owned()),
    ]
    .into_iter()
    .chain([126, 127, 128, 129, 20_000].map(|depth| {
        let metadata = format!(r#"{{"trusted_metadata": {{"x": {}}}}}"#, nested(depth));
        ("depth in a part", format!(r#""member": {metadata}"#))
    }))
    .chain([127, 128, 20_000].map(|depth| {
        let field = format!(r#""new": {}"#, nested(depth));
        ("depth in an unknown field", field)
    })) {
        let body = format!(r#"{{"member_id": "m", {field}, "session_token": "T\u0000OKEN"}}"#);
        let token = authenticate(body).session_token;
        let token = token.unwrap_or_else(|| panic!("expected the token next to {what}"));
        assert_eq!(
            token.expose(),
            "T\0OKEN",
            "expected the token next to {what}"
        );
    }
}

#[test]
fn secrets_of_any_size_are_read() {
    let long = "y".repeat(5_000_000);
    let body = format!(
        r#"{{"totp_registration_id": "t", "secret": "{long}", "qr_code": "{long}", "recovery_codes": ["{long}"]}}"#
    );
    let created = create(&body);
    assert!(created.secret.expose() == long, "expected the whole secret");
    assert!(created.qr_code.expose() == long, "expected the whole code");
    assert!(
        created.recovery_codes[0].expose() == long,
        "expected the whole recovery code"
    );
    let body =
        format!(r#"{{"member_id": "m", "session_token": "{long}", "session_jwt": "{long}"}}"#);
    let authenticated = authenticate(&body);
    let (token, jwt) = (authenticated.session_token, authenticated.session_jwt);
    assert!(token.unwrap().expose() == long, "expected the whole token");
    assert!(jwt.unwrap().expose() == long, "expected the whole JWT");

    let codes = vec![r#""abcd-efgh-ijkl""#; 100_000].join(",");
    let body = format!(
        r#"{{"totp_registration_id": "t", "secret": "S", "qr_code": "", "recovery_codes": [{codes}]}}"#
    );
    assert_eq!(create(&body).recovery_codes.len(), 100_000);
    assert_eq!(migrate(&body).recovery_codes.len(), 100_000);
}

/// JSON does not allow a NUL byte in texts. The token is read, or kept in the body of the error.
#[test]
fn an_unescaped_nul_does_not_lose_the_token() {
    let [_, call, ..] = &CALLS;
    let body = b"{\"member_id\": \"m\", \"session_token\": \"TOKEN\", \"new\": \"a\0b\"}";
    match (call.decode)(200, body) {
        Ok(seen) => assert_eq!(seen.texts["session_token"], "TOKEN"),
        Err(_) => drop(decode_error(call, 200, body)),
    }
}

#[test]
fn duplicate_secrets_and_tokens_are_refused() {
    for call in &CALLS {
        for &field in call.unique {
            // Add a field that the documented response does not have.
            let mut full = call.full().value();
            if full.get(field).is_none() {
                full[field] = json!("text");
            }
            let value = &full[field];
            let full = full.to_string();
            // Escape the last byte of the field's name.
            let (head, tail) = field.split_at(field.len() - 1);
            let escaped = format!("{head}\\u{:04x}", tail.as_bytes()[0]);
            for (key, first) in [
                (field, value.clone()),
                (field, json!("other")),
                (field, Value::Null),
                (field, json!(5)),
                (&escaped, value.clone()),
            ] {
                for body in [
                    full.replacen('{', &format!("{{\"{key}\": {first},"), 1),
                    format!("{}, \"{key}\": {first}}}", full.strip_suffix('}').unwrap()),
                ] {
                    let error = decode_error(call, 200, body.as_bytes());
                    assert_eq!(error.field(), Some(field), "{key}: {first}");
                    assert!(
                        matches!(error.kind(), DecodeErrorKind::Duplicate { .. }),
                        "{key}: {first}: {error:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_last_of_other_duplicate_fields_is_read() {
    let two = authenticated_with("member", r#"{"name": "A"}, "member": { "name": "B" }"#);
    let authenticated = authenticate(&two);
    assert_eq!(
        authenticated.session_token.as_ref().unwrap().expose(),
        "TOKEN"
    );
    assert_eq!(authenticated.member.as_ref().unwrap().name, "B");
    let set_aside = |authenticated: &AuthenticateResponse| -> Vec<(&str, String)> {
        let parts = authenticated.undecoded().iter();
        parts
            .map(|part| (part.name(), part.json().to_owned()))
            .collect()
    };
    assert_eq!(
        set_aside(&authenticated),
        [("member", r#"{"name": "A"}"#.to_owned())]
    );

    for (field, first, second) in [
        ("request_id", r#""a""#, r#""b""#),
        ("member", "{}", "null"),
        ("member", "{}", "5"),
        ("member", "5", "{}"),
        ("member_session", r#"{"roles": ["r"]}"#, "[]"),
    ] {
        let body = authenticated_with(field, &format!(r#"{first}, "{field}": {second}"#));
        let authenticated = authenticate(&body);
        let parts = set_aside(&authenticated);
        assert!(
            parts.contains(&(field, first.to_owned())),
            "{body}: {parts:?}"
        );
        assert_eq!(
            authenticated.session_token.unwrap().expose(),
            "TOKEN",
            "{body}"
        );
    }

    // Fields that are not read may be repeated any number of times.
    for field in ["status_code", "new", "undecoded"] {
        let body = authenticated_with(field, &format!(r#"1, "{field}": 2, "{field}": 3"#));
        let authenticated = authenticate(&body);
        assert!(authenticated.undecoded().is_empty(), "{body}");
        assert_eq!(
            authenticated.session_token.unwrap().expose(),
            "TOKEN",
            "{body}"
        );
    }

    // A duplicate key inside a part makes the part unreadable.
    let raw = r#"{"name": "A", "name": "B"}"#;
    let authenticated = authenticate(authenticated_with("member", raw));
    assert_eq!(set_aside(&authenticated), [("member", raw.to_owned())]);
    assert_eq!(authenticated.session_token.unwrap().expose(), "TOKEN");
}

#[test]
fn escaped_keys_are_the_same_keys() {
    let body = r#"{"m\u0065mber_id": "m", "\u0073ession_token": "TOKEN", "m\u0065mber": 5}"#;
    let authenticated = authenticate(body);
    assert_eq!(
        authenticated.session_token.as_ref().unwrap().expose(),
        "TOKEN"
    );
    assert_eq!(authenticated.undecoded()[0].name(), "member");
}

#[test]
fn invalid_utf8_loses_only_its_part() {
    let replace = |body: String| -> Vec<u8> {
        body.into_bytes()
            .into_iter()
            .map(|byte| if byte == b'@' { 0xe9 } else { byte })
            .collect()
    };
    let body = replace(authenticated_with("member", r#"{"name": "Ren@"}"#));
    let authenticated = authenticate(&body);
    assert_eq!(authenticated.undecoded()[0].name(), "member");
    assert!(authenticated.undecoded()[0].json().contains("Ren"));
    assert_eq!(authenticated.session_token.unwrap().expose(), "TOKEN");

    let body = replace(authenticated_with("new", r#""Ren@""#));
    let authenticated = authenticate(&body);
    assert!(authenticated.undecoded().is_empty());
    let body = replace(authenticated_with("n@w", r#""x""#));
    assert_eq!(authenticate(&body).session_token.unwrap().expose(), "TOKEN");

    let body =
        replace(r#"{"member_id": "m", "session_token": "TOK@N", "session_jwt": "JWT"}"#.into());
    let authenticated = authenticate(&body);
    assert!(
        authenticated.session_token.is_none(),
        "a token must not be changed"
    );
    assert_eq!(authenticated.undecoded()[0].name(), "session_token");
    assert_eq!(authenticated.session_jwt.unwrap().expose(), "JWT");

    let [create, ..] = &CALLS;
    let body = replace(r#"{"totp_registration_id": "t", "secret": "B@G", "qr_code": ""}"#.into());
    assert_eq!(decode_error(create, 200, &body).field(), Some("secret"));
}

#[test]
fn lone_surrogates_lose_only_their_part() {
    let authenticated = authenticate(authenticated_with("member", r#"{"name": "\ud83d"}"#));
    assert_eq!(authenticated.undecoded()[0].json(), r#"{"name": "\ud83d"}"#);
    assert_eq!(authenticated.session_token.unwrap().expose(), "TOKEN");

    for raw in [r#""\udc00""#, r#"{"\ud83d": 1}"#] {
        let authenticated = authenticate(authenticated_with("new", raw));
        assert!(authenticated.undecoded().is_empty(), "{raw}");
    }
    let authenticated = authenticate(authenticated_with(r"\ud83d", "1"));
    assert!(authenticated.undecoded().is_empty(), "an unknown key");
    assert_eq!(authenticated.session_token.unwrap().expose(), "TOKEN");

    let authenticated = authenticate(r#"{"member_id": "m", "session_token": "\ud83d"}"#);
    assert_eq!(authenticated.undecoded()[0].json(), r#""\ud83d""#);
    let [create, ..] = &CALLS;
    let body = br#"{"totp_registration_id": "t", "secret": "\ud83d", "qr_code": ""}"#;
    assert_eq!(decode_error(create, 200, body).field(), Some("secret"));
}

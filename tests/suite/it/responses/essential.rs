//! Tests of responses without essential fields, and of bodies that make no sense.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use totps_core::{AuthenticateSessionResponse, DecodeErrorKind, Error};
use totps_tests::fixtures::REVOKE_SESSIONS;

use super::{CALLS, authenticate, create, decode_error, migrate};

#[test]
fn missing_null_or_empty_essential_fields_are_errors() {
    for call in &CALLS {
        for &field in call.essential {
            for value in [None, Some(Value::Null), Some(json!(""))] {
                let mut json = call.full().value();
                match &value {
                    Some(value) => json[field] = value.clone(),
                    None => drop(json.as_object_mut().unwrap().remove(field)),
                }
                let body = json.to_string();
                let what = format!("{field} of {}: {value:?}", call.full().name);
                if !call.requires(field, value.as_ref()) {
                    if let Ok(seen) = (call.decode)(200, body.as_bytes()) {
                        let is_empty = matches!(&seen.texts[field], text
                            if *text == json!("") || *text == json!([]));
                        assert!(is_empty, "{what}");
                    } else {
                        assert_eq!(value, Some(json!("")), "{what}: of another kind");
                        assert!(!is_text(field), "{what}");
                    }
                    continue;
                }
                let error = decode_error(call, 200, body.as_bytes());
                assert_eq!(error.field(), Some(field), "{what}");
                assert!(
                    matches!(error.kind(), DecodeErrorKind::Missing { .. }),
                    "{what}: {error:?}"
                );
                let text = error.to_string();
                assert!(text.contains(&format!("`{field}`")), "{text}");
            }
        }
    }
}

fn is_text(field: &str) -> bool {
    !["recovery_codes", "member"].contains(&field)
}

#[test]
fn essential_fields_of_another_kind_are_errors() {
    for call in &CALLS {
        for &field in call.essential {
            let mut kinds = vec![json!(5), json!(true), json!([5]), json!([{}])];
            if field != "member" {
                kinds.extend([json!({}), json!({"a": "b"})]);
            }
            kinds.push(if is_text(field) {
                json!([])
            } else {
                json!("ckss")
            });
            for kind in kinds {
                let mut json = call.full().value();
                json[field] = kind.clone();
                let error = decode_error(call, 201, json.to_string().as_bytes());
                assert_eq!(error.field(), Some(field), "{field}: {kind}");
                assert!(
                    matches!(error.kind(), DecodeErrorKind::Unreadable { .. }),
                    "{field}: {kind}: {error:?}"
                );
                let text = error.to_string();
                assert!(
                    text.contains(&format!("`{field}`")) && text.contains("201"),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn other_essential_fields_may_be_empty() {
    let created = r#"{"totp_registration_id": "t", "secret": "s", "qr_code": ""}"#;
    let created = create(created);
    assert_eq!(created.qr_code.expose(), "");
    assert!(created.recovery_codes.is_empty());
    assert_eq!(created.member_id, None);
    assert_eq!(authenticate(r#"{"member_id": ""}"#).member_id, "");
    assert_eq!(migrate(r#"{"totp_registration_id": "t"}"#).member_id, None);
}

/// The documented response has the id of the Member only in other objects.
#[test]
fn the_member_id_of_a_session_comes_from_other_objects() {
    let read = |json: Value| {
        let response = http::Response::new(json.to_string());
        AuthenticateSessionResponse::try_from(response)
    };
    let (session, member) = (json!({"member_id": "s"}), json!({"member_id": "m"}));
    for (json, id) in [
        (
            json!({"member_id": "t", "member_session": session, "member": member}),
            "t",
        ),
        (json!({"member_session": session, "member": member}), "s"),
        (json!({"member_id": "", "member_session": session}), "s"),
        (json!({"member_session": {}, "member": member}), "m"),
        (
            json!({"member_session": {"member_id": ""}, "member": member}),
            "m",
        ),
        (json!({"member_session": [5], "member": member}), "m"),
    ] {
        let read = read(json.clone()).unwrap();
        assert_eq!(read.member_id, id, "{json}");
    }
    for json in [
        json!({}),
        json!({"session_token": "t", "member_session": {}, "member": {}}),
        json!({"session_token": "t", "member_session": [5], "member": {"member_id": ""}}),
    ] {
        let Err(Error::Decode(error)) = read(json.clone()) else {
            panic!("expected a decode error: {json}")
        };
        assert_eq!(error.field(), Some("member_id"), "{json}");
        assert_eq!(error.body(), json.to_string().as_bytes());
        let token = error.field_text("session_token");
        assert_eq!(token.as_deref(), json["session_token"].as_str());
    }
}

#[test]
fn field_text_finds_tokens_in_unreadable_responses() {
    for (body, expected) in [
        (r#"{"session_token": "TOKEN"}"#, Some("TOKEN")),
        (
            r#"{"session_token": "TO\u004bEN", "x": [1]}"#,
            Some("TOKEN"),
        ),
        (
            r#"{"x": {"session_token": "OTHER"}, "session_token": "TOKEN", "y": "#,
            Some("TOKEN"),
        ),
        ("\u{feff}{\"session_token\": \"TOKEN\",", Some("TOKEN")),
        (
            r#"{"session_token": "FIRST", "session_token": "TOKEN"}"#,
            Some("TOKEN"),
        ),
        (r#"{"session_token": ""}"#, None),
        (r#"{"session_token": null}"#, None),
        (r#"{"session_token": ["TOKEN"]}"#, None),
        (r#"{"session_token": "TOK"#, None),
        (r#"["session_token"]"#, None),
        ("", None),
        ("<html>", None),
    ] {
        let error = decode_error(&CALLS[1], 200, body.as_bytes());
        assert_eq!(
            error.field_text("session_token").as_deref(),
            expected,
            "{body}"
        );
        assert_eq!(error.field_text("another"), None, "{body}");
    }
    let mut body = br#"{"name": ""#.to_vec();
    body.extend(b"\xff\", \"session_token\": \"TOKEN\"}");
    let error = decode_error(&CALLS[1], 200, &body);
    assert_eq!(error.field_text("session_token").as_deref(), Some("TOKEN"));
}

#[test]
fn bodies_other_than_json_objects_are_errors() {
    for body in [
        "<html><body>200 OK</body></html>",
        "[]",
        "null",
        "5",
        r#""text""#,
        "true",
        "{",
        "}",
        "{}{}",
        "{} trailing",
        "{,}",
        "{\"a\": 1,}",
        "{'member_id': 'm'}",
        "\0",
        "\u{feff}\u{feff}{}",
    ] {
        for call in &CALLS {
            let error = decode_error(call, 200, body.as_bytes());
            assert!(
                matches!(error.kind(), DecodeErrorKind::NotAnObject { .. }),
                "{body}: {error:?}"
            );
            assert_eq!(error.field(), None, "{body}");
        }
    }
    // serde's derived code would also accept a list of the values in the order of the fields.
    let lists = [
        json!(["r", "m", "t", "s", "q", [], null, null]),
        json!(["r", "m", null, null, "t", "j", null, null]),
        json!(["r", "m", "t", [], null, null]),
    ];
    for (call, list) in CALLS.iter().zip(lists) {
        decode_error(call, 200, list.to_string().as_bytes());
    }
    for call in &CALLS {
        let trailing = format!("{},", call.full().json);
        decode_error(call, 200, trailing.as_bytes());
    }
}

#[test]
fn responses_without_a_body_are_errors() {
    for (status, body) in [
        (204, ""),
        (200, ""),
        (200, " \r\n\t"),
        (201, "\u{feff}"),
        (205, ""),
    ] {
        for call in &CALLS {
            let error = decode_error(call, status, body.as_bytes());
            assert_eq!(error.kind(), DecodeErrorKind::Empty, "{status} {body:?}");
            let text = error.to_string();
            assert!(
                text.contains("no body") && text.contains(&status.to_string()),
                "{status} {body:?}: {text}"
            );
        }
    }
}

#[test]
fn responses_cut_at_every_byte() {
    for call in &CALLS {
        let minimal = call.fixtures[1].json.trim_end();
        let whole = serde_json::from_str::<Value>(minimal).unwrap().to_string();
        for end in 0..whole.len() {
            let error = decode_error(call, 200, &whole.as_bytes()[..end]);
            assert_eq!(error.field(), None, "cut at {end}: {error:?}");
        }
        assert!((call.decode)(200, whole.as_bytes()).is_ok());
    }
}

#[test]
fn every_2xx_with_a_full_body_is_success() {
    for call in &CALLS {
        for status in [200, 201, 202, 203, 206, 226, 299] {
            let seen = (call.decode)(status, call.full().json.as_bytes()).unwrap();
            assert_eq!(
                seen.status, status,
                "the HTTP status has precedence over the body's"
            );
        }
    }
}

#[test]
fn a_byte_order_mark_and_white_space_are_skipped() {
    for call in &CALLS {
        for body in [
            format!("\u{feff}{}", call.full().json),
            format!("\u{feff} \r\n\t{}\n\n", call.full().json),
            format!("\n{} ", call.full().json),
        ] {
            let seen = (call.decode)(200, body.as_bytes()).unwrap();
            assert_eq!(seen.undecoded, BTreeMap::new());
            // Also on the slow path, which isolates unreadable parts.
            let body = body.replacen("\"organization\": {", "\"organization\": 5, \"x\": {", 1);
            let seen = (call.decode)(200, body.as_bytes()).unwrap();
            let expected: &[_] = if call.fixtures == REVOKE_SESSIONS {
                &[]
            } else {
                &["organization"]
            };
            assert_eq!(seen.undecoded.into_keys().collect::<Vec<_>>(), expected);
        }
    }
}

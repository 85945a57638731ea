//! Answers without what the call was for, or without sense.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use totps_core::DecodeErrorKind;

use super::{CALLS, authenticate, create, decode_error, migrate};

#[test]
fn essential_fields_that_are_missing_or_null() {
    for call in &CALLS {
        for &field in call.essential {
            for is_null in [false, true] {
                let mut json = call.full().value();
                if is_null {
                    json[field] = Value::Null;
                } else {
                    json.as_object_mut().unwrap().remove(field);
                }
                let body = json.to_string();
                if field == "recovery_codes" {
                    let seen = (call.decode)(200, body.as_bytes()).unwrap();
                    assert_eq!(seen.texts[field], json!([]), "{field}, null: {is_null}");
                    continue;
                }
                let error = decode_error(call, 200, body.as_bytes());
                assert_eq!(error.field(), Some(field), "{field}, null: {is_null}");
                assert!(
                    matches!(error.kind(), DecodeErrorKind::Missing { .. }),
                    "{field}, null: {is_null}: {error:?}"
                );
                let text = error.to_string();
                assert!(text.contains(&format!("`{field}`")), "{text}");
            }
        }
    }
}

#[test]
fn essential_fields_of_another_kind() {
    for call in &CALLS {
        for &field in call.essential {
            let mut kinds = vec![
                json!(5),
                json!(true),
                json!({}),
                json!({"a": "b"}),
                json!([5]),
            ];
            kinds.push(if field == "recovery_codes" {
                json!("ckss")
            } else {
                json!([])
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
fn essential_fields_may_be_empty() {
    let created = create(r#"{"totp_registration_id": "", "secret": "", "qr_code": ""}"#);
    assert_eq!(created.secret.expose(), "");
    assert!(created.recovery_codes.is_empty());
    assert_eq!(authenticate(r#"{"member_id": ""}"#).member_id, "");
    assert_eq!(migrate(r#"{"totp_registration_id": ""}"#).member_id, "");
}

#[test]
fn bodies_that_are_no_json_object() {
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
    // By position, a list of the values could pass for the object.
    let lists = [
        json!(["r", "m", "t", "s", "q", [], null, null]),
        json!(["r", "m", null, null, "t", "j", null, null]),
        json!(["r", "m", "t", [], null, null]),
    ];
    for (call, list) in CALLS.iter().zip(lists) {
        decode_error(call, 200, list.to_string().as_bytes());
        let trailing = format!("{},", call.full().json);
        decode_error(call, 200, trailing.as_bytes());
    }
}

#[test]
fn answers_without_a_body() {
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
fn answers_cut_at_every_byte() {
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
            assert_eq!(seen.status, status, "the HTTP status wins over the body's");
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
            // On the slow path, too.
            let body = body.replacen("\"member\": {", "\"member\": 5, \"x\": {", 1);
            let seen = (call.decode)(200, body.as_bytes()).unwrap();
            assert_eq!(seen.undecoded.keys().collect::<Vec<_>>(), [&"member"]);
        }
    }
}

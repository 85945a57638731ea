//! Changes every field of every response in turn, and makes random responses. Nothing may be lost.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use totps_core::{Error, QrCode};
use totps_tests::fixtures::ERROR;

use super::{CALLS, Call, Seen, authenticate, authenticated_with, encoded_again};
use crate::requests::{any_json, any_text};

/// A change of one value in a response.
#[derive(Debug, Clone)]
enum Edit {
    Delete,
    Set(Value),
}

impl Edit {
    fn apply(&self, json: &mut Value, pointer: &str) {
        match self {
            Self::Set(value) => *json.pointer_mut(pointer).unwrap() = value.clone(),
            Self::Delete => {
                let (parent, key) = pointer.rsplit_once('/').unwrap();
                match json.pointer_mut(parent).unwrap() {
                    Value::Object(map) => drop(map.remove(key)),
                    Value::Array(list) => drop(list.remove(key.parse().unwrap())),
                    other => panic!("{pointer} is inside {other}"),
                }
            }
        }
    }
}

/// Returns the JSON pointers of all places in a JSON value except the root. Of places that differ
/// only in their list index, it returns the first. No key in the fixtures needs an escape.
fn places(json: &Value) -> Vec<String> {
    /// `shape` is the place with `*` for every index.
    fn walk(json: &Value, at: &str, shape: &str, found: &mut BTreeMap<String, String>) {
        let children: Vec<(String, &str, &Value)> = match json {
            Value::Object(map) => map
                .iter()
                .map(|(key, child)| (key.clone(), &**key, child))
                .collect(),
            Value::Array(list) => list
                .iter()
                .enumerate()
                .map(|(index, child)| (index.to_string(), "*", child))
                .collect(),
            _ => Vec::new(),
        };
        for (key, shape_of_key, child) in children {
            let (at, shape) = (format!("{at}/{key}"), format!("{shape}/{shape_of_key}"));
            walk(child, &at, &shape, found);
            found.entry(shape).or_insert(at);
        }
    }
    let mut found = BTreeMap::new();
    walk(json, "", "", &mut found);
    found.into_values().collect()
}

/// Returns the name of the field of the response that contains a place.
fn field(place: &str) -> &str {
    place[1..].split('/').next().unwrap_or_default()
}

/// Decodes the response and checks that every value in it can be accessed.
#[track_caller]
fn assert_nothing_lost(call: &Call, json: &Value) -> Option<Seen> {
    let body = json.to_string();
    let seen = match (call.decode)(200, body.as_bytes()) {
        Ok(seen) => seen,
        Err(Error::Decode(error)) => {
            let field = error.field().expect("the body is an object");
            assert!(
                call.essential.contains(&field) || call.derived == Some(field),
                "{field} is not essential: {body}"
            );
            assert_eq!(error.body(), body.as_bytes(), "the body must be kept");
            return None;
        }
        Err(other) => panic!("expected a decode error, not {other:?}: {body}"),
    };
    let set_aside = |name: &str| -> Option<Value> {
        seen.undecoded
            .get(name)
            .map(|raw| serde_json::from_str(raw).unwrap())
    };
    for (&name, read) in &seen.texts {
        let sent = json.get(name).unwrap_or(&Value::Null);
        match (sent, set_aside(name)) {
            (Value::Null, None) => assert!(*read == json!("") || *read == json!([]), "{name}"),
            (Value::Array(codes), None) => {
                let codes: Value = codes
                    .iter()
                    .filter(|code| !code.is_null())
                    .cloned()
                    .collect();
                assert_eq!(*read, codes, "{name}");
            }
            (_, Some(set_aside)) => assert_eq!(set_aside, *sent, "{name} was set aside"),
            (_, None) => assert_eq!(read, sent, "{name}"),
        }
    }
    for (&name, read) in &seen.parts {
        let sent = json.get(name).unwrap_or(&Value::Null);
        let is_unset = sent.is_null() || *sent == json!([]);
        match (read, set_aside(name)) {
            (None, None) => assert!(is_unset, "{name} was lost: {body}"),
            (Some(_), None) => assert!(!is_unset, "{name} was invented: {body}"),
            (None, Some(set_aside)) => assert_eq!(set_aside, *sent, "{name} was set aside"),
            (Some(_), Some(_)) => panic!("{name} was read and set aside: {body}"),
        }
    }
    Some(seen)
}

/// Applies the edits that `edits` returns for each place of each response, one at a time. Calls
/// `check` with the changed response, a description of the edit, and the decoded response.
fn for_every_place(
    edits: impl Fn(&Value) -> Vec<Edit>,
    check: impl Fn(&Call, &Value, &str, Option<Seen>),
) {
    for call in &CALLS {
        for fixture in call.fixtures {
            let whole = fixture.value();
            let before = (call.decode)(200, fixture.json.as_bytes()).unwrap();
            for place in places(&whole) {
                for edit in edits(whole.pointer(&place).unwrap()) {
                    let mut json = whole.clone();
                    edit.apply(&mut json, &place);
                    let seen = assert_nothing_lost(call, &json);
                    let what = format!("{edit:?} of {place} in {}", fixture.name);
                    if let Some(seen) = &seen {
                        for (name, part) in &before.parts {
                            assert!(
                                field(&place) == *name || seen.parts[name] == *part,
                                "{what} must not change {name}"
                            );
                        }
                    }
                    check(call, &json, &what, seen);
                }
            }
        }
    }
}

/// Returns whether a response lacks an essential field.
fn lacks_essential(call: &Call, json: &Value) -> bool {
    let mut essential = call.essential.iter();
    essential.any(|field| call.requires(field, json.get(*field)))
}

#[test]
fn every_response_is_read_without_loss() {
    for call in &CALLS {
        for fixture in call.fixtures {
            let seen = (call.decode)(200, fixture.json.as_bytes()).unwrap();
            assert_eq!(seen.undecoded, BTreeMap::new(), "{}", fixture.name);
            assert_nothing_lost(call, &fixture.value());
        }
    }
}

#[test]
fn every_field_may_be_missing_or_null_or_blank() {
    let edits = |old: &Value| {
        let mut edits = vec![Edit::Delete, Edit::Set(Value::Null)];
        match old {
            Value::String(_) => edits.push(Edit::Set(json!(""))),
            Value::Object(_) => edits.push(Edit::Set(json!([]))),
            Value::Array(_) => edits.push(Edit::Set(json!([]))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        edits
    };
    for_every_place(edits, |call, json, what, seen| match seen {
        Some(seen) => assert_eq!(seen.undecoded, BTreeMap::new(), "{what} must be tolerated"),
        None => assert!(lacks_essential(call, json), "{what} must be tolerated"),
    });
}

#[test]
fn every_text_may_be_any_text() {
    let edits = |old: &Value| match old {
        Value::String(_) => vec![Edit::Set(json!("Neu & ünbekannt"))],
        _ => Vec::new(),
    };
    for_every_place(edits, |_, json, what, seen| {
        let seen = seen.unwrap_or_else(|| panic!("{what} must be tolerated"));
        assert_eq!(seen.undecoded, BTreeMap::new(), "{what}");
        let text = json!("Neu & ünbekannt");
        let shown = json!([seen.texts, seen.parts]).to_string();
        assert!(
            shown.contains(text.as_str().unwrap()) || is_unknown(json, &text),
            "{what}"
        );
    });
}

/// Returns whether the text is in a field that is not read.
fn is_unknown(json: &Value, text: &Value) -> bool {
    places(json).iter().any(|place| {
        let is_ignored = ["sequence_order", "provider_tenants"]
            .iter()
            .any(|key| place.contains(key))
            || place == "/organization_id";
        is_ignored && json.pointer(place) == Some(text)
    })
}

/// Returns edits that set values of other kinds than `old`.
fn other_kinds(old: &Value) -> Vec<Edit> {
    let is_other = |new: &Value| std::mem::discriminant(new) != std::mem::discriminant(old);
    [
        json!(true),
        json!(5),
        json!("text"),
        json!([]),
        json!([null]),
        json!({}),
        json!({"a": 1}),
    ]
    .into_iter()
    .filter(is_other)
    .map(Edit::Set)
    .collect()
}

#[test]
fn every_field_may_be_of_another_kind() {
    for_every_place(other_kinds, |_, _, what, seen| {
        if let Some(seen) = seen {
            assert!(
                seen.undecoded.len() <= 1,
                "{what} must lose at most one part"
            );
        }
    });
}

/// Returns texts that serde_json cannot read, or cannot read in every place.
fn hostile_texts() -> Vec<String> {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    vec![
        nested(128),
        nested(20_000),
        "9".repeat(5_000),
        "1e400".to_owned(),
        r#""\ud83d""#.to_owned(),
        r#""a\u0000b""#.to_owned(),
        r#"{"a": 1, "a": 2}"#.to_owned(),
    ]
}

/// Returns the JSON with each hostile text in turn at one place.
fn with_hostile_texts(json: &Value, place: &str) -> impl Iterator<Item = (String, String)> {
    const MARK: &str = "@raw@";
    let mut json = json.clone();
    Edit::Set(json!(MARK)).apply(&mut json, place);
    let template = json.to_string();
    hostile_texts().into_iter().map(move |raw| {
        let body = template.replace(&format!("\"{MARK}\""), &raw);
        (raw, body)
    })
}

#[test]
fn every_field_may_be_hostile() {
    for call in &CALLS {
        for fixture in call.fixtures {
            let whole = fixture.value();
            let before = (call.decode)(200, fixture.json.as_bytes()).unwrap();
            let places = places(&whole);
            let bodies = places.iter().flat_map(|place| {
                with_hostile_texts(&whole, place).map(move |(raw, body)| (place, raw, body))
            });
            for (place, raw, body) in bodies {
                let what = format!("{} of {place} in {}", &raw[..5], fixture.name);
                let seen = match (call.decode)(200, body.as_bytes()) {
                    Ok(seen) => seen,
                    Err(Error::Decode(error)) => {
                        assert_eq!(error.field(), Some(field(place)), "{what}");
                        assert!(call.essential.contains(&field(place)), "{what}");
                        assert!(
                            error.body() == body.as_bytes(),
                            "{what}: the body must be kept"
                        );
                        continue;
                    }
                    Err(other) => panic!("expected a decode error, not {other:?}: {what}"),
                };
                let set_aside: Vec<_> = seen.undecoded.keys().copied().collect();
                assert!(
                    set_aside.is_empty() || set_aside == [field(place)],
                    "{what} must lose at most its own part, not {set_aside:?}"
                );
                let others = |name: &&str| *name != field(place);
                for name in before.texts.keys().copied().filter(others) {
                    assert_eq!(seen.texts[name], before.texts[name], "{name} with {what}");
                }
                for name in before.parts.keys().copied().filter(others) {
                    assert!(seen.parts[name] == before.parts[name], "{name} with {what}");
                }
            }
        }
    }
}

#[test]
fn every_field_of_every_error_may_be_anything() {
    for fixture in ERROR {
        let whole = fixture.value();
        for place in places(&whole) {
            let old = whole.pointer(&place).unwrap();
            let edits = [
                vec![Edit::Delete, Edit::Set(Value::Null), Edit::Set(json!(""))],
                other_kinds(old),
            ];
            let edited = edits.concat().into_iter().map(|edit| {
                let mut json = whole.clone();
                edit.apply(&mut json, &place);
                json.to_string()
            });
            let hostile = with_hostile_texts(&whole, &place).map(|(_, body)| body);
            for body in edited.chain(hostile) {
                let [call, ..] = &CALLS;
                match (call.decode)(fixture.status(), body.as_bytes()) {
                    Err(Error::Api(error)) => {
                        assert_eq!(
                            error.status(),
                            fixture.status(),
                            "{place} in {}",
                            fixture.name
                        );
                        assert!(error.body() == body.as_bytes(), "the body must be kept");
                    }
                    Err(other) => panic!("expected an API error, not {other:?}"),
                    Ok(_) => panic!("expected an API error, not a success"),
                }
            }
        }
    }
}

/// Any object with some keys of responses and any values.
fn any_response() -> impl Strategy<Value = Value> {
    let keys = CALLS.iter().flat_map(|call| {
        let json = call.full().value();
        json.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    });
    let key = prop_oneof![8 => prop::sample::select(keys.collect::<Vec<_>>()), 1 => any_text()];
    let value = prop_oneof![
        2 => any_text().prop_map(Value::from),
        1 => prop::collection::vec(any_text(), 0..3).prop_map(Value::from),
        1 => Just(json!({})),
        1 => any_json(),
    ];
    prop::collection::btree_map(key, value, 0..14)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

proptest! {
    #[test]
    fn any_json_is_read_or_kept(json in any_response()) {
        for call in &CALLS {
            assert_nothing_lost(call, &json);
        }
    }

    #[test]
    fn any_bytes_are_read_or_kept(
        body in prop::collection::vec(any::<u8>(), 0..200),
        status in 200..300_u16,
    ) {
        for call in &CALLS {
            if let Err(error) = (call.decode)(status, &body) {
                let kept = error.into_body().expect("a body");
                prop_assert_eq!(kept.as_bytes(), &body[..]);
            }
        }
    }

    #[test]
    fn damaged_responses_are_read_or_kept(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        for call in &CALLS {
            let mut body = call.fixtures[1].json.as_bytes().to_vec();
            for (index, byte) in &edits {
                let index = index.index(body.len());
                body[index] = *byte;
            }
            if let Err(error) = (call.decode)(200, &body) {
                let kept = error.into_body().expect("a body");
                prop_assert_eq!(kept.as_bytes(), &body[..]);
            }
        }
    }

    #[test]
    fn any_number_in_metadata_round_trips(number in any::<f64>()) {
        let raw = format!(r#"{{"trusted_metadata": {{"x": {}}}}}"#, json!(number));
        let authenticated = authenticate(authenticated_with("member", &raw));
        let member = authenticated.member.unwrap();
        prop_assert!(encoded_again(&member) == member, "decode(encode(x)) of {}", raw);
    }

    #[test]
    fn any_qr_code_is_a_png_or_an_error(text in any_text()) {
        for text in [text.clone(), format!("data:image/png;base64, {text}")] {
            prop_assert!(QrCode::new(text.as_str()).png().is_err(), "{}", text);
        }
    }
}

//! Reads JSON objects and refuses duplicate keys.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why [`object`] cannot read some bytes.
#[derive(Debug, PartialEq)]
pub(super) enum Unreadable {
    NotAnObject,
    DuplicateKey,
}

/// Reads a JSON object and refuses duplicate keys at any depth, where serde_json would take the
/// last.
pub(super) fn object(json: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let duplicate = Cell::new(false);
    let text = std::str::from_utf8(json).map_err(|_| Unreadable::NotAnObject)?;
    let mut from = serde_json::Deserializer::from_str(text);
    let read = Strict(&duplicate)
        .deserialize(&mut from)
        .and_then(|value| from.end().map(|()| value));
    match read {
        Ok(Value::Object(map)) => Ok(map),
        Err(_) if duplicate.get() => Err(Unreadable::DuplicateKey),
        Ok(_) | Err(_) => Err(Unreadable::NotAnObject),
    }
}

/// Reads any value, and sets the flag when a key occurs twice.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if map.insert(key, value).is_some() {
                self.0.set(true);
                return Err(A::Error::custom("duplicate key"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_keys_at_any_depth_are_refused() {
        for json in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"{"a": {"b": 1, "b": 2}}"#,
            r#"{"a": [{"b": null, "b": null}]}"#,
            r#"{"": 1, "": 2}"#,
        ] {
            let read = object(json.as_bytes());
            assert_eq!(read, Err(Unreadable::DuplicateKey), "JSON: {json}");
        }
    }

    #[test]
    fn valid_objects_are_read_as_by_serde_json() {
        for json in [
            "{}",
            r#"{"a": [1, -1, 1.5, 18446744073709551615, 1e300, true, null, "\ud83d\ude00"]}"#,
            r#"{"a": {"a": {"a": [[], {}]}}, "b": " "}"#,
        ] {
            let expected: Map<String, Value> = serde_json::from_str(json).unwrap();
            assert_eq!(object(json.as_bytes()), Ok(expected), "JSON: {json}");
        }
    }

    #[test]
    fn input_that_is_not_an_object_is_refused() {
        let deep = format!("{{\"a\": {}", "[".repeat(100_000));
        for json in [
            "",
            " ",
            "[]",
            "null",
            "1",
            "\"\"",
            "{",
            "{} {}",
            "{}x",
            "{\"a\": 1e400}",
            "{a: 1}",
            "{'a': 1}",
            "{\"a\": 1,}",
            "\u{feff}{}",
            "{\"a\": NaN}",
            &deep,
        ] {
            let read = object(json.as_bytes());
            let start: String = json.chars().take(20).collect();
            assert_eq!(read, Err(Unreadable::NotAnObject), "JSON: {start}");
        }
        assert_eq!(object(b"{\"a\": \"\xff\"}"), Err(Unreadable::NotAnObject));
    }
}

//! The fields of a request body. JSON null counts as absent, as in the live API.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::error::Refusal;
use crate::settings::{ErrorCase, HttpSettings};

/// The JSON object in a request body.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: Map<String, Value>,
    nulls: Vec<String>,
}

impl Fields {
    /// Parses a body and keeps the fields in `known`.
    pub(crate) fn parse(
        body: &[u8],
        known: &[&str],
        settings: &HttpSettings,
    ) -> Result<Self, Refusal> {
        let (mut values, duplicate) =
            read_object(body, settings).map_err(|_| ErrorCase::MalformedRequest)?;
        if settings.ignore_key_case {
            values = with_known_names(values, known);
        }
        if duplicate && settings.refuse_duplicate_keys {
            return Err(ErrorCase::DuplicateKey.into());
        }
        let unknown = |name: &String| !known.contains(&name.as_str());
        if settings.refuse_unknown_fields && values.keys().any(unknown) {
            return Err(ErrorCase::UnknownField.into());
        }
        let mut nulls = Vec::new();
        values.retain(|name, value| {
            if !known.contains(&name.as_str()) {
                return false;
            }
            if value.is_null() {
                nulls.push(name.clone());
            }
            !value.is_null()
        });
        Ok(Self { values, nulls })
    }

    /// Returns a field of any type.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether a field is null.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.nulls.iter().any(|null| null == name)
    }

    /// Returns a required string, which must not be empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        Ok(self.text(name)?.ok_or(ErrorCase::MissingField)?)
    }

    /// Returns an optional string. An empty string counts as absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let text = self.get(name, Value::as_str)?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// Returns an optional 32-bit integer.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i32>, Refusal> {
        self.get(name, |value| i32::try_from(value.as_i64()?).ok())
    }

    /// Returns an optional boolean.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.get(name, Value::as_bool)
    }

    /// Returns an optional object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, Refusal> {
        self.get(name, Value::as_object)
    }

    /// Returns an optional list of strings.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.get(name, |value| {
            let texts = value.as_array()?.iter();
            texts.map(|text| text.as_str().map(str::to_owned)).collect()
        })
    }

    fn get<'b, T>(
        &'b self,
        name: &str,
        read: impl FnOnce(&'b Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(value) = self.values.get(name) else {
            return Ok(None);
        };
        read(value)
            .map(Some)
            .ok_or_else(|| Refusal::invalid_argument(value))
    }
}

/// Renames keys that differ from the name of a known field in case only.
fn with_known_names(values: Map<String, Value>, known: &[&str]) -> Map<String, Value> {
    let name = |key: &String| {
        let mut known = known.iter();
        known.find(|name| name.eq_ignore_ascii_case(key))
    };
    let values = values.into_iter();
    values
        .map(|(key, value)| match name(&key) {
            Some(name) => ((*name).to_owned(), value),
            None => (key, value),
        })
        .collect()
}

/// Parses a JSON object, and returns whether a key is repeated. An empty body is an empty object.
fn read_object(
    body: &[u8],
    settings: &HttpSettings,
) -> Result<(Map<String, Value>, bool), serde_json::Error> {
    let without_mark = body.strip_prefix("\u{feff}".as_bytes());
    let body = without_mark
        .filter(|_| settings.ignore_byte_order_mark)
        .unwrap_or(body);
    if body.is_empty() {
        return Ok((Map::new(), false));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let object = (&mut deserializer).deserialize_map(ObjectVisitor {
        first_counts: settings.first_duplicate_counts,
    })?;
    if !settings.ignore_trailing_text {
        deserializer.end()?;
    }
    Ok(object)
}

/// Reads an object key by key, because a map would hide repeated keys.
struct ObjectVisitor {
    first_counts: bool,
}

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = (Map<String, Value>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        let mut duplicate = false;
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            let known = object.contains_key(&key);
            duplicate |= known;
            if !(known && self.first_counts) {
                object.insert(key, value);
            }
        }
        Ok((object, duplicate))
    }
}

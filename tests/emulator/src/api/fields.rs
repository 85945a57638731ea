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
            read_object(body, known, settings).map_err(|_| ErrorCase::MalformedRequest)?;
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

/// Parses a JSON object, and returns whether a key is repeated. An empty body is an empty object.
fn read_object(
    body: &[u8],
    known: &[&str],
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
    let object = (&mut deserializer).deserialize_map(ObjectVisitor { known, settings })?;
    if !settings.ignore_trailing_text {
        deserializer.end()?;
    }
    Ok(object)
}

/// Reads an object key by key, because a map would hide repeated keys.
struct ObjectVisitor<'a> {
    known: &'a [&'a str],
    settings: &'a HttpSettings,
}

impl ObjectVisitor<'_> {
    /// Returns the name of the known field that a key means, or else the key.
    fn name(&self, key: String) -> String {
        let mut known = self.known.iter();
        let field = known.find(|name| name.eq_ignore_ascii_case(&key));
        match field.filter(|_| self.settings.ignore_key_case) {
            Some(name) => (*name).to_owned(),
            None => key,
        }
    }
}

impl<'de> Visitor<'de> for ObjectVisitor<'_> {
    type Value = (Map<String, Value>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        let mut duplicate = false;
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            let name = self.name(key);
            let is_known = object.contains_key(&name);
            duplicate |= is_known;
            if !(is_known && self.settings.first_duplicate_counts) {
                object.insert(name, value);
            }
        }
        Ok((object, duplicate))
    }
}

//! The fields of a request body. JSON null counts as absent, as the live API has it.

use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{ApiError, BAD_REQUEST};
use crate::settings::{Settings, Situation};

/// A request's JSON object.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    values: Map<String, Value>,
    settings: &'a Settings,
}

impl<'a> Fields<'a> {
    /// Reads a body that may have these fields.
    pub(crate) fn parse(
        body: &[u8],
        known: &[&str],
        settings: &'a Settings,
    ) -> Result<Self, ApiError> {
        let object = read_object(body, settings.refuse_duplicate_keys);
        let mut values = object.map_err(|_| ApiError::from(BAD_REQUEST))?;
        let unknown = |name: &String| !known.contains(&name.as_str());
        if settings.refuse_unknown_fields && values.keys().any(unknown) {
            return Err(settings.error(Situation::UnknownField));
        }
        values.retain(|_, value| !value.is_null());
        Ok(Self { values, settings })
    }

    /// A text that must be there and not be empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name)?
            .ok_or_else(|| self.settings.error(Situation::MissingField))
    }

    /// A text; the empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let text = self.get(name, Value::as_str)?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// A whole number of 32 bits.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i32>, ApiError> {
        self.get(name, |value| i32::try_from(value.as_i64()?).ok())
    }

    /// A truth value.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.get(name, Value::as_bool)
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<&Map<String, Value>>, ApiError> {
        self.get(name, Value::as_object)
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.get(name, |value| {
            let texts = value.as_array()?.iter();
            texts.map(|text| text.as_str().map(str::to_owned)).collect()
        })
    }

    fn get<'b, T>(
        &'b self,
        name: &str,
        read: impl FnOnce(&'b Value) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.values.get(name) else {
            return Ok(None);
        };
        read(value)
            .map(Some)
            .ok_or_else(|| ApiError::invalid_argument(value))
    }
}

/// Reads a JSON object; an empty body is an empty object.
fn read_object(
    body: &[u8],
    refuse_duplicate_keys: bool,
) -> Result<Map<String, Value>, serde_json::Error> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let object = (&mut deserializer).deserialize_map(ObjectVisitor {
        refuse_duplicate_keys,
    })?;
    deserializer.end()?;
    Ok(object)
}

/// Reads an object key by key, because a map would hide a key that comes twice.
struct ObjectVisitor {
    refuse_duplicate_keys: bool,
}

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, value)) = entries.next_entry()? {
            if object.insert(key, value).is_some() && self.refuse_duplicate_keys {
                return Err(A::Error::custom("a key comes twice"));
            }
        }
        Ok(object)
    }
}

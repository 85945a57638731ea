//! The top level of a JSON object, cut into raw text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::value::wipe::wipe_text;

/// The known top-level fields of a JSON object as raw text, read as far as possible.
pub(crate) struct RawObject<'a, 'f> {
    fields: &'f [&'f str],
    /// One value for each of `fields`: the last one if the field is repeated.
    pub(crate) values: Vec<Option<&'a RawValue>>,
    /// The values of repeated fields before the last one.
    pub(crate) repeated: Vec<(&'f str, &'a RawValue)>,
    pub(crate) error: Option<serde_json::Error>,
}

impl<'a, 'f> RawObject<'a, 'f> {
    pub(crate) fn read(text: &'a str, fields: &'f [&'f str]) -> Self {
        let mut object = Self {
            fields,
            values: vec![None; fields.len()],
            repeated: Vec::new(),
            error: None,
        };
        let mut from = serde_json::Deserializer::from_str(text);
        let read = from.deserialize_map(&mut object).and_then(|()| from.end());
        object.error = read.err();
        object
    }

    /// Returns the first of the fields that is a non-empty string.
    pub(crate) fn text(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.get(name).filter(|text: &String| !text.is_empty()))
    }

    pub(crate) fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        let index = self.fields.iter().position(|field| *field == name)?;
        T::deserialize(self.values[index]?).ok()
    }
}

impl<'a> Visitor<'a> for &mut RawObject<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(index) = map.next_key_seed(FieldIndex(self.fields))? {
            match index {
                Some(index) => {
                    if let Some(earlier) = self.values[index].replace(map.next_value()?) {
                        self.repeated.push((self.fields[index], earlier));
                    }
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a key as its index among the known ones. It reads bytes, so that a key that is not valid
/// Unicode is unknown and not an error.
struct FieldIndex<'f>(&'f [&'f str]);

impl<'de> DeserializeSeed<'de> for FieldIndex<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_bytes(self)
    }
}

impl Visitor<'_> for FieldIndex<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|field| field.as_bytes() == key))
    }
}

/// Text that is wiped on drop if it is a copy.
pub(crate) struct Wiped<'a>(pub(crate) Cow<'a, str>);

impl<'a> Wiped<'a> {
    /// Replaces invalid UTF-8 with U+FFFD. Unlike that of `String::from_utf8_lossy`, the buffer
    /// never grows: growing would leave a copy behind.
    pub(crate) fn lossy(bytes: &'a [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self(Cow::Borrowed(text));
        }
        let longest = bytes.len() * char::REPLACEMENT_CHARACTER.len_utf8();
        let mut text = String::with_capacity(longest);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Self(Cow::Owned(text))
    }
}

impl Drop for Wiped<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            wipe_text(text);
        }
    }
}

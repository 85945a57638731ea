//! The body of a response as a JSON object: every field with its raw text, including duplicates.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::call::Kind;

pub(crate) struct Object {
    fields: Vec<(String, String)>,
    /// Whether invalid UTF-8 was replaced by U+FFFD.
    is_lossy: bool,
}

impl Object {
    /// Reads a body. Returns `None` if it is not a JSON object, or has a key that no string can
    /// hold.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(strip_bom(body));
        let Fields(fields) = serde_json::from_str(&text).ok()?;
        let is_lossy = matches!(text, Cow::Owned(_));
        Some(Self { fields, is_lossy })
    }

    /// Returns the last field with this name, which is the one that is read, and the earlier ones.
    pub(crate) fn occurrences(&self, name: &str) -> (Option<&str>, Vec<&str>) {
        let fields = self.fields.iter().filter(|(key, _)| key == name);
        let mut all: Vec<&str> = fields.map(|(_, raw)| &**raw).collect();
        (all.pop(), all)
    }

    pub(crate) fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.occurrences(name).0?).ok()
    }

    /// Returns the value that raw JSON must be read as, or `None` if this check cannot tell. It
    /// cannot if invalid UTF-8 was replaced.
    pub(crate) fn read_as(&self, kind: Kind, raw: &str) -> Option<Value> {
        let is_whole = !(self.is_lossy && raw.contains('\u{fffd}'));
        is_whole.then(|| kind.read(raw)).flatten()
    }

    /// Returns the value of a string field that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name).filter(|text: &String| !text.is_empty())
    }

    pub(crate) fn repeated(&self, names: &'static [&'static str]) -> Option<&'static str> {
        let mut names = names.iter().copied();
        names.find(|name| !self.occurrences(name).1.is_empty())
    }

    /// Returns the first of these fields that is missing or of another kind, as far as this check
    /// can tell. Fields of the kind `Codes` may be missing.
    pub(crate) fn unreadable(
        &self,
        fields: &'static [(&'static str, Kind)],
    ) -> Option<&'static str> {
        let is_readable = |&(name, kind): &(&str, Kind)| match self
            .occurrences(name)
            .0
            .filter(|raw| *raw != "null")
        {
            Some(_) if kind == Kind::RequiredPart => true,
            Some(raw) => self.read_as(kind, raw).is_some(),
            None => kind == Kind::Codes,
        };
        let field = fields.iter().find(|field| !is_readable(field))?;
        Some(field.0)
    }
}

pub(crate) fn strip_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

struct Fields(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        while let Some((name, raw)) = map.next_entry::<String, &RawValue>()? {
            fields.push((name, raw.get().to_owned()));
        }
        Ok(Fields(fields))
    }
}

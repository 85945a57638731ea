//! The body of a response as a JSON object: every field with its raw text, repeated ones too.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::call::Kind;

pub(crate) struct Object {
    fields: Vec<(String, String)>,
    /// Whether U+FFFD stands in it for what is not UTF-8.
    is_lossy: bool,
}

impl Object {
    /// `None` for what is not a JSON object, or has a key that no string can hold.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(strip_bom(body));
        let Fields(fields) = serde_json::from_str(&text).ok()?;
        let is_lossy = matches!(text, Cow::Owned(_));
        Some(Self { fields, is_lossy })
    }

    /// The last field of this name, which counts, and the ones before it.
    pub(crate) fn occurrences(&self, name: &str) -> (Option<&str>, Vec<&str>) {
        let fields = self.fields.iter().filter(|(key, _)| key == name);
        let mut all: Vec<&str> = fields.map(|(_, raw)| &**raw).collect();
        (all.pop(), all)
    }

    pub(crate) fn value<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.occurrences(name).0?).ok()
    }

    /// What raw JSON is to be read as, if that can be told. Of what has been replaced it cannot.
    pub(crate) fn read_as(&self, kind: Kind, raw: &str) -> Option<Value> {
        let is_whole = !(self.is_lossy && raw.contains('\u{fffd}'));
        is_whole.then(|| kind.read(raw)).flatten()
    }

    /// A string that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name).filter(|text: &String| !text.is_empty())
    }

    pub(crate) fn repeated(&self, names: &'static [&'static str]) -> Option<&'static str> {
        let mut names = names.iter().copied();
        names.find(|name| !self.occurrences(name).1.is_empty())
    }

    /// The first field of these that is not there or of another kind, as far as that can be told.
    /// Codes need not be there everywhere.
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

//! The isolating path: a field that cannot be read does not affect the others.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::decode::Reply;
use crate::decode::raw_object::{RawObject, Wiped};
use crate::decode::undecoded::Undecoded;
use crate::error::DecodeErrorKind;

/// Reads the fields of a body one by one, and sets aside those that cannot be read.
pub(crate) fn isolate<R: Reply>(
    json: &[u8],
    undecoded: &mut Vec<Undecoded>,
) -> Result<R, DecodeErrorKind> {
    if json.trim_ascii().is_empty() {
        return Err(DecodeErrorKind::Empty);
    }
    // Raw text must be UTF-8, but an invalid byte in a name must not lose a token in another field.
    let text = Wiped::lossy(json);
    let fields = Isolating {
        text: &text.0,
        is_lossy: matches!(text.0, Cow::Owned(_)),
        unique: R::UNIQUE,
        undecoded,
    };
    let reply = R::deserialize(fields).map_err(|error| error.0)?;
    match undecoded
        .iter()
        .find(|part| R::ESSENTIAL.contains(&part.name()))
    {
        Some(part) => Err(DecodeErrorKind::Unreadable { field: part.name() }),
        None => Ok(reply),
    }
}

/// Deserializes the fields of an object one by one into a derived struct. A field that cannot be
/// read is recorded, and read as `null` instead.
struct Isolating<'a> {
    text: &'a str,
    is_lossy: bool,
    unique: &'static [&'static str],
    undecoded: &'a mut Vec<Undecoded>,
}

impl<'de> Deserializer<'de> for Isolating<'de> {
    type Error = Unreadable;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let object = RawObject::read(self.text, fields);
        if let Some(error) = object.error {
            return Err(Unreadable(DecodeErrorKind::NotAnObject {
                line: error.line(),
                column: error.column(),
            }));
        }
        for (field, earlier) in object.repeated {
            if self.unique.contains(&field) {
                return Err(Unreadable(DecodeErrorKind::Duplicate { field }));
            }
            if earlier.get() != "null" {
                self.undecoded.push(Undecoded::new(field, earlier));
            }
        }
        visitor.visit_map(RawFields {
            fields: fields.iter().copied().zip(object.values),
            current: None,
            is_lossy: self.is_lossy,
            undecoded: self.undecoded,
        })
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable(DecodeErrorKind::NotAnObject {
            line: 1,
            column: 0,
        }))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The known fields of an object, each as raw text or missing.
struct RawFields<'de, I> {
    fields: I,
    current: Option<(&'static str, &'de RawValue)>,
    is_lossy: bool,
    undecoded: &'de mut Vec<Undecoded>,
}

impl<'de, I> RawFields<'de, I> {
    fn value<V: Deserialize<'de>>(&self, raw: &'de RawValue) -> Result<V, ()> {
        // The replaced bytes may have been part of the value.
        if self.is_lossy && raw.get().contains(char::REPLACEMENT_CHARACTER) {
            return Err(());
        }
        V::deserialize(raw).map_err(drop)
    }
}

impl<'de, I> MapAccess<'de> for RawFields<'de, I>
where
    I: Iterator<Item = (&'static str, Option<&'de RawValue>)>,
{
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        // `null` counts as missing.
        self.current = self
            .fields
            .by_ref()
            .filter_map(|(name, raw)| Some((name, raw?)))
            .find(|(_, raw)| raw.get() != "null");
        match self.current {
            Some((name, _)) => {
                let name: StrDeserializer<'_, Unreadable> = name.into_deserializer();
                seed.deserialize(name).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Reads a value for a derived struct, which calls this method. The seed is a type here, so
    /// `null` can be read if the value cannot.
    fn next_value<V: Deserialize<'de>>(&mut self) -> Result<V, Unreadable> {
        let (name, raw) = self.current.take().ok_or_else(Unreadable::out_of_order)?;
        self.value(raw).or_else(|()| {
            self.undecoded.push(Undecoded::new(name, raw));
            V::deserialize(IntoDeserializer::<Unreadable>::into_deserializer(())).map_err(|_| {
                Unreadable(match raw.get() {
                    r#""""# => DecodeErrorKind::Missing { field: name },
                    _ => DecodeErrorKind::Unreadable { field: name },
                })
            })
        })
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, Unreadable> {
        let (name, raw) = self.current.take().ok_or_else(Unreadable::out_of_order)?;
        seed.deserialize(raw)
            .map_err(|_| Unreadable(DecodeErrorKind::Unreadable { field: name }))
    }
}

/// Why an object cannot be read. Unlike the errors of other formats, it quotes no text.
#[derive(Debug)]
struct Unreadable(DecodeErrorKind);

impl Unreadable {
    /// Creates the error for a value that is read before its key. Derived structs never do that.
    fn out_of_order() -> Self {
        serde::de::Error::custom("")
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl serde::de::Error for Unreadable {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(DecodeErrorKind::NotAnObject { line: 0, column: 0 })
    }

    fn missing_field(field: &'static str) -> Self {
        Self(DecodeErrorKind::Missing { field })
    }
}

//! Decodes the custom claims of a session into a type of the application.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Visitor};
use serde::de::{IntoDeserializer, MapAccess};
use serde_json::{Map, Value};

use crate::error::ClaimsError;
use crate::model::MemberSession;

/// Reads the claims. If they do not match the type, reads them again to find out which one does
/// not.
pub(crate) fn read<T: DeserializeOwned>(session: Option<&MemberSession>) -> Result<T, ClaimsError> {
    let session = session.ok_or(ClaimsError::NoSession)?;
    let claims = session.custom_claims.as_ref();
    read_map(claims.ok_or(ClaimsError::NoClaims)?)
}

/// Reads claims that are known to exist; see [`read`].
pub(crate) fn read_map<T: DeserializeOwned>(claims: &Map<String, Value>) -> Result<T, ClaimsError> {
    T::deserialize(claims).map_err(|_| {
        let claim = T::deserialize(Naming(claims)).err();
        ClaimsError::Mismatch {
            claim: claim.and_then(|mismatch| mismatch.0),
        }
    })
}

/// Deserializes claims into a derived struct and reports which of the struct's fields does not
/// match. Other claim names may hold any text, so they are not reported.
struct Naming<'a>(&'a Map<String, Value>);

impl<'de> Naming<'de> {
    fn give<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_map(Claims {
            fields,
            rest: self.0.iter(),
            current: None,
        })
    }
}

impl<'de> Deserializer<'de> for Naming<'de> {
    type Error = Mismatch;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.give(fields, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.give(&[], visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Claims<'de> {
    fields: &'static [&'static str],
    rest: serde_json::map::Iter<'de>,
    current: Option<(&'de String, &'de Value)>,
}

impl<'de> MapAccess<'de> for Claims<'de> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        self.current = self.rest.next();
        self.current
            .map(|(name, _)| seed.deserialize(name.as_str().into_deserializer()))
            .transpose()
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        let (name, value) = self.current.take().ok_or(Mismatch(None))?;
        let field = self.fields.iter().copied().find(|field| field == name);
        seed.deserialize(value).map_err(|_| Mismatch(field))
    }
}

/// The claim that does not match, if it is known.
#[derive(Debug)]
struct Mismatch(Option<&'static str>);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mismatch")
    }
}

impl std::error::Error for Mismatch {}

impl serde::de::Error for Mismatch {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self(None)
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Some(field))
    }
}

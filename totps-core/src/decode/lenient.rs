//! `deserialize_with` functions for fields that the API may leave out, one for each kind of field.
//! Together with `serde(default)`, a missing field is read like `null`.
//!
//! Optional booleans, numbers, timestamps and free strings need none of these: `Option` is enough.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Reads text; `null` becomes the empty text.
pub(crate) fn text<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str> + Default,
{
    from.deserialize_any(Text(PhantomData))
}

/// Reads text that the API leaves empty when it is unset; `null` and `""` become `None`.
pub(crate) fn blank<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    from.deserialize_any(Blank(PhantomData))
}

/// Reads an object; `null` and `[]` become `None`. Some documented responses have `[]` in its
/// place.
pub(crate) fn object<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_option(Object(PhantomData))
}

/// Reads a list of strings; `null` becomes the empty list, and `null` elements are left out.
pub(crate) fn strings<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_option(List::<Option<T>, T>(PhantomData))
}

/// Reads a list of objects; `null` becomes the empty list, and `null` and `[]` elements are left
/// out.
pub(crate) fn objects<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    from.deserialize_option(List::<Maybe<T>, T>(PhantomData))
}

/// Reads text that a response must have; `null` and `""` are errors.
pub(crate) fn required_text<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    required(blank(from)?)
}

/// Reads an object that a response must have; `null` and `[]` are errors.
pub(crate) fn required_object<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    required(object(from)?)
}

/// Reads a list of strings that a response must have. It may be empty, but not `null`.
pub(crate) fn required_strings<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Strings<T>(Vec<T>);
    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strings<T> {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            strings(from).map(Self)
        }
    }
    required(Option::<Strings<T>>::deserialize(from)?).map(|list| list.0)
}

fn required<T, E: Error>(value: Option<T>) -> Result<T, E> {
    value.ok_or_else(|| E::custom("unset"))
}

struct Text<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str> + Default> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }
}

struct Blank<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str>> Visitor<'_> for Blank<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null")
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<T>, E> {
        Ok((!text.is_empty()).then(|| T::from(text)))
    }
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
        // Accepts objects and arrays, and is less code to compile than `deserialize_any`.
        from.deserialize_struct("", &[], self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    /// Accepts the empty array only: a derived struct would read any other by position.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(A::Error::custom("expected an object, got an array")),
        }
    }
}

/// [`object`] as a type, for elements of lists and for hand-written visitors.
pub(crate) struct Maybe<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        object(from).map(Self)
    }
}

impl<T> From<Maybe<T>> for Option<T> {
    fn from(maybe: Maybe<T>) -> Self {
        maybe.0
    }
}

struct List<E, T>(PhantomData<(E, T)>);

impl<'de, E, T> Visitor<'de> for List<E, T>
where
    E: Deserialize<'de> + Into<Option<T>>,
{
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_none<Er>(self) -> Result<Vec<T>, Er> {
        Ok(Vec::new())
    }

    fn visit_unit<Er>(self) -> Result<Vec<T>, Er> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Vec<T>, D::Error> {
        from.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<E>()? {
            list.extend(element.into());
        }
        Ok(list)
    }
}

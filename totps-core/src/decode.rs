//! From an answer to a typed value, without ever losing what is in it.
//!
//! A success answer is read in one go. Only if that fails, its top-level fields are cut out as raw
//! text and read one by one: those that cannot be read are set aside, and the rest succeeds. The
//! call fails only when what it was for is among them.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, StatusCode, header, response};
use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer,
    MapAccess, Visitor,
};
use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::error::{ApiError, DecodeError, DecodeErrorKind};
use crate::wipe::wipe_text;
use crate::{Body, Error, ErrorType};

/// The typed answer of one call.
pub(crate) trait Reply: DeserializeOwned {
    /// The fields that the call was for: one that cannot be read fails the call.
    const ESSENTIAL: &'static [&'static str];

    /// The fields that must not be guessed: one that is there twice fails the call.
    const UNIQUE: &'static [&'static str];

    /// Reads any answer. It has an implementation for each call, so that the code is made here and
    /// not in every program.
    fn read(head: &response::Parts, body: &[u8]) -> Result<Self, Error>;

    /// Takes the status of the answer and the fields that were set aside.
    fn complete(&mut self, status: StatusCode, undecoded: Vec<Undecoded>);
}

/// Makes a struct with the fields `status_code` and `undecoded` the answer of a call.
macro_rules! reply {
    ($name:ident, essential: $essential:expr, unique: $unique:expr) => {
        impl $name {
            /// The fields that were set aside, because they could not be read or were there again;
            /// usually none.
            pub fn undecoded(&self) -> &[crate::Undecoded] {
                &self.undecoded
            }
        }

        impl crate::decode::Reply for $name {
            const ESSENTIAL: &'static [&'static str] = &$essential;
            const UNIQUE: &'static [&'static str] = &$unique;

            fn read(head: &http::response::Parts, body: &[u8]) -> Result<Self, crate::Error> {
                crate::decode::read(head, body)
            }

            fn complete(&mut self, status: http::StatusCode, undecoded: Vec<crate::Undecoded>) {
                self.status_code = status;
                self.undecoded = undecoded;
            }
        }

        /// Reads an answer of any HTTP stack. The status is looked at first.
        impl<B: AsRef<[u8]>> TryFrom<http::Response<B>> for $name {
            type Error = crate::Error;

            fn try_from(response: http::Response<B>) -> Result<Self, crate::Error> {
                crate::decode::response(response)
            }
        }
    };
}
pub(crate) use reply;

/// A field of a success answer that was set aside, because it could not be read, or because the same
/// field came once more after it.
///
/// `Debug` shows only its name, since a token may be in it.
#[derive(Clone)]
pub struct Undecoded {
    name: &'static str,
    json: Zeroizing<String>,
}

impl Undecoded {
    fn new(name: &'static str, raw: &RawValue) -> Self {
        Self {
            name,
            json: Zeroizing::new(raw.get().to_owned()),
        }
    }

    /// The field, by its name on the wire.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What stands in the answer, as raw JSON. Bytes that are not UTF-8 are shown as U+FFFD.
    pub fn json(&self) -> &str {
        &self.json
    }
}

impl fmt::Debug for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecoded")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Reads any answer.
pub(crate) fn response<R: Reply>(response: http::Response<impl AsRef<[u8]>>) -> Result<R, Error> {
    let (head, body) = response.into_parts();
    R::read(&head, body.as_ref())
}

/// Reads any answer: what all [`Reply::read`] do.
pub(crate) fn read<R: Reply>(head: &response::Parts, body: &[u8]) -> Result<R, Error> {
    let status = head.status;
    if !status.is_success() {
        return Err(Error::Api(Box::new(api_error(status, &head.headers, body))));
    }
    success(status, body).map_err(|kind| {
        let body = Body::from(body);
        Error::Decode(Box::new(DecodeError { status, kind, body }))
    })
}

fn success<R: Reply>(status: StatusCode, body: &[u8]) -> Result<R, DecodeErrorKind> {
    let json = strip_bom(body);
    let mut undecoded = Vec::new();
    let mut reply = match read_whole(json) {
        Some(reply) => reply,
        None => isolate::<R>(json, &mut undecoded)?,
    };
    reply.complete(status, undecoded);
    Ok(reply)
}

/// The fast path.
fn read_whole<R: Reply>(json: &[u8]) -> Option<R> {
    // A derived struct would take an array, too, and read it by position.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    // Checked once as a whole, which costs less than string by string.
    serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
}

/// The isolating path.
fn isolate<R: Reply>(json: &[u8], undecoded: &mut Vec<Undecoded>) -> Result<R, DecodeErrorKind> {
    if json.trim_ascii().is_empty() {
        return Err(DecodeErrorKind::Empty);
    }
    // Raw text must be UTF-8, but one bad byte in a name must not cost the token beside it.
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
        .find(|part| R::ESSENTIAL.contains(&part.name))
    {
        Some(part) => Err(DecodeErrorKind::Unreadable { field: part.name }),
        None => Ok(reply),
    }
}

/// Text that is wiped on drop if it is a copy.
struct Wiped<'a>(Cow<'a, str>);

impl<'a> Wiped<'a> {
    /// Puts U+FFFD in place of what is not UTF-8. Unlike `String::from_utf8_lossy` it does so in a
    /// buffer that never grows, which would leave a copy behind.
    fn lossy(bytes: &'a [u8]) -> Self {
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

/// Gives the fields of an object one by one to a derived struct. A field that cannot be read is
/// noted, and `null` takes its place.
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
        // What was replaced may have been part of the value.
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
        // `null` is like missing.
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

    /// What derived structs call. The seed is known to be a type, so `null` can be read in place of
    /// a value that cannot.
    fn next_value<V: Deserialize<'de>>(&mut self) -> Result<V, Unreadable> {
        let (name, raw) = self.current.take().ok_or_else(Unreadable::out_of_order)?;
        self.value(raw).or_else(|()| {
            self.undecoded.push(Undecoded::new(name, raw));
            V::deserialize(IntoDeserializer::<Unreadable>::into_deserializer(()))
                .map_err(|_| Unreadable(DecodeErrorKind::Unreadable { field: name }))
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

/// Why an object cannot be read: like the error of any format, but it quotes nothing.
#[derive(Debug)]
struct Unreadable(DecodeErrorKind);

impl Unreadable {
    /// What cannot happen with derived structs: a call out of turn.
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

/// The top level of a JSON object: its known fields as raw text, up to where it can be read.
struct RawObject<'a> {
    fields: &'static [&'static str],
    /// One for each of `fields`; of repeated ones, the last.
    values: Vec<Option<&'a RawValue>>,
    /// The ones before the last.
    repeated: Vec<(&'static str, &'a RawValue)>,
    error: Option<serde_json::Error>,
}

impl<'a> RawObject<'a> {
    fn read(text: &'a str, fields: &'static [&'static str]) -> Self {
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

    /// The first of the fields that is a string and not empty.
    fn text(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.get(name).filter(|text: &String| !text.is_empty()))
    }

    fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        let index = self.fields.iter().position(|field| *field == name)?;
        T::deserialize(self.values[index]?).ok()
    }
}

impl<'a> Visitor<'a> for &mut RawObject<'a> {
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

/// Reads a key as its place among the known ones. As bytes, so that a key that is not valid Unicode
/// is just unknown.
struct FieldIndex(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for FieldIndex {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_bytes(self)
    }
}

impl Visitor<'_> for FieldIndex {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|field| field.as_bytes() == key))
    }
}

/// Reads any error answer. That cannot fail: what is not there, or not readable, is `None`.
fn api_error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
    let text = Wiped::lossy(strip_bom(body));
    // Other endpoints use the names of OAuth 2.0, and the decoders of the API are shared.
    let object = RawObject::read(
        &text.0,
        &[
            "error_type",
            "error",
            "error_message",
            "error_description",
            "error_url",
            "error_uri",
            "error_details",
            "request_id",
        ],
    );
    let retry_after = headers.get(header::RETRY_AFTER);
    ApiError {
        status,
        error_type: object.text(&["error_type", "error"]).map(ErrorType::from),
        message: object.text(&["error_message", "error_description"]),
        url: object.text(&["error_url", "error_uri"]),
        request_id: object.text(&["request_id"]),
        details: object
            .get("error_details")
            .filter(|details: &Value| !details.is_null()),
        retry_after: retry_after
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body: Body::from(body),
    }
}

fn strip_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

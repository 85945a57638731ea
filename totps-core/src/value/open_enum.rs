//! Enums that keep a value that this version does not know, instead of refusing it.

use std::fmt;

/// Defines an enum over the values of a string on the wire.
macro_rules! open_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$doc])*
        ///
        /// A value that this version does not know becomes `Unknown`. Compare it by
        /// [`as_str`](Self::as_str), which still works when a later version has a variant for it.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!("`", $text, "`.")] $variant,)+
            /// A value that this version does not know.
            Unknown(crate::value::open_enum::Unrecognized),
        }

        impl $name {
            /// Returns the value as on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(unrecognized) => unrecognized.as_str(),
                }
            }

            /// All values that this version knows.
            #[cfg(test)]
            #[allow(dead_code, reason = "not every enum has a test of all its values")]
            pub(crate) const KNOWN: &[Self] = &[$(Self::$variant,)+];

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::from(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::known(&text)
                    .unwrap_or_else(|| Self::Unknown(crate::value::open_enum::Unrecognized::new(text)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(crate::value::open_enum::TextVisitor(std::marker::PhantomData))
            }
        }
    };
}
pub(crate) use open_enum;

/// A value that this version does not know, in the `Unknown` variant of an enum.
///
/// `Debug` shows it only if it looks like a constant of the API, since the text may be anything.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unrecognized(String);

impl Unrecognized {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the value as on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(printable(&self.0))
    }
}

/// Returns the text if it looks like a constant of the API (lower-case ASCII letters and `_`, at
/// most 128 characters), else a placeholder: text from a server may hold anything. Digits are not
/// shown, since codes contain them.
pub(crate) fn printable(text: &str) -> &str {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    if is_short(text) && text.bytes().all(allowed) {
        text
    } else {
        NOT_SHOWN
    }
}

/// Returns the text if it looks like the id of a request of the API, else a placeholder.
pub(crate) fn printable_request_id(text: &str) -> &str {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match text.strip_prefix("request-id-") {
        Some(rest) if is_short(rest) && rest.bytes().all(allowed) => text,
        _ => NOT_SHOWN,
    }
}

const NOT_SHOWN: &str = "(not shown)";

fn is_short(text: &str) -> bool {
    (1..=128).contains(&text.len())
}

/// Reads a string, without a copy if the value is known.
pub(crate) struct TextVisitor<T>(pub(crate) std::marker::PhantomData<T>);

impl<T> serde::de::Visitor<'_> for TextVisitor<T>
where
    T: for<'a> From<&'a str> + From<String>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<T, E> {
        Ok(T::from(text))
    }
}

//! A success that cannot be read.

use std::fmt;

use http::StatusCode;

use crate::decode;
use crate::transport::Body;

/// A success response in which a required part is missing or cannot be read, such as the secret of
/// Create, the codes of Rotate or the Member's id of Authenticate.
///
/// The request was carried out: a code is used, a secret or a session may exist. The error keeps
/// the whole body: [`field_text`](Self::field_text) finds a token in it, and
/// [`into_body`](Self::into_body) returns it.
#[derive(Debug)]
pub struct DecodeError {
    pub(crate) status: StatusCode,
    pub(crate) kind: DecodeErrorKind,
    pub(crate) body: Body,
}

/// How the response is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// There is no body.
    Empty,
    /// The body is not a JSON object, or has more text after the object.
    #[non_exhaustive]
    NotAnObject {
        /// The line of the error, from 1.
        line: usize,
        /// The column of the error in bytes, from 1; 0 if it is before the first byte of the line.
        column: usize,
    },
    /// The body is not JSON of the requested type. Only [`Json`](crate::Json) returns this.
    #[non_exhaustive]
    Mismatch {
        /// The line of the error, from 1.
        line: usize,
        /// The column of the error in bytes, from 1; 0 if it is before the first byte of the line.
        column: usize,
    },
    /// A field is missing, `null`, or empty where it must not be.
    #[non_exhaustive]
    Missing {
        /// The name of the field on the wire.
        field: &'static str,
    },
    /// A field has a different type than documented, or cannot be read.
    #[non_exhaustive]
    Unreadable {
        /// The name of the field on the wire.
        field: &'static str,
    },
    /// A field that must be unambiguous occurs twice.
    #[non_exhaustive]
    Duplicate {
        /// The name of the field on the wire.
        field: &'static str,
    },
}

impl DecodeError {
    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns how the response is malformed.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// Returns the name of the field on the wire; `None` if the whole body is wrong.
    pub fn field(&self) -> Option<&'static str> {
        match self.kind {
            DecodeErrorKind::Empty
            | DecodeErrorKind::NotAnObject { .. }
            | DecodeErrorKind::Mismatch { .. } => None,
            DecodeErrorKind::Missing { field }
            | DecodeErrorKind::Unreadable { field }
            | DecodeErrorKind::Duplicate { field } => Some(field),
        }
    }

    /// Finds the text of a field of the body by its name on the wire, to rescue a token or a
    /// secret. `None` if there is no such text, or if it is empty.
    ///
    /// The body may be malformed or cut short: it is read as far as possible. If the field occurs
    /// twice, the last one is returned. The text is a plain `String`, which is not wiped: convert
    /// it to a type that is.
    ///
    /// ```
    /// use totps_core::{CreateResponse, Error, TotpSecret, http};
    ///
    /// let json = r#"{"secret": "BTGNX5RK", "totp_registration_id": null, "qr_code": ""}"#;
    /// let Err(Error::Decode(error)) = CreateResponse::try_from(http::Response::new(json)) else {
    ///     panic!("the id of the TOTP is missing");
    /// };
    /// let secret = error.field_text("secret").map(TotpSecret::new);
    /// assert_eq!(secret.unwrap().expose(), "BTGNX5RK");
    /// ```
    pub fn field_text(&self, name: &str) -> Option<String> {
        decode::field_text(self.body.as_bytes(), name)
    }

    /// Returns the whole body of the response.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// Returns the whole body of the response.
    pub fn into_body(self) -> Body {
        self.body
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the API responded with {}, but ", self.status.as_u16())?;
        match self.kind {
            DecodeErrorKind::Empty => f.write_str("there is no body"),
            DecodeErrorKind::NotAnObject { line, column } => {
                write!(
                    f,
                    "the body is not a JSON object (line {line}, column {column})"
                )
            }
            DecodeErrorKind::Mismatch { line, column } => {
                write!(
                    f,
                    "the body is not JSON of the expected type (line {line}, column {column})"
                )
            }
            DecodeErrorKind::Missing { field } => write!(f, "`{field}` is missing, null or empty"),
            DecodeErrorKind::Unreadable { field } => write!(f, "`{field}` cannot be read"),
            DecodeErrorKind::Duplicate { field } => write!(f, "duplicate field `{field}`"),
        }
    }
}

impl std::error::Error for DecodeError {}

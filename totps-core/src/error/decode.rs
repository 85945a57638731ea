//! A success that cannot be read.

use std::fmt;

use http::StatusCode;

use crate::decode;
use crate::transport::Body;

/// A success response from which what the call was for cannot be read, such as the secret of Create,
/// the codes of Rotate or the Member's id of Authenticate.
///
/// The request was carried out: a code is spent, a secret or a session may exist. The whole body is
/// kept, so that it can be rescued by [`into_body`](Self::into_body).
#[derive(Debug)]
pub struct DecodeError {
    pub(crate) status: StatusCode,
    pub(crate) kind: DecodeErrorKind,
    pub(crate) body: Body,
}

/// What is wrong with the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// There is no body.
    Empty,
    /// The body is not a JSON object, or does not end where the object ends.
    #[non_exhaustive]
    NotAnObject {
        /// The line where it goes wrong, from 1.
        line: usize,
        /// The column where it goes wrong, in bytes, from 1; 0 before the first.
        column: usize,
    },
    /// The body is not JSON of the type that was asked for; of [`Json`](crate::Json) alone.
    #[non_exhaustive]
    Mismatch {
        /// The line where it goes wrong, from 1.
        line: usize,
        /// The column where it goes wrong, in bytes, from 1; 0 before the first.
        column: usize,
    },
    /// A field is missing, or `null`, or empty where it must not be.
    #[non_exhaustive]
    Missing {
        /// The field, by its name on the wire.
        field: &'static str,
    },
    /// A field has another type than documented, or cannot be read.
    #[non_exhaustive]
    Unreadable {
        /// The field, by its name on the wire.
        field: &'static str,
    },
    /// A field that must not be guessed is there twice.
    #[non_exhaustive]
    Duplicate {
        /// The field, by its name on the wire.
        field: &'static str,
    },
}

impl DecodeError {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong.
    pub fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The field that it is wrong with, by its name on the wire; `None` if it is the whole body.
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

    /// The text of a field of the body, by its name on the wire, if it can be found and is not empty:
    /// to rescue a token or a secret.
    ///
    /// The body is read up to where it can be read; of a field that is there twice, the last counts.
    /// The text is a plain `String`: put it into a type that is wiped.
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

    /// The whole body of the response.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// The whole body of the response.
    pub fn into_body(self) -> Body {
        self.body
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the API answered {}, but ", self.status.as_u16())?;
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

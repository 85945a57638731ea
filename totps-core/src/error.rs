//! The errors, each with the details that a caller needs to act on it.
//!
//! No error shows a secret, or text from the server that could hold one, in `Display`, `Debug` or
//! `source()`. Accessors return such text. The one part that this crate does not make is the error
//! of the HTTP stack inside a [`TransportError`]: the stack decides what it shows.
//!
//! Each of these types is also exported at the crate root. The guide has a page on
//! [errors](crate::guide::errors).

mod api;
mod claims;
mod config;
mod decode;
mod error_type;
mod invalid_params;
mod reason;
mod transport;

pub use api::ApiError;
pub use claims::ClaimsError;
pub use config::ConfigError;
pub use decode::{DecodeError, DecodeErrorKind};
pub use error_type::ErrorType;
pub use invalid_params::InvalidParams;
pub use reason::Reason;
pub use transport::{BoxError, TransportError, TransportErrorKind};

use crate::transport::Body;

/// Why a call failed.
///
/// [`reason`](Self::reason) tells what to do. The variants hold the details:
///
/// ```
/// use totps_core::{Error, Reason};
///
/// fn log(error: &Error) -> String {
///     match error {
///         // The body may hold a session: rescue it.
///         Error::Decode(unreadable) if unreadable.field_text("session_token").is_some() => {
///             "a session in a malformed response".to_owned()
///         }
///         Error::Api(api) => format!("{error}: {:?}", api.retry_after()),
///         // The same request would fail again.
///         Error::InvalidParams(mistake) => format!("look at `{}`", mistake.field()),
///         _ => format!("{error}: {:?}", error.delivery()),
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The parameters break a rule. Nothing was sent.
    #[error(transparent)]
    InvalidParams(#[from] InvalidParams),
    /// No response was received.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A response of the API with a status other than 2xx.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The API reports success, but a required part of the response is missing or cannot be read.
    #[error(transparent)]
    Decode(Box<DecodeError>),
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(Box::new(error))
    }
}

impl Error {
    /// Tells what to do about the error: see [`Reason`].
    pub fn reason(&self) -> Reason {
        Reason::of(self)
    }

    /// Tells whether the request may have been carried out, and so whether a one-time code may have
    /// been used.
    ///
    /// Treat a call that was dropped before it returned as [`Delivery::Unknown`].
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::InvalidParams(_) => Delivery::NotSent,
            Self::Transport(error) => error.delivery(),
            Self::Api(_) | Self::Decode(_) => Delivery::Answered,
        }
    }

    /// Returns the error of the API, if this is one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the machine-readable type of the API's error, if it has one.
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.api().and_then(ApiError::error_type)
    }

    /// Returns the body of the response, if there was one.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::InvalidParams(_) | Self::Transport(_) => None,
            Self::Api(error) => Some(error.body()),
            Self::Decode(error) => Some(error.body()),
        }
    }

    /// Returns the body of the response, if there was one.
    pub fn into_body(self) -> Option<Body> {
        match self {
            Self::InvalidParams(_) | Self::Transport(_) => None,
            Self::Api(error) => Some(error.into_body()),
            Self::Decode(error) => Some(error.into_body()),
        }
    }
}

/// How far a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// It is certain that no byte of the request was sent. The code is not used, and it is safe to
    /// send the request again. That helps only if the cause is temporary.
    NotSent,
    /// The request may have been carried out: the code may be used, a session may exist, and an
    /// intermediate session token may be used up. If the token is used up, the next attempt fails
    /// with [`IntermediateSessionNotFound`](ErrorType::IntermediateSessionNotFound), and the Member
    /// begins again at the first factor.
    Unknown,
    /// A complete response was received. It tells what happened.
    Answered,
}

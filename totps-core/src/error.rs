//! Everything that can go wrong, each kind with what a caller needs to act on it.
//!
//! No error shows a secret or text from the server that could hold one, neither by `Display` nor by
//! `Debug` nor by `source()`; such text is behind accessors.
//!
//! Each of these is at the crate root, too.

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
/// [`reason`](Self::reason) says what to do. The variants hold all that is known:
///
/// ```
/// use totps_core::{Error, Reason};
///
/// fn log(error: &Error) -> String {
///     match error {
///         // A session may be in the body: rescue it.
///         Error::Decode(unreadable) if unreadable.field_text("session_token").is_some() => {
///             "a session that could not be read whole".to_owned()
///         }
///         Error::Api(api) => format!("{error}: {:?}", api.retry_after()),
///         // Trying the same again would fail again.
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
    /// No response came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A response of the API with a status other than 2xx.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The API reports success, but what the call was for cannot be read from the response.
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
    /// What to do about it: see [`Reason`].
    pub fn reason(&self) -> Reason {
        Reason::of(self)
    }

    /// Whether the request reached the API, and so whether a one-time code may have been spent.
    ///
    /// A call that was dropped before it returned is [`Delivery::Unknown`], too.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::InvalidParams(_) => Delivery::NotSent,
            Self::Transport(error) => error.delivery(),
            Self::Api(_) | Self::Decode(_) => Delivery::Answered,
        }
    }

    /// What the API said, if it was an error.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The machine-readable type of the API's error, if it has one.
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.api().and_then(ApiError::error_type)
    }

    /// The body of the response, if one came.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::InvalidParams(_) | Self::Transport(_) => None,
            Self::Api(error) => Some(error.body()),
            Self::Decode(error) => Some(error.body()),
        }
    }

    /// The body of the response, if one came.
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
    /// Proven: no byte of the request left. The code is not spent, and sending the request again is
    /// safe; it helps only if the reason was a passing one.
    NotSent,
    /// It may have been carried out: the code may be spent, a session may exist, and an intermediate
    /// session token may be used up. If it is, the next attempt ends with
    /// [`IntermediateSessionNotFound`](ErrorType::IntermediateSessionNotFound), and the Member has to
    /// begin again at the first factor.
    Unknown,
    /// A whole response came; what it says counts.
    Answered,
}

//! Everything that can go wrong, each kind with what a caller needs to act on it.
//!
//! No error shows a secret or text from the server that could hold one, neither by `Display` nor by
//! `Debug` nor by `source()`; such text is behind accessors.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::Body;
use crate::error_type::ErrorType;
use crate::open_enum::printable;

/// Any error, boxed: what transports may return.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
///
/// ```
/// use totps_core::{Delivery, Error, ErrorType};
///
/// fn explain(error: &Error) -> &'static str {
///     match error {
///         Error::Api(api) => match api.error_type() {
///             Some(ErrorType::TotpCodeAlreadyAuthenticated) => "wait for the next code",
///             Some(ErrorType::UserLockLimitReached) => "locked for a while",
///             _ => "refused",
///         },
///         // A session may be in the body: `into_body()`.
///         Error::Decode(_) => "answered, but not readable",
///         // Trying the same again would fail again.
///         Error::InvalidParams(_) => "a field is empty",
///         _ if error.delivery() == Delivery::NotSent => "nothing was sent; the code is not spent",
///         _ => "the code may be spent: ask for the next one",
///     }
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The parameters break a rule. Nothing was sent.
    #[error(transparent)]
    InvalidParams(#[from] InvalidParams),
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The API answered with a status other than 2xx.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// The API answered with success, but what the call was for cannot be read from the answer.
    #[error(transparent)]
    Decode(Box<DecodeError>),
}

impl Error {
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

    /// What the API said, if it answered with an error.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The machine-readable type of the API's error, if it answered with one.
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.api().and_then(ApiError::error_type)
    }

    /// The body of the answer, if one came.
    pub fn body(&self) -> Option<&[u8]> {
        match self {
            Self::InvalidParams(_) | Self::Transport(_) => None,
            Self::Api(error) => Some(error.body()),
            Self::Decode(error) => Some(error.body()),
        }
    }

    /// The body of the answer, if one came.
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
    /// A whole answer came; what it says counts.
    Answered,
}

/// A field of the parameters breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {rule}")]
pub struct InvalidParams {
    field: &'static str,
    rule: &'static str,
}

impl InvalidParams {
    pub(crate) fn new(field: &'static str, rule: &'static str) -> Self {
        Self { field, rule }
    }

    /// Refuses an empty required field.
    pub(crate) fn require(field: &'static str, text: &str) -> Result<(), Self> {
        if text.is_empty() {
            return Err(Self::new(field, "must not be empty"));
        }
        Ok(())
    }

    /// The field, by its name on the wire.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The rule that it breaks.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

/// A setting of a [`Project`](crate::Project) or of a transport is wrong.
///
/// The text names the setting and says what to do; it does not repeat the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {setting} {rule}")]
pub struct ConfigError {
    setting: &'static str,
    rule: &'static str,
}

impl ConfigError {
    /// For the settings of a transport: a noun such as `response limit`, and a rule such as `must
    /// not be zero`.
    pub fn new(setting: &'static str, rule: &'static str) -> Self {
        Self { setting, rule }
    }

    /// The setting.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// The rule that it breaks.
    pub fn rule(&self) -> &'static str {
        self.rule
    }
}

/// The HTTP stack brought no answer.
///
/// A transport of one's own makes them by what it knows:
///
/// ```
/// use totps_core::{Delivery, TransportError, TransportErrorKind};
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::not_sent(refused);
/// assert_eq!(error.kind(), TransportErrorKind::Connect);
/// assert_eq!(error.delivery(), Delivery::NotSent);
///
/// let error = TransportError::timed_out("no answer within 10 s");
/// assert_eq!(error.kind(), TransportErrorKind::Timeout);
/// assert_eq!(error.delivery(), Delivery::Unknown);
/// ```
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    delivery: Delivery,
    source: BoxError,
}

/// What kept the answer away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection could be made.
    Connect,
    /// A deadline passed.
    Timeout,
    /// The head or the body of the answer is larger than the transport takes.
    TooLarge,
    /// Anything else, such as a connection that broke.
    Other,
}

impl TransportError {
    /// No connection could be made, and it is proven that no byte of the request left.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Connect, source).with_delivery(Delivery::NotSent)
    }

    /// A deadline passed. The request may have been carried out; if it is proven that it was not
    /// even sent, add [`with_delivery`](Self::with_delivery).
    pub fn timed_out(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Timeout, source)
    }

    /// The answer is larger than the transport takes. The request may have been carried out.
    pub fn too_large(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::TooLarge, source)
    }

    /// Anything else. The request may have been carried out.
    pub fn other(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Other, source)
    }

    fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        Self {
            kind,
            delivery: Delivery::Unknown,
            source: source.into(),
        }
    }

    /// Sets how far the request got. Say [`Delivery::NotSent`] only with proof: a caller will send
    /// the request again.
    #[must_use]
    pub fn with_delivery(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// Keeps an error that is a `TransportError` already; any other is [`other`](Self::other).
    pub(crate) fn from_any(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::other(error),
        }
    }

    /// What kept the answer away.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// How far the request got.
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection",
            TransportErrorKind::Timeout => "timed out",
            TransportErrorKind::TooLarge => "the answer is too large",
            TransportErrorKind::Other => "no answer",
        })?;
        f.write_str(match self.delivery {
            Delivery::NotSent => "; nothing was sent",
            Delivery::Unknown => "; the request may have been carried out",
            Delivery::Answered => "; the request was answered",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// The API answered with a status other than 2xx.
///
/// Built from any such answer: whatever is not in it, or not readable, is `None`. `Display` shows
/// the status, the type and the request id; `Debug` no more than that.
///
/// See Stytch's [errors](https://stytch.com/docs/b2b/api/errors/400).
pub struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) error_type: Option<ErrorType>,
    pub(crate) message: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) details: Option<Value>,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Body,
}

impl ApiError {
    /// The HTTP status; it wins over the `status_code` in the body.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The machine-readable type, `error_type`: match on this, not on the message.
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.error_type.as_ref()
    }

    /// The text for people, `error_message`. It may change, and it may repeat what was sent.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Where the error is documented, `error_url`.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The id of the request, to give to Stytch's support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// More about the error, `error_details`: any JSON.
    pub fn error_details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// How long to wait before the next request, if the header `Retry-After` says so in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.retry_after.as_deref()?.trim_ascii();
        // `parse` would take a sign, too.
        if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        seconds.parse().ok().map(Duration::from_secs)
    }

    /// The header `Retry-After` as it came: it may also be a date, which needs a clock to use.
    pub fn retry_after_text(&self) -> Option<&str> {
        self.retry_after.as_deref()
    }

    /// The body of the answer, whatever it is.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// The body of the answer, whatever it is.
    pub fn into_body(self) -> Body {
        self.body
    }

    fn printable_type(&self) -> Option<&str> {
        self.error_type
            .as_ref()
            .map(|error_type| printable(error_type.as_str()))
    }

    fn printable_request_id(&self) -> Option<&str> {
        self.request_id().map(printable)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the API answered {}", self.status.as_u16())?;
        if let Some(error_type) = self.printable_type() {
            write!(f, " {error_type}")?;
        }
        if let Some(request_id) = self.printable_request_id() {
            write!(f, ", request id {request_id}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status.as_u16())
            .field("error_type", &self.printable_type())
            .field("request_id", &self.printable_request_id())
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}

/// A success answer from which what the call was for cannot be read: for Create the secret, the QR
/// code, the recovery codes and the registration id; for Authenticate the Member's id; for Migrate
/// the registration id and the recovery codes.
///
/// The request was carried out: a code is spent, a secret or a session may exist. The whole body is
/// kept, so that it can be rescued by [`into_body`](Self::into_body).
#[derive(Debug)]
pub struct DecodeError {
    pub(crate) status: StatusCode,
    pub(crate) kind: DecodeErrorKind,
    pub(crate) body: Body,
}

/// What is wrong with the answer.
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
    /// A field is missing or `null`.
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
            DecodeErrorKind::Empty | DecodeErrorKind::NotAnObject { .. } => None,
            DecodeErrorKind::Missing { field }
            | DecodeErrorKind::Unreadable { field }
            | DecodeErrorKind::Duplicate { field } => Some(field),
        }
    }

    /// The whole body of the answer.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// The whole body of the answer.
    pub fn into_body(self) -> Body {
        self.body
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the API answered {}, but ", self.status.as_u16())?;
        match self.kind {
            DecodeErrorKind::Empty => f.write_str("the answer has no body"),
            DecodeErrorKind::NotAnObject { line, column } => {
                write!(
                    f,
                    "the body is not a JSON object (line {line}, column {column})"
                )
            }
            DecodeErrorKind::Missing { field } => write!(f, "`{field}` is missing or null"),
            DecodeErrorKind::Unreadable { field } => write!(f, "`{field}` cannot be read"),
            DecodeErrorKind::Duplicate { field } => write!(f, "`{field}` is there twice"),
        }
    }
}

impl std::error::Error for DecodeError {}

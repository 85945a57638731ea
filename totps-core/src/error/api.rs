//! A response with a status other than 2xx.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::error::ErrorType;
use crate::transport::Body;
use crate::value::open_enum::{printable, printable_request_id};

/// A response of the API with a status other than 2xx.
///
/// Any such response converts into one: a field that is missing or cannot be read is `None`.
/// `Display` shows the status, the type and the request id; `Debug` adds only the length of the
/// body.
///
/// To build one in a test, convert a response:
///
/// ```
/// use totps_core::{ApiError, ErrorType, http};
///
/// let response = http::Response::builder().status(404).body(r#"{"error_type": "session_not_found"}"#)?;
/// let error = ApiError::try_from(response).unwrap();
/// assert_eq!(error.error_type(), Some(&ErrorType::SessionNotFound));
/// assert_eq!(error.to_string(), "the API responded with 404 session_not_found");
/// # Ok::<_, http::Error>(())
/// ```
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
    /// Returns the HTTP status, whatever `status_code` in the body says.
    ///
    /// It is about the call that your service made. Do not use it as the status of your own
    /// response: see [`Reason`](crate::Reason#not-a-status-for-your-own-users).
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the machine-readable type, `error_type`. Match on this, not on the message.
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.error_type.as_ref()
    }

    /// Returns the human-readable text, `error_message`. It may change, and it may repeat what was
    /// sent: do not log it.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns the URL of the error's documentation, `error_url`.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Returns the id of the request, which Stytch's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the details of the error, `error_details`: any JSON.
    pub fn error_details(&self) -> Option<&Value> {
        self.details.as_ref()
    }

    /// Returns how long to wait before the next request, if the header `Retry-After` is in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.retry_after.as_deref()?.trim_ascii();
        // `parse` accepts a sign.
        if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        seconds.parse().ok().map(Duration::from_secs)
    }

    /// Returns the header `Retry-After` as it was received. It may also be a date.
    pub fn retry_after_text(&self) -> Option<&str> {
        self.retry_after.as_deref()
    }

    /// Returns the body of the response, in whatever format it is.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// Returns the body of the response, in whatever format it is.
    pub fn into_body(self) -> Body {
        self.body
    }

    fn printable_type(&self) -> Option<&str> {
        self.error_type.as_ref().map(|error_type| match error_type {
            ErrorType::Unknown(text) => printable(text.as_str()),
            known => known.as_str(),
        })
    }

    fn printable_request_id(&self) -> Option<&str> {
        self.request_id().map(printable_request_id)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the API responded with {}", self.status.as_u16())?;
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

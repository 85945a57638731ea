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
/// Built from any such response: whatever is not in it, or not readable, is `None`. `Display` shows
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
    ///
    /// It is about the call that your service made. Do not hand it on as the status of your own
    /// response: see [`Reason`](crate::Reason#not-a-status-for-your-own-users).
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

    /// The body of the response, whatever it is.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// The body of the response, whatever it is.
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

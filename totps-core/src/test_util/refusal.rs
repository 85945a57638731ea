//! Errors of the API.

use std::fmt;
use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::error::ErrorType;
use crate::transport::Response;
use crate::value::open_enum::printable;

/// An error of the API, for [`Script::refused`](crate::test_util::Script::refused). An
/// [`ErrorType`], or its text on the wire, converts into one.
///
/// ```
/// use std::time::Duration;
/// use totps_core::test_util::{Refusal, Script};
/// use totps_core::{ErrorType, GetMemberParams, Reason};
///
/// let locked = Refusal::new(ErrorType::UserLockLimitReached).retry_after(Duration::from_secs(60));
/// let client = Script::new().refused(locked).client();
/// let error = client.get_member(&GetMemberParams::by_id("acme", "ada")).unwrap_err();
/// assert_eq!(error.reason(), Reason::Locked { retry_after: Some(Duration::from_secs(60)) });
/// ```
#[derive(Clone)]
pub struct Refusal {
    error_type: ErrorType,
    status: StatusCode,
    message: String,
    details: Option<Value>,
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    /// Creates an error with the status that [`ErrorType`] names for it, or 400 if it names none:
    /// Stytch documents the status of some types only.
    pub fn new(error_type: impl Into<ErrorType>) -> Self {
        let error_type = error_type.into();
        Self {
            status: usual_status(&error_type),
            error_type,
            message: "A message of the script.".to_owned(),
            details: None,
            retry_after: None,
        }
    }

    /// Sets the status.
    ///
    /// # Panics
    ///
    /// If the status is a success.
    #[must_use]
    #[track_caller]
    pub fn status(mut self, status: StatusCode) -> Self {
        assert!(
            !status.is_success(),
            "expected the status of an error, got {status}"
        );
        self.status = status;
        self
    }

    /// Sets the header `Retry-After`, in whole seconds.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(HeaderValue::from(wait.as_secs()));
        self
    }

    /// Sets the header `Retry-After` as text, such as a date.
    ///
    /// # Panics
    ///
    /// If the text is not a valid header value.
    #[must_use]
    #[track_caller]
    pub fn retry_after_text(mut self, text: &str) -> Self {
        let value = HeaderValue::from_str(text).ok();
        assert!(value.is_some(), "expected a valid header value");
        self.retry_after = value;
        self
    }

    /// Sets `error_message`.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Sets `error_details`, which is not sent otherwise.
    #[must_use]
    pub fn details(mut self, details: impl Into<Value>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// Returns the type, or a placeholder if the type must not be shown.
    pub(crate) fn printable_type(&self) -> &str {
        printable(self.error_type.as_str())
    }

    pub(crate) fn into_response(self) -> Response {
        let mut body = json!({
            "status_code": self.status.as_u16(),
            "request_id": super::responses::REQUEST_ID,
            "error_type": self.error_type.as_str(),
            "error_message": self.message,
            "error_url": "https://stytch.com/docs/b2b/api/errors",
        });
        if let Some(details) = self.details {
            body["error_details"] = details;
        }
        let mut response = http::Response::new(body.to_string().into());
        *response.status_mut() = self.status;
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status.as_u16())
            .field("error_type", &self.printable_type())
            .finish_non_exhaustive()
    }
}

impl From<ErrorType> for Refusal {
    fn from(error_type: ErrorType) -> Self {
        Self::new(error_type)
    }
}

impl From<&str> for Refusal {
    fn from(error_type: &str) -> Self {
        Self::new(error_type)
    }
}

/// Returns the status that the documentation of [`ErrorType`] names; 400 if it names none.
fn usual_status(error_type: &ErrorType) -> StatusCode {
    use ErrorType as Type;
    match error_type {
        Type::UnauthorizedCredentials | Type::AttributeMismatch | Type::InsufficientFactors => {
            StatusCode::UNAUTHORIZED
        }
        Type::OrganizationSuspended
        | Type::SessionAuthorizationError
        | Type::SessionAuthorizationTenancyError
        | Type::UseHttps
        | Type::CaptchaRequired => StatusCode::FORBIDDEN,
        Type::OrganizationNotFound
        | Type::IntermediateSessionNotFound
        | Type::SessionNotFound
        | Type::RouteNotFound => StatusCode::NOT_FOUND,
        Type::TooManyRequests
        | Type::UserLockLimitReached
        | Type::TooFewTokensAuthenticated
        | Type::CaptchaFailed => StatusCode::TOO_MANY_REQUESTS,
        Type::InternalServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_documented_one() {
        let source = include_str!("../error/error_type.rs");
        let mut documented = 0;
        for error_type in ErrorType::KNOWN {
            let variant = format!(" = \"{}\"", error_type.as_str());
            let (before, _) = source
                .split_once(&variant)
                .expect("the variant is in the source");
            let (_, comment) = before
                .rsplit_once("/// ")
                .expect("the variant has a comment");
            let status = comment.strip_prefix("Status ").map(|text| &text[..3]);
            documented += usize::from(status.is_some());
            assert_eq!(
                usual_status(error_type).as_str(),
                status.unwrap_or("400"),
                "{error_type:?}: {comment}"
            );
        }
        assert!(
            documented > 20,
            "expected more than 20 comments that begin with `Status`, got {documented}"
        );
    }
}

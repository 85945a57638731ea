//! Refused requests, and error responses in Stytch's format.

use std::time::Duration;

use http::header::{HeaderMap, RETRY_AFTER};
use serde_json::{Map, Value, json};

use super::respond::Reply;
use crate::json;
use crate::sendable::check_status;
use crate::settings::{ErrorCase, ErrorResponse, Errors};

/// The reason why a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) case: ErrorCase,
    /// The value that the message quotes.
    value: Option<Value>,
    /// Sent as `Retry-After` in seconds.
    retry_after: Option<Duration>,
}

impl From<ErrorCase> for Refusal {
    fn from(case: ErrorCase) -> Self {
        Self {
            case,
            value: None,
            retry_after: None,
        }
    }
}

impl Refusal {
    /// Refuses a field that has the wrong JSON type.
    pub(crate) fn invalid_argument(value: &Value) -> Self {
        Self {
            value: Some(value.clone()),
            ..ErrorCase::InvalidArgument.into()
        }
    }

    /// Sets the `Retry-After` header.
    pub(crate) fn retry_after(mut self, after: Option<Duration>) -> Self {
        self.retry_after = after;
        self
    }

    /// Builds the response, without `status_code` and `request_id`.
    pub(crate) fn reply(self, errors: &Errors) -> Reply {
        let response = &errors[self.case];
        let status = check_status(response.status, true).unwrap_or_default();
        let quoted = self.value.map(|value| value.to_string());
        let message = response.error_message.as_str();
        let mut headers = HeaderMap::new();
        if let Some(after) = self.retry_after {
            headers.insert(RETRY_AFTER, after.as_secs().into());
        }
        Reply {
            status,
            headers,
            body: body(
                response,
                &message.replace("{value}", quoted.as_deref().unwrap_or_default()),
            ),
            qr_code: None,
        }
    }
}

fn body(response: &ErrorResponse, message: &str) -> Map<String, Value> {
    json::members(json!({
        "error_type": response.error_type,
        "error_message": message,
        "error_url": response.url(),
    }))
}

//! Decodes error responses into [`ApiError`]s.

use http::{HeaderMap, StatusCode, header, response};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::decode::raw_object::{RawObject, Wiped};
use crate::decode::strip_bom;
use crate::error::{ApiError, Error, ErrorType};
use crate::transport::Body;

/// Reads any error response. This cannot fail: a field that is missing or cannot be read is `None`.
pub(crate) fn api_error(head: &response::Parts, body: &[u8]) -> Error {
    Error::Api(Box::new(read(head.status, &head.headers, body)))
}

fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
    let text = Wiped::lossy(strip_bom(body));
    // Some endpoints name the fields as OAuth 2.0 does, and this decoder is shared by all
    // endpoints.
    let object = RawObject::read(
        only_element(&text.0),
        &[
            "error_type",
            "error",
            "error_message",
            "error_description",
            "error_url",
            "error_uri",
            "error_details",
            "request_id",
        ],
    );
    let retry_after = headers.get(header::RETRY_AFTER);
    ApiError {
        status,
        error_type: object.text(&["error_type", "error"]).map(ErrorType::from),
        message: object.text(&["error_message", "error_description"]),
        url: object.text(&["error_url", "error_uri"]),
        request_id: object.text(&["request_id"]),
        details: object
            .get("error_details")
            .filter(|details: &Value| !details.is_null()),
        retry_after: retry_after
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body: Body::from(body),
    }
}

/// Returns the element of a list with one element, and other text unchanged. Some errors come in
/// such a list.
fn only_element(text: &str) -> &str {
    if !text.trim_ascii_start().starts_with('[') {
        return text;
    }
    serde_json::from_str::<[&RawValue; 1]>(text).map_or(text, |[element]| element.get())
}

/// Converts any response that is not a success into an error. A success is returned unchanged.
///
/// ```
/// use totps_core::{ApiError, http};
///
/// let response = http::Response::builder().status(429).body("<html>too fast</html>")?;
/// let error = ApiError::try_from(response).unwrap();
/// assert_eq!(error.status(), 429);
///
/// let response = ApiError::try_from(http::Response::new("{}")).unwrap_err();
/// assert_eq!(response.status(), 200);
/// # Ok::<_, http::Error>(())
/// ```
impl<B: AsRef<[u8]>> TryFrom<http::Response<B>> for ApiError {
    type Error = http::Response<B>;

    fn try_from(response: http::Response<B>) -> Result<Self, http::Response<B>> {
        if response.status().is_success() {
            return Err(response);
        }
        let body = response.body().as_ref();
        Ok(read(response.status(), response.headers(), body))
    }
}

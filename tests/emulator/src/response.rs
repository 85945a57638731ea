//! Building answers that the HTTP library can send.

use std::collections::BTreeMap;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Response, StatusCode};

/// An answer whose content type is JSON.
pub(crate) fn json(status: StatusCode, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// The status of a final answer with this number, if there is one.
pub(crate) fn final_status(number: u16) -> Option<StatusCode> {
    let status = StatusCode::from_u16(number).ok()?;
    (!status.is_informational()).then_some(status)
}

/// Adds headers. Those that are not valid in HTTP are left out, and so are those that frame the
/// body, which is the HTTP library's part.
pub(crate) fn add_headers(response: &mut Response<Vec<u8>>, headers: &BTreeMap<String, String>) {
    for (name, value) in headers {
        let name = HeaderName::try_from(name.as_str());
        let value = HeaderValue::try_from(value.as_str());
        if let (Ok(name), Ok(value)) = (name, value) {
            if name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

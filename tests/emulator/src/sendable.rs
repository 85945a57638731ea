//! What can be sent as a response.

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use crate::config::ConfigError;

/// The status of a final response, with or without a body.
pub(crate) fn check_status(number: u16, body: bool) -> Result<StatusCode, ConfigError> {
    let status = StatusCode::from_u16(number).ok();
    let status = status.filter(|status| !status.is_informational());
    let status = status.ok_or_else(|| {
        ConfigError::new(format!(
            "{number} is not the status of a final response (200 to 999)"
        ))
    })?;
    if body && matches!(number, 204 | 205 | 304) {
        let message = format!("a response with status {number} cannot have a body");
        return Err(ConfigError::new(message));
    }
    Ok(status)
}

/// Headers that can be sent: valid in HTTP, and none that frames the body, which is the HTTP
/// library's part.
pub(crate) fn check_headers(headers: &BTreeMap<String, String>) -> Result<HeaderMap, ConfigError> {
    let mut checked = HeaderMap::new();
    for (name, value) in headers {
        let error = |message: &str| ConfigError::at(name.clone(), message);
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| error("is not the name of an HTTP header"))?;
        let value = HeaderValue::try_from(value.as_str())
            .map_err(|_| error("its value is not valid in HTTP"))?;
        if header == CONTENT_LENGTH || header == TRANSFER_ENCODING {
            return Err(error("frames the body and cannot be chosen"));
        }
        checked.insert(header, value);
    }
    Ok(checked)
}

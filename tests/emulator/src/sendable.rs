//! Checks of statuses and headers that can be sent.

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};

use crate::config::ConfigError;

/// Checks that a status is valid for a final response, with or without a body.
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

/// Checks that headers are valid in HTTP. Headers that frame the body are refused, because the HTTP
/// library sets them.
pub(crate) fn check_headers(headers: &BTreeMap<String, String>) -> Result<HeaderMap, ConfigError> {
    let mut checked = HeaderMap::new();
    for (name, value) in headers {
        let error = |message: &str| ConfigError::at(name.clone(), message);
        let header = HeaderName::try_from(name.as_str())
            .map_err(|_| error("is not a valid HTTP header name"))?;
        let value = HeaderValue::try_from(value.as_str())
            .map_err(|_| error("the value is not valid in HTTP"))?;
        if header == CONTENT_LENGTH || header == TRANSFER_ENCODING {
            return Err(error("frames the body and cannot be set"));
        }
        checked.insert(header, value);
    }
    Ok(checked)
}

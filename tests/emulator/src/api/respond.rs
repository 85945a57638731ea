//! Responses, and the rules for what can be one.

use std::collections::BTreeMap;

use http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::qr_code::QrCode;
use crate::config::ConfigError;

/// A response of the API that is decided, but not written yet: drawing and writing need no lock.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Map<String, Value>,
    /// To be drawn and added to the body.
    pub(crate) qr_code: Option<QrCode>,
}

impl Reply {
    /// Whether writing it takes so long that other requests should not wait.
    pub(crate) fn is_slow(&self) -> bool {
        self.qr_code.is_some()
    }

    /// Draws and writes.
    pub(crate) fn into_response(mut self) -> Response<Vec<u8>> {
        if let Some(code) = self.qr_code {
            self.body
                .insert("qr_code".to_owned(), code.data_uri().into());
        }
        let mut response = json(self.status, Value::Object(self.body).to_string());
        response.headers_mut().extend(self.headers);
        response
    }
}

/// A response whose content type is JSON.
pub(crate) fn json(status: StatusCode, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

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

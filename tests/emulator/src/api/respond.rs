//! Responses.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::qr_code::QrCode;

/// A response that is complete but not serialized yet. Drawing the QR code and serializing need no
/// lock.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Map<String, Value>,
    /// The QR code to draw and add to the body.
    pub(crate) qr_code: Option<QrCode>,
}

impl Reply {
    /// Whether serializing takes so long that other requests should not wait for it.
    pub(crate) fn is_slow(&self) -> bool {
        self.qr_code.is_some()
    }

    /// Draws the QR code and serializes the response.
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

/// Creates a response whose content type is JSON.
pub(crate) fn json(status: StatusCode, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

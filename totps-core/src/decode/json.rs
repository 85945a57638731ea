//! Responses whose body is JSON of any type.

use std::fmt;

use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::decode::{api_error, strip_bom};
use crate::error::{DecodeError, DecodeErrorKind, Error};
use crate::transport::Body;

/// The response of an [`Operation`](crate::Operation) whose success is JSON of any type.
///
/// A status other than 2xx is an [`Error::Api`], as for the typed calls. A success whose body is
/// not a `T` is an [`Error::Decode`], which keeps the whole body. `Debug` does not show the value.
///
/// ```
/// use totps_core::{Json, http};
///
/// #[derive(serde::Deserialize)]
/// struct Deleted {
///     member_id: String,
/// }
///
/// let response = http::Response::new(r#"{"member_id": "member-test-1", "status_code": 200}"#);
/// let Json(deleted) = Json::<Deleted>::try_from(response)?;
/// assert_eq!(deleted.member_id, "member-test-1");
/// # Ok::<_, totps_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "it only wraps its value")]
pub struct Json<T>(pub T);

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(redacted)")
    }
}

/// Reads a response from any HTTP stack. The status is checked first.
impl<T: DeserializeOwned, B: AsRef<[u8]>> TryFrom<http::Response<B>> for Json<T> {
    type Error = Error;

    fn try_from(response: http::Response<B>) -> Result<Self, Error> {
        let (head, body) = response.into_parts();
        let body = body.as_ref();
        if !head.status.is_success() {
            return Err(api_error(&head, body));
        }
        serde_json::from_slice(strip_bom(body))
            .map(Self)
            .map_err(|error| unreadable(head.status, body, &error))
    }
}

fn unreadable(status: StatusCode, body: &[u8], error: &serde_json::Error) -> Error {
    let kind = if strip_bom(body).trim_ascii().is_empty() {
        DecodeErrorKind::Empty
    } else {
        DecodeErrorKind::Mismatch {
            line: error.line(),
            column: error.column(),
        }
    };
    let body = Body::from(body);
    Error::Decode(Box::new(DecodeError { status, kind, body }))
}

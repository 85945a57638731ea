//! Decodes responses into typed values, without losing any part of them.
//!
//! A success response is read as a whole. If that fails, its top-level fields are cut out as raw
//! text and read one by one. Fields that cannot be read are set aside, and the rest is returned.
//! The call fails only when one of its essential fields cannot be read.

mod api_error;
pub(crate) mod claims;
mod isolate;
mod json;
pub(crate) mod lenient;
mod raw_object;
mod undecoded;

use http::{StatusCode, response};
use serde::de::DeserializeOwned;

pub use json::Json;
pub use undecoded::Undecoded;

pub(crate) use crate::decode::api_error::api_error;
use crate::decode::isolate::isolate;
use crate::decode::raw_object::{RawObject, Wiped};
use crate::error::{DecodeError, DecodeErrorKind, Error};
use crate::transport::Body;

/// The typed response of one call.
pub(crate) trait Reply: DeserializeOwned {
    /// The essential fields. If one of them cannot be read, the call fails.
    const ESSENTIAL: &'static [&'static str];

    /// The fields that must be unambiguous. If one of them occurs twice, the call fails.
    const UNIQUE: &'static [&'static str];

    /// Reads any response. Each type has its own implementation, so that the code is compiled in
    /// this crate and not in every program that uses it.
    fn read(head: &response::Parts, body: &[u8]) -> Result<Self, Error>;

    /// Takes the status of the response and the fields that were set aside.
    fn complete(
        &mut self,
        status: StatusCode,
        undecoded: Vec<Undecoded>,
    ) -> Result<(), DecodeErrorKind>;
}

/// Implements [`Reply`] for a struct with the fields `status_code` and `undecoded`. `then` names a
/// method that completes or checks the response.
macro_rules! reply {
    ($name:ident, essential: $essential:expr, unique: $unique:expr $(, then: $then:ident)?) => {
        impl $name {
            /// Returns the fields that were set aside because they could not be read or occurred
            /// more than once; usually none.
            pub fn undecoded(&self) -> &[crate::decode::Undecoded] {
                &self.undecoded
            }
        }

        impl crate::decode::Reply for $name {
            const ESSENTIAL: &'static [&'static str] = &$essential;
            const UNIQUE: &'static [&'static str] = &$unique;

            fn read(
                head: &http::response::Parts,
                body: &[u8],
            ) -> Result<Self, crate::error::Error> {
                crate::decode::read(head, body)
            }

            fn complete(
                &mut self,
                status: http::StatusCode,
                undecoded: Vec<crate::decode::Undecoded>,
            ) -> Result<(), crate::error::DecodeErrorKind> {
                self.status_code = status;
                self.undecoded = undecoded;
                $(self.$then()?;)?
                Ok(())
            }
        }

        /// Reads a response from any HTTP stack. The status is checked first.
        impl<B: AsRef<[u8]>> TryFrom<http::Response<B>> for $name {
            type Error = crate::error::Error;

            fn try_from(response: http::Response<B>) -> Result<Self, crate::error::Error> {
                crate::decode::response(response)
            }
        }
    };
}
pub(crate) use reply;

/// Reads any response.
pub(crate) fn response<R: Reply>(response: http::Response<impl AsRef<[u8]>>) -> Result<R, Error> {
    let (head, body) = response.into_parts();
    R::read(&head, body.as_ref())
}

/// Reads any response. All implementations of [`Reply::read`] call this.
pub(crate) fn read<R: Reply>(head: &response::Parts, body: &[u8]) -> Result<R, Error> {
    let status = head.status;
    if !status.is_success() {
        return Err(api_error(head, body));
    }
    success(status, body).map_err(|kind| {
        let body = Body::from(body);
        Error::Decode(Box::new(DecodeError { status, kind, body }))
    })
}

fn success<R: Reply>(status: StatusCode, body: &[u8]) -> Result<R, DecodeErrorKind> {
    let json = strip_bom(body);
    let mut undecoded = Vec::new();
    let mut reply = match read_whole(json) {
        Some(reply) => reply,
        None => isolate::<R>(json, &mut undecoded)?,
    };
    reply.complete(status, undecoded)?;
    Ok(reply)
}

/// Reads the body as a whole: the fast path.
fn read_whole<R: Reply>(json: &[u8]) -> Option<R> {
    // A derived struct would also accept an array, and read it by position.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    // Checking the whole text once for UTF-8 costs less than checking it string by string.
    serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
}

fn strip_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Returns the text of one field. Reads the body as far as possible.
pub(crate) fn field_text(body: &[u8], name: &str) -> Option<String> {
    let text = Wiped::lossy(strip_bom(body));
    RawObject::read(&text.0, &[name]).text(&[name])
}

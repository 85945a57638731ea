//! Reads the body of a response.

use std::future::poll_fn;
use std::pin::pin;

use bytes::Buf as _;
use http_body::Body;
use totps_core::transport::{Limits, Response};
use totps_core::{BoxError, TransportError, http};

use crate::error_kind::failed;

/// Reads the body of a response up to the limit. The caller closes the connection if this fails.
pub(crate) async fn collect<B>(
    response: http::Response<B>,
    limits: &Limits,
) -> Result<Response, TransportError>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    limits.check_headers(response.headers())?;
    let (head, body) = response.into_parts();
    let mut body = pin!(body);
    let mut collected = limits.body(body.size_hint().exact())?;
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        // Trailers are ignored.
        let Ok(mut data) = frame.map_err(failed)?.into_data() else {
            continue;
        };
        while data.has_remaining() {
            let chunk = data.chunk();
            let length = chunk.len();
            collected.push(chunk).map_err(TransportError::too_large)?;
            data.advance(length);
        }
    }
    Ok(http::Response::from_parts(head, collected.finish()))
}

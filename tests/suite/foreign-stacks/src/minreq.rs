//! minreq. It has no setting for authorities and always trusts those of webpki-roots, so the rules
//! that need a trusted TLS server fail.

use std::io::{ErrorKind, Read as _};

use minreq::{Error, Method};
use totps_conformance::Target;
use totps_core::transport::{Limits, check_destination};
use totps_core::{Delivery, Request, Response, Transport, TransportError, http};

use crate::Fallible;

fn build(request: &Request) -> Fallible<minreq::Request> {
    let method = match request.method().as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        other => Method::Custom(other.to_owned()),
    };
    let mut built = minreq::Request::new(method, request.uri().to_string());
    for (name, value) in request.headers() {
        built = built.with_header(name.as_str(), value.to_str()?);
    }
    Ok(built)
}

/// Returns minreq as its documentation sets it up.
pub fn naive(_: Target) -> impl Transport + Send + Sync {
    |request: Request| -> Fallible<http::Response<Vec<u8>>> {
        let built = build(&request)?.with_body(request.body().as_bytes());
        let received = built.send()?;
        let response = http::Response::builder().status(received.status_code);
        Ok(response.body(received.into_bytes())?)
    }
}

/// Returns minreq with the settings that the kit's rules require.
pub fn careful(target: Target) -> impl Transport + Send + Sync {
    move |request: Request| -> Result<Response, TransportError> {
        check_destination(request.uri(), None)?;
        let mut built = build(&request).map_err(TransportError::refused)?;
        if !request.body().is_empty() {
            built = built.with_body(request.body().as_bytes());
        }
        // minreq counts timeouts in whole seconds.
        let seconds = target.timeout().as_secs().max(1);
        let received = built
            .with_follow_redirects(false)
            .with_timeout(seconds)
            .with_max_headers_size(Limits::HEAD)
            .with_max_status_line_length(1024)
            .send_lazy()
            .map_err(transport_error)?;
        let mut response = http::Response::builder().status(received.status_code);
        for (name, value) in &received.headers {
            response = response.header(name, value);
        }
        let limits = target.limits();
        let mut body = limits.body(None)?;
        let mut piece = [0; 4096];
        let mut received = received;
        loop {
            match received.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => body
                    .push(&piece[..length])
                    .map_err(TransportError::too_large)?,
                Err(error) => return Err(transport_error(Error::IoError(error))),
            }
        }
        let response = response
            .body(body.finish())
            .map_err(TransportError::other)?;
        limits.check_headers(response.headers())?;
        Ok(response)
    }
}

/// Converts an error of minreq.
fn transport_error(error: Error) -> TransportError {
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::TimedOut => {
            TransportError::timed_out(error)
        }
        Error::IoError(error) if error.kind() == ErrorKind::ConnectionRefused => {
            TransportError::not_sent(error)
        }
        error @ Error::AddressNotFound => TransportError::not_sent(error),
        error @ Error::RustlsCreateConnection(_) => {
            TransportError::tls(error).with_delivery(Delivery::NotSent)
        }
        error @ (Error::HeadersOverflow | Error::StatusLineOverflow) => {
            TransportError::too_large(error)
        }
        error => TransportError::other(error),
    }
}

//! reqwest's blocking client.

use std::io::Read as _;
use std::time::Instant;

use reqwest::blocking::{Client, Request as HttpRequest};
use reqwest::{Certificate, redirect, retry};
use totps_conformance::Target;
use totps_core::transport::{Limits, check_destination};
use totps_core::{Delivery, Request, Response, Transport, TransportError, http};

use crate::Fallible;

/// Returns reqwest as its documentation sets it up, with a root certificate.
pub fn naive(target: Target) -> impl Transport + Send + Sync {
    let root = Certificate::from_pem(target.root_certificate_pem().as_bytes()).unwrap();
    let client = Client::builder()
        .add_root_certificate(root)
        .build()
        .unwrap();
    move |request: Request| -> Fallible<http::Response<Vec<u8>>> {
        let request = HttpRequest::try_from(request.map(Vec::from))?;
        let received = client.execute(request)?;
        let response = http::Response::builder().status(received.status());
        Ok(response.body(received.bytes()?.to_vec())?)
    }
}

/// Returns reqwest with the settings that the kit's rules require.
pub fn careful(target: Target) -> impl Transport + Send + Sync {
    let root = Certificate::from_pem(target.root_certificate_pem().as_bytes()).unwrap();
    let client = Client::builder()
        .tls_certs_only([root])
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .http1_only()
        .http1_max_headers(Limits::HEADERS)
        .timeout(target.timeout())
        .connect_timeout(target.connect_timeout())
        .build()
        .unwrap();
    let limits = target.limits();
    move |request: Request| -> Result<Response, TransportError> {
        check_destination(request.uri(), None)?;
        let start = Instant::now();
        let has_body = !request.body().is_empty();
        let mut request = HttpRequest::try_from(request.map(Vec::from)).map_err(transport_error)?;
        if !has_body {
            *request.body_mut() = None;
        }
        let mut received = client.execute(request).map_err(transport_error)?;
        limits.check_headers(received.headers())?;
        let mut body = limits.body(received.content_length())?;
        let mut piece = [0; 16 * 1024];
        loop {
            // reqwest applies its timeout to each read of the body, so check the overall timeout
            // here.
            if start.elapsed() > limits.timeout {
                return Err(TransportError::timed_out(
                    "the response did not end in time",
                ));
            }
            match received.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => body
                    .push(&piece[..length])
                    .map_err(TransportError::too_large)?,
                Err(error) => return Err(reading_failed(error)),
            }
        }
        let mut response = http::Response::new(body.finish());
        *response.status_mut() = received.status();
        *response.headers_mut() = received.headers().clone();
        Ok(response)
    }
}

/// Converts an error of reading the body, which wraps an error of reqwest.
fn reading_failed(error: std::io::Error) -> TransportError {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => transport_error(error),
        Err(error) => TransportError::other(error),
    }
}

/// Converts an error of reqwest.
pub(crate) fn transport_error(error: reqwest::Error) -> TransportError {
    // The URL contains ids.
    let error = error.without_url();
    // Nothing is sent before the connection is ready, including its TLS handshake.
    let delivery = match error.is_connect() {
        true => Delivery::NotSent,
        false => Delivery::Unknown,
    };
    let text = format!("{error:?}");
    // The names of rustls errors in a handshake.
    let is_tls = [
        "InvalidCertificate",
        "InvalidMessage",
        "PeerIncompatible",
        "AlertReceived",
    ]
    .iter()
    .any(|name| text.contains(name));
    if error.is_timeout() {
        TransportError::timed_out(error).with_delivery(delivery)
    } else if error.is_connect() && is_tls {
        TransportError::tls(error).with_delivery(delivery)
    } else if error.is_connect() {
        TransportError::not_sent(error)
    } else if text.contains("TooLarge") {
        // hyper's limit for the head.
        TransportError::too_large(error)
    } else {
        TransportError::other(error)
    }
}

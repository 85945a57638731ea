//! reqwest's blocking client.

use std::error::Error as _;
use std::io::Read as _;

use reqwest::blocking::{Client, Request as HttpRequest};
use reqwest::{Certificate, redirect, retry};
use totps_conformance::Target;
use totps_core::transport::{Limits, check_destination};
use totps_core::{Delivery, Request, Response, Transport, TransportError, http};

use crate::Fallible;

/// As the page of the crate shows it, with a root certificate.
pub fn naive(target: Target) -> impl Transport + Send + Sync {
    let root = Certificate::from_pem(target.root_certificate_pem().as_bytes()).unwrap();
    let client = Client::builder().add_root_certificate(root).build().unwrap();
    move |request: Request| -> Fallible<http::Response<Vec<u8>>> {
        let request = HttpRequest::try_from(request.map(Vec::from))?;
        let received = client.execute(request)?;
        let response = http::Response::builder().status(received.status());
        Ok(response.body(received.bytes()?.to_vec())?)
    }
}

/// With what the kit asked for.
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
        let request = HttpRequest::try_from(request.map(Vec::from)).map_err(said)?;
        let mut received = client.execute(request).map_err(said)?;
        limits.check_headers(received.headers())?;
        let mut body = limits.body(received.content_length())?;
        let mut piece = [0; 16 * 1024];
        loop {
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

/// An error of reading the body has reqwest's own inside.
fn reading_failed(error: std::io::Error) -> TransportError {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => said(error),
        Err(error) => TransportError::other(error),
    }
}

/// What an error of reqwest's says.
pub(crate) fn said(error: reqwest::Error) -> TransportError {
    // The URL has ids in it.
    let error = error.without_url();
    // Nothing is sent before there is a connection, TLS included.
    let delivery = match error.is_connect() {
        true => Delivery::NotSent,
        false => Delivery::Unknown,
    };
    let mut sources = std::iter::successors(error.source(), |error| error.source());
    let is_of = |text: &str| move |error: &dyn std::error::Error| error.to_string().contains(text);
    let is_tls = {
        let is_tls = is_of("certificate");
        sources.any(|error| is_tls(error))
    };
    let text = format!("{error:?}");
    if error.is_timeout() {
        TransportError::timed_out(error).with_delivery(delivery)
    } else if error.is_connect() && (is_tls || text.contains("InvalidMessage") || text.contains("PeerIncompatible") || text.contains("AlertReceived")) {
        TransportError::tls(error).with_delivery(delivery)
    } else if error.is_connect() {
        TransportError::not_sent(error)
    } else if text.contains("TooLarge") {
        // hyper's own limit for the head.
        TransportError::too_large(error)
    } else {
        TransportError::other(error)
    }
}

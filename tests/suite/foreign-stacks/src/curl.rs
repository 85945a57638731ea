//! The C library, through the crate curl.

use std::time::Instant;

use curl::easy::{Easy, List};
use totps_conformance::Target;
use totps_core::transport::check_destination;
use totps_core::{Body, Delivery, Request, Response, Transport, TransportError, http};

use crate::Fallible;

/// Returns curl as its documentation sets it up, with a root certificate.
pub fn naive(target: Target) -> impl Transport + Send + Sync {
    move |request: Request| -> Fallible<http::Response<Vec<u8>>> {
        let mut easy = Easy::new();
        easy.ssl_cainfo_blob(target.root_certificate_pem().as_bytes())?;
        easy.url(&request.uri().to_string())?;
        easy.custom_request(request.method().as_str())?;
        easy.post_fields_copy(request.body().as_bytes())?;
        let mut headers = List::new();
        for (name, value) in request.headers() {
            headers.append(&format!("{name}: {}", value.to_str()?))?;
        }
        easy.http_headers(headers)?;
        let mut body = Vec::new();
        {
            let mut transfer = easy.transfer();
            transfer.write_function(|piece| {
                body.extend_from_slice(piece);
                Ok(piece.len())
            })?;
            transfer.perform()?;
        }
        let status = u16::try_from(easy.response_code()?)?;
        Ok(http::Response::builder().status(status).body(body)?)
    }
}

/// Returns curl with the settings that the kit's rules require.
pub fn careful(target: Target) -> impl Transport + Send + Sync {
    move |request: Request| -> Result<Response, TransportError> {
        check_destination(request.uri(), None)?;
        let start = Instant::now();
        let mut easy = Easy::new();
        set_up(&mut easy, &target, &request).map_err(TransportError::refused)?;
        let limits = target.limits();
        let mut body = limits.body(None)?;
        let (mut lines, mut refused) = (Vec::<Vec<u8>>::new(), None);
        let mut size = 0;
        let performed = {
            let mut transfer = easy.transfer();
            let set = transfer
                .header_function(|line| {
                    if line.starts_with(b"HTTP/") {
                        // An interim response came before. Forget its head.
                        lines.clear();
                        size = 0;
                    }
                    size += line.len();
                    lines.push(line.to_vec());
                    size <= totps_core::transport::Limits::HEAD
                        && lines.len() <= totps_core::transport::Limits::HEADERS + 2
                })
                .and_then(|()| {
                    transfer.write_function(|piece| match body.push(piece) {
                        Ok(()) => Ok(piece.len()),
                        Err(error) => {
                            refused = Some(error);
                            Ok(0)
                        }
                    })
                });
            set.and_then(|()| transfer.perform())
        };
        let is_too_large = lines.len() > totps_core::transport::Limits::HEADERS + 2
            || size > totps_core::transport::Limits::HEAD;
        if let Some(error) = refused {
            return Err(TransportError::too_large(error));
        }
        if let Err(error) = performed {
            if is_too_large || error.is_filesize_exceeded() {
                return Err(TransportError::too_large(error));
            }
            // Including the TLS handshake.
            let connected = match request.uri().scheme_str() {
                Some("https") => easy.appconnect_time(),
                _ => easy.connect_time(),
            };
            let is_connected = connected.is_ok_and(|time| !time.is_zero());
            return Err(transport_error(error, is_connected));
        }
        // curl's clock counts in milliseconds, and curl does not check it during a flood of data.
        if start.elapsed() > target.timeout() {
            return Err(TransportError::timed_out("the response came too late"));
        }
        let status = easy.response_code().map_err(TransportError::other)?;
        response(status, &lines, body.finish()).map_err(TransportError::other)
    }
}

fn set_up(easy: &mut Easy, target: &Target, request: &Request) -> Fallible<()> {
    easy.ssl_cainfo_blob(target.root_certificate_pem().as_bytes())?;
    easy.url(&request.uri().to_string())?;
    easy.path_as_is(true)?;
    easy.proxy("")?;
    easy.noproxy("*")?;
    easy.timeout(target.timeout())?;
    easy.connect_timeout(target.connect_timeout())?;
    easy.max_filesize(u64::try_from(target.response_limit())?)?;
    easy.custom_request(request.method().as_str())?;
    let mut headers = List::new();
    // By default curl sends `Expect: 100-continue` before a large body, and its own content type.
    headers.append("Expect:")?;
    if request.body().is_empty() {
        headers.append("Content-Type:")?;
    } else {
        easy.post_fields_copy(request.body().as_bytes())?;
    }
    for (name, value) in request.headers() {
        headers.append(&format!("{name}: {}", value.to_str()?))?;
    }
    easy.http_headers(headers)?;
    Ok(())
}

fn response(status: u32, lines: &[Vec<u8>], body: Body) -> Fallible<Response> {
    let mut response = http::Response::builder().status(u16::try_from(status)?);
    for line in lines {
        let mut parts = line.trim_ascii_end().splitn(2, |byte| *byte == b':');
        if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            response = response.header(name, value.trim_ascii());
        }
    }
    Ok(response.body(body)?)
}

/// Converts an error of curl.
fn transport_error(error: curl::Error, is_connected: bool) -> TransportError {
    let delivery = match is_connected {
        true => Delivery::Unknown,
        false => Delivery::NotSent,
    };
    if error.is_operation_timedout() {
        TransportError::timed_out(error).with_delivery(delivery)
    } else if error.is_peer_failed_verification()
        || error.is_ssl_connect_error()
        || error.is_ssl_cacert()
    {
        TransportError::tls(error).with_delivery(Delivery::NotSent)
    } else if error.is_couldnt_connect() || error.is_couldnt_resolve_host() {
        TransportError::not_sent(error)
    } else {
        TransportError::other(error)
    }
}

//! The check of the destination of a request.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::error::TransportError;

/// Checks that the credentials of a request stay secret on their way to `url`.
///
/// The URL must be `https`, or `http` to loopback (`localhost`, `127.0.0.0/8`, `[::1]`) without a
/// proxy on another machine, and it must have no user info. `proxy_host` is the host of the proxy
/// that the request is sent through, if there is one. Call this at the beginning of
/// [`Transport::send`](crate::transport::Transport::send).
///
/// ```
/// use totps_core::http::Uri;
/// use totps_core::transport::check_destination;
///
/// let check = |url, proxy_host| check_destination(&Uri::from_static(url), proxy_host);
/// assert!(check("https://api.stytch.com/v1/b2b/totp", None).is_ok());
/// assert!(check("https://api.stytch.com/v1/b2b/totp", Some("proxy.example.com")).is_ok());
/// assert!(check("http://127.0.0.1:8080/", None).is_ok());
/// assert!(check("http://127.0.0.1:8080/", Some("proxy.example.com")).is_err());
/// assert!(check("http://api.stytch.com/", None).is_err());
/// ```
///
/// # Errors
///
/// [`TransportErrorKind::Refused`](crate::error::TransportErrorKind::Refused), which is
/// [`NotSent`](crate::Delivery::NotSent).
pub fn check_destination(url: &Uri, proxy_host: Option<&str>) -> Result<(), TransportError> {
    let authority = url.authority().map_or("", Authority::as_str);
    let host = url.host().unwrap_or_default();
    if host.is_empty() {
        return Err(TransportError::refused("the URL must have a host"));
    }
    if authority.contains('@') {
        return Err(TransportError::refused("the URL must have no user info"));
    }
    let is_https = url.scheme() == Some(&Scheme::HTTPS);
    let is_http = url.scheme() == Some(&Scheme::HTTP);
    if is_https || is_http && is_loopback(host) && proxy_host.is_none_or(is_loopback) {
        return Ok(());
    }
    Err(TransportError::refused(
        "the URL must be `https://`, or `http://` to loopback without a proxy on another machine",
    ))
}

/// Tells whether a host is this machine: `localhost`, an address in `127.0.0.0/8`, or `[::1]`.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || ipv6(host).is_some_and(|address| address.is_loopback())
}

/// Reads the IPv6 address of a host in brackets.
pub(crate) fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

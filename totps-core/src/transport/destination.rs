//! Where requests may go.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::Scheme;

/// Whether requests to a URL stay secret on their way: it is `https`, or `http` on loopback
/// (`localhost`, `127.0.0.0/8`, `[::1]`). A tool for transports, which must send nothing elsewhere.
///
/// ```
/// use totps_core::{http::Uri, is_secure};
///
/// assert!(is_secure(&Uri::from_static("https://api.stytch.com/v1/b2b/totp")));
/// assert!(is_secure(&Uri::from_static("http://127.0.0.1:8080/")));
/// assert!(!is_secure(&Uri::from_static("http://api.stytch.com/")));
/// ```
pub fn is_secure(url: &Uri) -> bool {
    let scheme = url.scheme();
    let host = url.host().unwrap_or_default();
    !host.is_empty()
        && (scheme == Some(&Scheme::HTTPS) || scheme == Some(&Scheme::HTTP) && is_loopback(host))
}

/// Whether a host is this machine: `localhost`, an address in `127.0.0.0/8`, or `[::1]`. A tool for
/// transports.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || ipv6(host).is_some_and(|address| address.is_loopback())
}

/// The address in a host in brackets.
pub(crate) fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

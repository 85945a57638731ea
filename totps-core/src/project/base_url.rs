//! The base URL of requests.

use std::borrow::Cow;
use std::fmt;

use http::Uri;
use http::uri::{self, Authority, PathAndQuery, Scheme};

use crate::error::{ConfigError, InvalidParams};
use crate::transport::destination::{ipv6, is_loopback};

/// The longest path of a base URL, in bytes.
const LONGEST_PREFIX: usize = 1024;

/// The longest path of a call with its query, in bytes.
const LONGEST_PATH: usize = 32 * 1024;

/// The origin of requests, and the path that is prepended to the API's own, without a trailing
/// slash.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    prefix: String,
}

impl BaseUrl {
    pub(crate) fn parse(url: impl TryInto<Uri>) -> Result<Self, ConfigError> {
        let url = url.try_into().map_err(|_| {
            ConfigError::new(
                "base URL",
                "must be a URL, such as `https://api.stytch.com`",
            )
        })?;
        Self::new(url)
    }

    fn new(url: Uri) -> Result<Self, ConfigError> {
        let refuse = |rule| Err(ConfigError::new("base URL", rule));
        let parts = url.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return refuse("must have a scheme and a host, such as `https://api.stytch.com`");
        };
        if authority.as_str().contains('@') {
            return refuse(
                "must not contain user info; the project id and secret are given separately",
            );
        }
        // The http crate accepts some invalid hosts and ports.
        let (host, port) = authority.as_str().split_at(authority.host().len());
        if !is_host(host) {
            return refuse("must have a host, such as `https://api.stytch.com`");
        }
        if !is_port(port) {
            return refuse("must have a port between 0 and 65535, or none");
        }
        if scheme != Scheme::HTTPS && !(scheme == Scheme::HTTP && is_loopback(host)) {
            return refuse(
                "must be `https://`, or `http://` on loopback (`localhost`, `127.0.0.1`, `[::1]`)",
            );
        }
        let path = parts.path_and_query;
        if path.as_ref().is_some_and(|path| path.query().is_some()) {
            return refuse("must not have a query; leave out the `?` and what follows it");
        }
        let prefix = path
            .as_ref()
            .map_or("", PathAndQuery::path)
            .trim_end_matches('/');
        if prefix.len() > LONGEST_PREFIX {
            return refuse("must not have a path longer than 1024 bytes");
        }
        Ok(Self {
            scheme,
            authority,
            prefix: prefix.to_owned(),
        })
    }

    /// Appends a path and a query to the prefix. All of them are valid on their own.
    pub(crate) fn join(&self, path: Cow<'static, str>, query: &str) -> Result<Uri, InvalidParams> {
        const TOO_LONG: InvalidParams =
            InvalidParams::of_constants("path", "must be at most 32 KiB long, including the query");
        if path.len() + query.len() > LONGEST_PATH {
            return Err(TOO_LONG);
        }
        let path_and_query = match path {
            // A constant path needs no copy.
            Cow::Borrowed(path) if self.prefix.is_empty() && query.is_empty() => {
                Ok(PathAndQuery::from_static(path))
            }
            path => PathAndQuery::try_from([&self.prefix, &*path, query].concat()),
        };
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = path_and_query.ok();
        Uri::from_parts(parts).map_err(|_| TOO_LONG)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && (!host.contains(['[', ']']) || ipv6(host).is_some())
}

/// Accepts a port with its colon, or nothing.
fn is_port(port: &str) -> bool {
    port.strip_prefix(':').map_or(port.is_empty(), |digits| {
        // `parse` accepts a sign.
        digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
    })
}

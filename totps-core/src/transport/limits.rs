//! The limits of a call: time, size, retries, connections.

use std::time::Duration;

use http::HeaderMap;

use crate::error::{ConfigError, TransportError};
use crate::transport::{LimitedBody, RetryPolicy};

/// The limits that a transport enforces on a call.
///
/// The fields hold what the caller set; [`checked`](Self::checked) validates them. The limits for
/// the head of a response are fixed: [`HEAD`](Self::HEAD) and [`HEADERS`](Self::HEADERS).
///
/// ```
/// use std::time::Duration;
/// use totps_core::transport::Limits;
///
/// let mut limits = Limits::default();
/// limits.timeout = Duration::from_secs(5);
/// assert!(limits.checked().is_ok());
///
/// limits.timeout = Duration::ZERO;
/// let error = limits.checked().unwrap_err();
/// assert_eq!(error.to_string(), "the timeout must not be zero");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The timeout of a whole call, from its beginning to the last byte of the response, with all
    /// retries and pauses. 10 s by default; more than 24 hours count as 24 hours.
    pub timeout: Duration,
    /// The timeout for making a connection, TLS included. 3 s by default, and never more than what
    /// is left of the overall timeout; more than 24 hours count as 24 hours.
    pub connect_timeout: Duration,
    /// The largest body of a response, in bytes, counted after any decoding. 1 MiB by default.
    pub response_limit: usize,
    /// How many times a request that was not sent is retried: 0, 1 or 2. 0 by default.
    pub max_retries: u32,
    /// How many idle connections are kept, for transports with a pool. 256 by default; 0 keeps
    /// none.
    pub max_idle_connections: usize,
    /// How long an idle connection is kept, for transports with a pool. 50 s by default; more than
    /// 24 hours count as 24 hours.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            response_limit: 1024 * 1024,
            max_retries: 0,
            max_idle_connections: 256,
            idle_timeout: Duration::from_secs(50),
        }
    }
}

impl Limits {
    /// The largest head of a response, in bytes: all headers, with the status line where the HTTP
    /// stack counts it.
    pub const HEAD: usize = 32 * 1024;

    /// The largest number of headers of a response.
    pub const HEADERS: usize = 64;

    /// Validates the settings, and shortens very long times so that a deadline can be computed.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for the first invalid setting: a time or the response limit is zero, or
    /// there are more than 2 retries.
    pub fn checked(self) -> Result<Self, ConfigError> {
        if self.response_limit == 0 {
            return Err(ConfigError::new("response limit", NOT_ZERO));
        }
        RetryPolicy::new(self.max_retries)?;
        Ok(Self {
            timeout: duration("timeout", self.timeout)?,
            connect_timeout: duration("connect timeout", self.connect_timeout)?,
            idle_timeout: duration("idle timeout", self.idle_timeout)?,
            ..self
        })
    }

    /// Returns the retry policy of `max_retries`; more than 2 count as 2.
    pub fn retry_policy(&self) -> RetryPolicy {
        RetryPolicy::at_most(self.max_retries)
    }

    /// Checks the headers of a response against [`HEADERS`](Self::HEADERS) and
    /// [`HEAD`](Self::HEAD), without the status line, for stacks that may accept more than they were
    /// configured to.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::TooLarge`](crate::error::TransportErrorKind::TooLarge).
    pub fn check_headers(&self, headers: &HeaderMap) -> Result<(), TransportError> {
        if headers.len() > Self::HEADERS {
            return Err(TransportError::too_large(format!(
                "the response has more than {} headers",
                Self::HEADERS
            )));
        }
        // `name: value` and the line break.
        let length = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            name.as_str().len() + value.len() + 4
        };
        if headers.iter().map(length).sum::<usize>() > Self::HEAD {
            return Err(TransportError::too_large(format!(
                "the head of the response is larger than {} bytes",
                Self::HEAD
            )));
        }
        Ok(())
    }

    /// Creates a [`LimitedBody`] of at most `response_limit` bytes. `content_length` is the length
    /// that the response announced, if any.
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::TooLarge`](crate::error::TransportErrorKind::TooLarge) if the
    /// announced length exceeds the limit.
    pub fn body(&self, content_length: Option<u64>) -> Result<LimitedBody, TransportError> {
        LimitedBody::new(self.response_limit, content_length).map_err(TransportError::too_large)
    }
}

const NOT_ZERO: &str = "must not be zero";

fn duration(setting: &'static str, duration: Duration) -> Result<Duration, ConfigError> {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    if duration.is_zero() {
        return Err(ConfigError::new(setting, NOT_ZERO));
    }
    Ok(duration.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_settings_are_named() {
        let check = |change: fn(&mut Limits)| {
            let mut limits = Limits::default();
            change(&mut limits);
            limits.checked().map_err(|error| error.to_string())
        };
        for (change, expected) in [
            (
                (|limits| limits.timeout = Duration::ZERO) as fn(&mut Limits),
                "the timeout must not be zero",
            ),
            (
                |limits| limits.connect_timeout = Duration::ZERO,
                "the connect timeout must not be zero",
            ),
            (
                |limits| limits.idle_timeout = Duration::ZERO,
                "the idle timeout must not be zero",
            ),
            (
                |limits| limits.response_limit = 0,
                "the response limit must not be zero",
            ),
            (
                |limits| limits.max_retries = 3,
                "the number of retries must be at most 2",
            ),
        ] {
            assert_eq!(check(change), Err(expected.to_owned()));
        }
        assert!(check(|limits| limits.max_idle_connections = 0).is_ok());
    }

    #[test]
    fn a_very_long_timeout_counts_as_24_hours() {
        let limits = Limits {
            timeout: Duration::MAX,
            ..Limits::default()
        };
        let timeout = limits.checked().unwrap().timeout;
        assert_eq!(timeout, Duration::from_secs(24 * 60 * 60));
    }
}

//! What a call may cost at most, and how often it is tried.

use std::time::Duration;

use totps_core::{ConfigError, RetryPolicy};

/// The largest head of an answer, in bytes.
pub(crate) const HEAD_LIMIT: usize = 32 * 1024;

/// The most header fields of an answer.
pub(crate) const FIELD_LIMIT: usize = 64;

#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    /// In bytes.
    pub(crate) response_limit: usize,
    pub(crate) retry: RetryPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            response_limit: 1024 * 1024,
            retry: RetryPolicy::default(),
        }
    }
}

impl Limits {
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        const RULE: &str = "must not be zero";
        // A point of time this far ahead can always be represented.
        const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

        if self.timeout.is_zero() {
            return Err(ConfigError::new("timeout", RULE));
        }
        if self.connect_timeout.is_zero() {
            return Err(ConfigError::new("connect timeout", RULE));
        }
        if self.response_limit == 0 {
            return Err(ConfigError::new("response limit", RULE));
        }
        Ok(Self {
            timeout: self.timeout.min(LONGEST),
            connect_timeout: self.connect_timeout.min(LONGEST),
            ..self
        })
    }
}

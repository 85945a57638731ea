//! When a request may be sent again, and after which pause.

use std::time::Duration;

use crate::error::{ConfigError, Delivery, TransportError, TransportErrorKind};

/// How often a request that was not sent is sent again, and after which pauses. By default never.
///
/// Only what is [`Delivery::NotSent`] because there was no connection or a time was over
/// ([`Connect`](TransportErrorKind::Connect), [`Timeout`](TransportErrorKind::Timeout)) is sent again.
/// Whatever may have reached the API may have used a code; a response is a response, whatever its
/// status; and what TLS or a rule of the transport refuses would be refused again.
///
/// The policy is a pure rule for transports: it has no clock, draws no random numbers and does not
/// wait. Before the first retry comes a pause of a random part of 200 ms, before the second of 400 ms
/// ("full jitter"), and there is none that would outlast the deadline of the call.
///
/// ```
/// use std::time::Duration;
/// use totps_core::{RetryPolicy, TransportError};
///
/// let policy = RetryPolicy::new(2)?;
/// let error = TransportError::not_sent("nobody listens");
/// let (left, random) = (Duration::from_secs(10), u64::MAX / 2);
/// assert_eq!(policy.pause(&error, 0, left, random).unwrap().as_millis(), 99);
/// assert_eq!(policy.pause(&error, 1, left, random).unwrap().as_millis(), 199);
/// assert_eq!(policy.pause(&error, 2, left, random), None);
///
/// let error = TransportError::timed_out("no response in time");
/// assert_eq!(policy.pause(&error, 0, left, random), None);
/// # Ok::<_, totps_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetryPolicy {
    max_retries: u32,
}

/// The longest first pause.
const BASE: Duration = Duration::from_millis(200);

/// More would keep a Member waiting for what is not a passing fault.
const MOST_RETRIES: u32 = 2;

impl RetryPolicy {
    /// A policy of so many retries after the first attempt: 0, 1 or 2.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for more than 2.
    pub fn new(max_retries: u32) -> Result<Self, ConfigError> {
        if max_retries > MOST_RETRIES {
            return Err(ConfigError::new("number of retries", "must be at most 2"));
        }
        Ok(Self { max_retries })
    }

    /// As [`new`](Self::new), but more than 2 retries count as 2.
    pub(crate) fn at_most(max_retries: u32) -> Self {
        Self {
            max_retries: max_retries.min(MOST_RETRIES),
        }
    }

    /// How often a request may be sent again.
    pub fn max_retries(self) -> u32 {
        self.max_retries
    }

    /// How long to wait before the request is sent again; `None` if it must not be.
    ///
    /// `retries` is how often it was sent again already, `left` how much time the call has left, and
    /// `random` any number, each as likely as any other.
    pub fn pause(
        self,
        error: &TransportError,
        retries: u32,
        left: Duration,
        random: u64,
    ) -> Option<Duration> {
        use TransportErrorKind::{Connect, Timeout};

        let is_passing = matches!(error.kind(), Connect | Timeout);
        if retries >= self.max_retries || !is_passing || error.delivery() != Delivery::NotSent {
            return None;
        }
        let ceiling = BASE * (1 << retries);
        let part = (ceiling.as_nanos() * u128::from(random)) >> u64::BITS;
        let pause = Duration::from_nanos(u64::try_from(part).ok()?);
        (pause < left).then_some(pause)
    }
}

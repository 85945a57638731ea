//! Which requests may be sent again, and after which pause.

use std::time::Duration;

use crate::error::{ConfigError, Delivery, TransportError, TransportErrorKind};

/// Decides whether a request is sent again, and after which pause. By default, no request is.
///
/// Only a request that was [not sent](Delivery::NotSent) is retried, and only if there was no
/// connection ([`Connect`](TransportErrorKind::Connect)) or a timeout elapsed
/// ([`Timeout`](TransportErrorKind::Timeout)). A request that may have reached the API may have
/// used a code. A response is final, whatever its status. A request that TLS or the transport
/// refused would be refused again.
///
/// The policy is a pure rule for transports: it has no clock, draws no random numbers and does not
/// wait. The pause is random ("full jitter"): less than 200 ms before the first retry, less than
/// 400 ms before the second. A retry does not happen if its pause would outlast the deadline of the
/// call.
///
/// ```
/// use std::time::Duration;
/// use totps_core::{RetryPolicy, TransportError};
///
/// let policy = RetryPolicy::new(2)?;
/// let error = TransportError::not_sent("connection refused");
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

/// The upper bound of the first pause.
const BASE: Duration = Duration::from_millis(200);

/// A fault that outlasts two retries is not temporary, and a Member is waiting.
const MOST_RETRIES: u32 = 2;

impl RetryPolicy {
    /// Creates a policy with this many retries after the first attempt: 0, 1 or 2.
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

    /// Creates a policy like [`new`](Self::new), but more than 2 retries count as 2.
    pub(crate) fn at_most(max_retries: u32) -> Self {
        Self {
            max_retries: max_retries.min(MOST_RETRIES),
        }
    }

    /// Returns how many times a request may be sent again.
    pub fn max_retries(self) -> u32 {
        self.max_retries
    }

    /// Returns how long to wait before the request is sent again, or `None` if it must not be sent
    /// again.
    ///
    /// `retries` is the number of retries so far, `left` the time that the call has left, and
    /// `random` a uniformly distributed random number.
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

//! When a request may be sent again, and after which pause.

use std::time::Duration;

use crate::error::{ConfigError, Delivery, TransportError};

/// How often a request that was not sent is sent again, and after which pauses. By default never.
///
/// Only [`Delivery::NotSent`] allows it: whatever may have reached the API may have spent a code, and
/// an answer is an answer, whatever its status. A client should not hurry either when a Member is
/// locked or the API has too much to do.
///
/// The policy is a pure rule for transports: it has no clock, draws no random numbers and does not
/// wait. Before retry *n*, counted from 0, comes a pause of a random part of 200 ms · 2ⁿ, at most
/// 2 s ("full jitter"), and there is none that would outlast the deadline of the call.
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
/// let error = TransportError::timed_out("no answer in time");
/// assert_eq!(policy.pause(&error, 0, left, random), None);
/// # Ok::<_, totps_core::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RetryPolicy {
    max_retries: u32,
}

/// What the first pause takes at most.
const BASE: Duration = Duration::from_millis(200);

/// What any pause takes at most.
const CAP: Duration = Duration::from_secs(2);

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
        if retries >= self.max_retries || error.delivery() != Delivery::NotSent {
            return None;
        }
        let ceiling = BASE.saturating_mul(1 << retries).min(CAP);
        let part = (ceiling.as_nanos() * u128::from(random)) >> u64::BITS;
        let pause = Duration::from_nanos(u64::try_from(part).ok()?);
        (pause < left).then_some(pause)
    }
}

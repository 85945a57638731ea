//! The emulator's clock: the system's clock with an offset, or a clock that is stopped until it is
//! moved.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

/// The clock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The system's clock plus an offset.
    Running { offset: SignedDuration },
    /// A stopped clock, which only an explicit move changes.
    Standing { at: Timestamp },
}

impl Clock {
    /// The system's clock.
    pub(crate) const REAL: Self = Self::Running {
        offset: SignedDuration::ZERO,
    };

    /// Creates a clock that is stopped at a time.
    pub(crate) fn standing(at: SystemTime) -> Self {
        Self::Standing { at: timestamp(at) }
    }

    /// Returns the current time.
    pub(crate) fn now(&self) -> Timestamp {
        match *self {
            Self::Running { offset } => later(Timestamp::now(), offset),
            Self::Standing { at } => at,
        }
    }

    /// Stops the clock at its current time.
    pub(crate) fn stop(&mut self) {
        *self = Self::Standing { at: self.now() };
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        match self {
            Self::Running { offset } => *offset = offset.saturating_add(by),
            Self::Standing { at } => *at = later(*at, by),
        }
    }
}

/// Adds a duration to a time. Saturates at [`Timestamp::MAX`].
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Adds minutes to a time. Saturates at [`Timestamp::MAX`].
pub(crate) fn minutes_later(at: Timestamp, minutes: impl Into<i64>) -> Timestamp {
    later(
        at,
        SignedDuration::from_secs(minutes.into().saturating_mul(60)),
    )
}

/// Converts a system time to a timestamp. Clamps it to the range of timestamps.
pub(crate) fn timestamp(at: SystemTime) -> Timestamp {
    Timestamp::try_from(at).unwrap_or(if at < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// Converts a timestamp to a system time. This cannot fail where `SystemTime` has 64 bits.
pub(crate) fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::try_from(at).unwrap_or(SystemTime::UNIX_EPOCH)
}

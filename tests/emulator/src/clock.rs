//! The emulator's clock: the real one, shifted, or one that stands still until it is moved.

use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};

/// The clock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The system's clock plus an offset.
    Running { offset: SignedDuration },
    /// A moment that only an explicit move changes.
    Standing { at: Timestamp },
}

impl Clock {
    /// The system's clock.
    pub(crate) const REAL: Self = Self::Running {
        offset: SignedDuration::ZERO,
    };

    /// Stands at a moment of the system's clock.
    pub(crate) fn standing(at: SystemTime) -> Self {
        Self::Standing { at: timestamp(at) }
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        match *self {
            Self::Running { offset } => later(Timestamp::now(), offset),
            Self::Standing { at } => at,
        }
    }

    /// Lets the clock stand where it is.
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

/// A moment later than another one; the end of time where there is none.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A moment some minutes after another one.
pub(crate) fn minutes_later(at: Timestamp, minutes: impl Into<i64>) -> Timestamp {
    later(
        at,
        SignedDuration::from_secs(minutes.into().saturating_mul(60)),
    )
}

/// A moment of the system's clock, clamped to what a timestamp can hold.
pub(crate) fn timestamp(at: SystemTime) -> Timestamp {
    Timestamp::try_from(at).unwrap_or(if at < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// A moment of the system's clock. Every timestamp is one where `SystemTime` has 64 bits.
pub(crate) fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::try_from(at).unwrap_or(SystemTime::UNIX_EPOCH)
}

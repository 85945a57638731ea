//! How fast calls follow each other.

use std::time::{Duration, Instant};

/// At Stytch, a call begins at least this long after the one before it: two a second.
pub const AT_STYTCH: Duration = Duration::from_millis(500);
/// So many times as long after a failed attempt, and after an error of the server.
const AFTER_A_FAILURE: u32 = 2;
/// Pauses after a 429 that asks for fewer requests.
const PAUSES: [u64; 3] = [30, 60, 120];

/// One call at a time, each at a distance from the one before it.
#[derive(Clone, Debug)]
pub struct Pace {
    distance: Duration,
    last: Option<Instant>,
    failed: bool,
    limited: usize,
}

impl Pace {
    /// Calls at a distance.
    #[must_use]
    pub fn new(distance: Duration) -> Self {
        Self {
            distance,
            last: None,
            failed: false,
            limited: 0,
        }
    }

    /// How long the next call has to wait at `now`.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Duration {
        let Some(last) = self.last else {
            return Duration::ZERO;
        };
        let factor = if self.failed { AFTER_A_FAILURE } else { 1 };
        (last + self.distance * factor).saturating_duration_since(now)
    }

    /// A call begins.
    pub fn begins(&mut self, now: Instant) {
        self.last = Some(now);
    }

    /// The call ended.
    pub fn ended(&mut self, failed: bool) {
        self.failed = failed;
    }

    /// The pause after a 429, longer each time; `None` if it was too often.
    pub fn limited(&mut self) -> Option<Duration> {
        let pause = PAUSES.get(self.limited).copied();
        self.limited += 1;
        pause.map(Duration::from_secs)
    }
}

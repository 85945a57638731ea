//! The time between calls.

use std::time::{Duration, Instant};

/// The minimum time between the starts of two calls at Stytch: two calls a second.
pub const AT_STYTCH: Duration = Duration::from_millis(500);
/// The factor by which the next call waits longer after a failed attempt or a server error.
const AFTER_A_FAILURE: u32 = 2;
/// The pauses, in seconds, after the first three rate limits (429) of a run.
const PAUSES: [u64; 3] = [30, 60, 120];

/// Keeps a minimum time between the starts of calls.
#[derive(Clone, Debug)]
pub struct Pace {
    distance: Duration,
    last: Option<Instant>,
    failed: bool,
    limited: usize,
}

impl Pace {
    /// Creates a pace with a minimum time between the starts of two calls.
    #[must_use]
    pub fn new(distance: Duration) -> Self {
        Self {
            distance,
            last: None,
            failed: false,
            limited: 0,
        }
    }

    /// Returns how long the next call has to wait at `now`.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Duration {
        let Some(last) = self.last else {
            return Duration::ZERO;
        };
        let factor = if self.failed { AFTER_A_FAILURE } else { 1 };
        (last + self.distance * factor).saturating_duration_since(now)
    }

    /// Records the start of a call.
    pub fn begins(&mut self, now: Instant) {
        self.last = Some(now);
    }

    /// Records the end of a call. After a failure, the next call waits longer.
    pub fn ended(&mut self, failed: bool) {
        self.failed = failed;
    }

    /// Returns the pause after a rate limit (429), which is longer each time; `None` after the
    /// third.
    pub fn limited(&mut self) -> Option<Duration> {
        let pause = PAUSES.get(self.limited).copied();
        self.limited += 1;
        pause.map(Duration::from_secs)
    }

    /// Makes the next rate limit (429) the first one.
    pub(crate) fn forget_limits(&mut self) {
        self.limited = 0;
    }
}

//! The server's time, for which codes are made, and waiting.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::halt::Stop;

/// The clock of a run.
///
/// The program uses [`SystemClock`]. In tests and in simulations, waiting advances the clock of an
/// emulator and returns at once.
pub trait Clock {
    /// Returns the server's time, as far as it is known.
    fn now(&self) -> SystemTime;

    /// Waits. Returns early if the run is stopped.
    fn sleep(&self, duration: Duration, stop: &Stop);

    /// Takes over the time of a `Date` header. The request was sent at `sent`.
    fn heard(&mut self, date: SystemTime, sent: SystemTime);

    /// Returns how many seconds the server's clock is ahead, if that is known.
    fn skew(&self) -> Option<i64>;
}

/// The system's clock, corrected by the `Date` headers of the server.
#[derive(Debug, Default)]
pub struct SystemClock {
    /// How many seconds the server's clock is ahead.
    skew: Option<i64>,
}

/// How often [`nap`] checks whether the run is stopped.
const NAP: Duration = Duration::from_millis(100);

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        let seconds = self.skew.unwrap_or(0);
        let by = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            SystemTime::now() - by
        } else {
            SystemTime::now() + by
        }
    }

    fn sleep(&self, duration: Duration, stop: &Stop) {
        nap(duration, stop);
    }

    fn heard(&mut self, date: SystemTime, sent: SystemTime) {
        let received = SystemTime::now();
        let travel = received.duration_since(sent).unwrap_or_default();
        // The header has whole seconds, so a difference of one second means nothing.
        let middle = sent + travel / 2;
        let ahead = seconds_of(date) - seconds_of(middle);
        self.skew = Some(if ahead.abs() <= 1 { 0 } else { ahead });
    }

    fn skew(&self) -> Option<i64> {
        self.skew
    }
}

/// Waits in real time. Returns early if the run is stopped.
pub(crate) fn nap(duration: Duration, stop: &Stop) {
    let end = Instant::now() + duration;
    while !stop.is_stopped() {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        thread::sleep(left.min(NAP));
    }
}

/// Returns the seconds since 1970; 0 for an earlier time.
pub(crate) fn seconds_of(at: SystemTime) -> i64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

//! The time that codes are made for, and waiting.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::halt::Stop;

/// A clock that a run can wait by.
///
/// The program has the system's clock. In tests and in simulations, waiting moves the clock of an
/// emulator, so that nothing waits.
pub trait Clock {
    /// The server's time, as far as it is known.
    fn now(&self) -> SystemTime;

    /// Waits, or less if the run is stopped.
    fn sleep(&self, duration: Duration, stop: &Stop);

    /// Learns the time in a `Date` header, which came when the request had been sent at `sent`.
    fn heard(&mut self, date: SystemTime, sent: SystemTime);

    /// How far the server's clock is ahead, in seconds, if it is known.
    fn skew(&self) -> Option<i64>;
}

/// The system's clock, corrected by what the server says.
#[derive(Debug, Default)]
pub struct SystemClock {
    /// Seconds that the server is ahead.
    skew: Option<i64>,
}

/// How often a sleeper looks whether the run is stopped.
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
        // The header has whole seconds, so that less than one of them says nothing.
        let middle = sent + travel / 2;
        let ahead = seconds_of(date) - seconds_of(middle);
        self.skew = Some(if ahead.abs() <= 1 { 0 } else { ahead });
    }

    fn skew(&self) -> Option<i64> {
        self.skew
    }
}

/// Waits in real time, or less if the run is stopped.
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

/// Seconds since 1970.
pub(crate) fn seconds_of(at: SystemTime) -> i64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

//! Limits the rate of requests.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::stop::Stop;

/// Stytch's advice for migrations, in requests per second.
pub(crate) const HIGHEST_RATE: f64 = 65.0;
/// The first pause after a 429 without `Retry-After`. Each further 429 doubles the pause.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The lowest rate, as a fraction of the limit.
const LOWEST_PART: f64 = 0.05;
/// The rate from which a run without a limit slows down. Back at this rate, it has no limit again.
const UNLIMITED: f64 = 2_000.0;

/// A rate that falls by half with each 429 and rises with each success. It does no I/O.
#[derive(Debug)]
struct Pace {
    /// In requests per second; infinite for no limit.
    limit: f64,
    rate: f64,
    next: Instant,
    paused_until: Instant,
    slowed_at: Option<Instant>,
    refusals: u32,
}

impl Pace {
    fn new(limit: f64, now: Instant) -> Self {
        Self {
            limit,
            rate: limit,
            next: now,
            paused_until: now,
            slowed_at: None,
            refusals: 0,
        }
    }

    /// Returns when the next request may be sent, and reserves that time unless there is a pause.
    fn reserve(&mut self, now: Instant) -> Instant {
        if self.paused_until > now {
            return self.paused_until;
        }
        let slot = self.next.max(now);
        if self.rate.is_finite() {
            self.next = slot + Duration::from_secs_f64(1.0 / self.rate);
        }
        slot
    }

    /// Slows down, because a request that was sent at `sent` got a 429.
    fn limited(&mut self, sent: Instant, now: Instant, retry_after: Option<Duration>) {
        // Other requests that were in flight count as the same event.
        if self.slowed_at.is_none_or(|at| sent >= at) {
            let limit = self.limit.min(UNLIMITED);
            self.rate = (self.rate.min(limit) / 2.0).max(limit * LOWEST_PART);
            self.slowed_at = Some(now);
            self.refusals += 1;
        }
        let doubled = FIRST_PAUSE.saturating_mul(1 << (self.refusals.saturating_sub(1)).min(16));
        let pause = retry_after.unwrap_or(doubled).min(LONGEST_PAUSE);
        self.paused_until = self.paused_until.max(now + pause);
        self.next = self.next.max(self.paused_until);
    }

    fn succeeded(&mut self) {
        self.refusals = 0;
        let limit = self.limit.min(UNLIMITED);
        self.rate += limit / 200.0;
        if self.rate >= limit {
            self.rate = self.limit;
        }
    }
}

/// The pace that all threads share.
#[derive(Debug)]
pub(crate) struct Gate(Mutex<Pace>);

impl Gate {
    /// Creates a gate with a limit in requests per second; infinite for no limit.
    pub(crate) fn new(limit: f64) -> Self {
        Self(Mutex::new(Pace::new(limit, Instant::now())))
    }

    /// Waits until a request may be sent, and returns that time. `None` if the run is stopped.
    pub(crate) fn pass(&self, stop: &Stop) -> Option<Instant> {
        loop {
            let now = Instant::now();
            let (slot, paused) = self.with(|pace| {
                let paused = pace.paused_until > now;
                (pace.reserve(now), paused)
            });
            let wait = slot.saturating_duration_since(now);
            let goes_on = if wait.is_zero() {
                !stop.is_stopped()
            } else {
                stop.sleep(wait)
            };
            if !goes_on {
                return None;
            }
            // A pause may also have begun during the sleep.
            let now = Instant::now();
            if !paused && self.with(|pace| pace.paused_until <= now) {
                return Some(now);
            }
        }
    }

    pub(crate) fn limited(&self, sent: Instant, retry_after: Option<Duration>) {
        self.with(|pace| pace.limited(sent, Instant::now(), retry_after));
    }

    pub(crate) fn succeeded(&self) {
        self.with(Pace::succeeded);
    }

    /// Returns the current rate, in requests per second; infinite for no limit.
    pub(crate) fn rate(&self) -> f64 {
        self.with(|pace| pace.rate)
    }

    fn with<R>(&self, call: impl FnOnce(&mut Pace) -> R) -> R {
        call(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(from: Instant, count: u64) -> Instant {
        from + Duration::from_secs(count)
    }

    #[test]
    fn requests_are_spread_evenly() {
        let start = Instant::now();
        let mut pace = Pace::new(20.0, start);
        let slots: Vec<_> = (0..41).map(|_| pace.reserve(start)).collect();
        assert_eq!(slots[0], start);
        assert_eq!(slots[20], second(start, 1));
        assert_eq!(slots[40], second(start, 2));
        let later = second(start, 100);
        assert_eq!(
            pace.reserve(later),
            later,
            "unused slots are not made up for"
        );
    }

    #[test]
    fn a_429_halves_the_rate_once_and_pauses() {
        let start = Instant::now();
        let mut pace = Pace::new(20.0, start);
        let now = second(start, 1);
        for _ in 0..8 {
            pace.limited(start, now, None);
        }
        assert_eq!(pace.rate, 10.0, "eight requests in flight are one event");
        assert_eq!(pace.reserve(now), now + FIRST_PAUSE);
        let again = second(now, 1);
        pace.limited(again, again, None);
        assert_eq!(pace.rate, 5.0);
        assert_eq!(pace.reserve(again), again + 2 * FIRST_PAUSE);
    }

    #[test]
    fn retry_after_is_respected_up_to_a_minute() {
        let start = Instant::now();
        for (asked, given) in [(7, 7), (60, 60), (3600, 60)] {
            let mut pace = Pace::new(20.0, start);
            pace.limited(start, start, Some(Duration::from_secs(asked)));
            assert_eq!(
                pace.reserve(start),
                second(start, given),
                "Retry-After: {asked}"
            );
        }
    }

    #[test]
    fn successes_raise_the_rate_to_the_limit_again() {
        let start = Instant::now();
        for limit in [20.0, 65.0, f64::INFINITY] {
            let mut pace = Pace::new(limit, start);
            for step in 0..6 {
                pace.limited(second(start, step), second(start, step), None);
            }
            let slowest = pace.rate;
            assert!(slowest < limit, "{slowest} of {limit}");
            for _ in 0..1000 {
                pace.succeeded();
                assert!(pace.rate <= limit);
            }
            assert_eq!(pace.rate, limit);
        }
    }
}

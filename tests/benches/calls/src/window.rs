//! Measures calls after a warm-up, so that connecting and starting callers are not counted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

use totps_bench_clients::{Caller, Fallible};

pub(crate) struct Window {
    warm_up: usize,
    calls: usize,
    finished: AtomicUsize,
    opened: OnceLock<Reading>,
    closed: OnceLock<Reading>,
}

struct Reading {
    cpu: Duration,
    wall: Instant,
}

impl Reading {
    fn now() -> Fallible<Self> {
        // User and system time of all threads.
        let cpu = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
        Ok(Self {
            cpu: cpu.into(),
            wall: Instant::now(),
        })
    }
}

impl Window {
    pub(crate) fn new(callers: usize, calls: usize) -> Self {
        Self {
            warm_up: 20 + 8 * callers,
            calls,
            finished: AtomicUsize::new(0),
            opened: OnceLock::new(),
            closed: OnceLock::new(),
        }
    }

    /// Counts a call, and returns whether its caller shall make another.
    fn goes_on(&self) -> Fallible<bool> {
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        if finished == self.warm_up {
            let _ = self.opened.set(Reading::now()?);
        } else if finished == self.warm_up + self.calls {
            let _ = self.closed.set(Reading::now()?);
        }
        Ok(finished < self.warm_up + self.calls)
    }

    /// Returns the CPU and wall time of one call, in nanoseconds.
    pub(crate) fn per_call(&self) -> Fallible<(f64, f64)> {
        let (Some(opened), Some(closed)) = (self.opened.get(), self.closed.get()) else {
            return Err("the calls ended early".into());
        };
        let per_call = |time: Duration| time.as_secs_f64() * 1e9 / self.calls as f64;
        let cpu = closed.cpu.saturating_sub(opened.cpu);
        Ok((per_call(cpu), per_call(closed.wall - opened.wall)))
    }
}

/// Calls without a pause until enough calls are in the window.
pub(crate) struct InWindow(pub(crate) Arc<Window>);

impl Caller for InWindow {
    fn next(&mut self, last: Option<Duration>) -> Fallible<Option<Duration>> {
        let goes_on = last.is_none() || self.0.goes_on()?;
        Ok(goes_on.then_some(Duration::ZERO))
    }
}

//! Stops a run early.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Why a run stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// Ctrl-C.
    Interrupted,
    /// The API refuses the project, or keeps failing.
    Api(String),
    /// The journal or the codes file cannot be written.
    Disk(String),
    /// The input changed during the run.
    Input(String),
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("interrupted"),
            Self::Api(reason) | Self::Disk(reason) | Self::Input(reason) => f.write_str(reason),
        }
    }
}

/// A switch that all threads check, and that wakes sleeping threads.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    reason: Mutex<Option<StopReason>>,
    wake: Condvar,
}

impl Stop {
    /// Stops the run. If it is called again, the first reason stays.
    pub(crate) fn stop(&self, reason: StopReason) {
        self.lock().get_or_insert(reason);
        self.wake.notify_all();
    }

    pub(crate) fn reason(&self) -> Option<StopReason> {
        self.lock().clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.lock().is_some()
    }

    /// Sleeps. Returns `false` if the run is stopped, which ends the sleep.
    pub(crate) fn sleep(&self, duration: Duration) -> bool {
        let end = Instant::now() + duration;
        let mut reason = self.lock();
        while reason.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let woken = self.wake.wait_timeout(reason, left);
            reason = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn lock(&self) -> MutexGuard<'_, Option<StopReason>> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

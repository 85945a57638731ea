//! Why an experiment, or the whole run, ends before its time.

use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// Why something ends before its time.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Halt {
    /// This experiment cannot go on. The next one can.
    #[error("{0}")]
    Experiment(String),
    /// The server wants fewer requests. The next experiment can go on after a pause.
    #[error("the server wants fewer requests (429)")]
    RateLimited,
    /// The run cannot go on.
    #[error("{0}")]
    Run(String),
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl Halt {
    /// The end of this experiment alone.
    pub(crate) fn experiment(reason: impl Into<String>) -> Self {
        Self::Experiment(reason.into())
    }

    /// The end of the run.
    pub(crate) fn run(reason: impl Into<String>) -> Self {
        Self::Run(reason.into())
    }
}

/// A switch that every call looks at before it is sent.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Asks the run to end. Returns whether it was asked before.
    pub fn stop(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn check(&self) -> Result<(), Halt> {
        if self.is_stopped() {
            Err(Halt::Interrupted)
        } else {
            Ok(())
        }
    }
}

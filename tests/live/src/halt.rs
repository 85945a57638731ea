//! Why an experiment, or the whole run, ends early.

use std::sync::atomic::{AtomicBool, Ordering};

use thiserror::Error;

/// Why an experiment, or the whole run, ends early.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Halt {
    /// This experiment cannot continue. The next one can run.
    #[error("{0}")]
    Experiment(String),
    /// The server limits the request rate. The next experiment can run after a pause.
    #[error("the server limits the request rate (429)")]
    RateLimited,
    /// The run cannot continue.
    #[error("{0}")]
    Run(String),
    /// Ctrl-C or SIGTERM.
    #[error("interrupted")]
    Interrupted,
}

impl Halt {
    /// Creates an error that ends only this experiment.
    pub(crate) fn experiment(reason: impl Into<String>) -> Self {
        Self::Experiment(reason.into())
    }

    /// Creates an error that ends the run.
    pub(crate) fn run(reason: impl Into<String>) -> Self {
        Self::Run(reason.into())
    }

    /// Adds what failed after this.
    pub(crate) fn then(self, next: Option<Self>) -> Self {
        match next {
            None => self,
            Some(next) => Self::run(format!("{self}; {next}")),
        }
    }
}

/// A flag that stops the run. It is checked before every call.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Stops the run. Returns whether it was stopped before.
    pub fn stop(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Returns whether the run was stopped.
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

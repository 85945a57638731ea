//! The experiments: what each one asks, what it settles, and what it does.

use crate::lab::{Lab, Outcome};

/// An experiment. The numbers are those of the project's notes on what Stytch does not document.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Experiment {
    /// Its number, e.g. `T3`.
    pub id: &'static str,
    /// What it asks.
    pub question: &'static str,
    /// The settings of the emulator that it settles, besides the error cases that it meets.
    pub settles: &'static [&'static str],
    /// When it is left out.
    pub only: Only,
    pub(crate) script: fn(&mut Lab<'_>) -> Outcome,
}

/// When an experiment runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Only {
    /// In every run.
    Always,
    /// In slow runs: it waits for minutes.
    Slow,
    /// In runs that may lock Members which were made for it.
    Locking,
}

/// Declares experiments.
macro_rules! experiments {
    ($($id:literal $only:ident $script:path: $question:literal, settles [$($setting:literal),* $(,)?];)*) => {
        &[$(crate::experiment::Experiment {
            id: $id,
            question: $question,
            settles: &[$($setting),*],
            only: crate::experiment::Only::$only,
            script: $script,
        }),*]
    };
}
pub(crate) use experiments;

mod totp;

/// All experiments in the order of a run. The first ones find what the others need to know.
pub const EXPERIMENTS: &[Experiment] = ALL;

const ALL: &[Experiment] = totp::EXPERIMENTS;

//! The experiments: the question, the settings and the script of each.

use crate::lab::{Lab, Outcome};

/// An experiment. Reports name it by its number. A letter after the number distinguishes parts of
/// one question.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Experiment {
    /// Its number, e.g. `T3`.
    pub id: &'static str,
    /// The question.
    pub question: &'static str,
    /// The settings of the emulator that it settles, besides the error cases that it triggers.
    pub settles: &'static [&'static str],
    /// When it runs.
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
    /// In runs that may lock Members. It locks only Members that it created.
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

mod bodies;
mod changes;
mod claims;
mod codes;
mod credentials;
mod deletion;
mod failures;
mod golden;
mod intermediate;
mod lock;
mod logins;
mod lookups;
mod members;
mod migrate;
mod organizations;
mod passwords;
mod rbac;
mod recovery;
mod responses;
mod sessions;
mod slow;
mod together;
mod totp;

pub(crate) use totp::ISSUER;

/// The experiments by file, in the order of a run. The first ones find facts that the others need,
/// and what affects most responses. Those that lock Members are not among them: [`all`] appends
/// them.
static PARTS: [&[Experiment]; 22] = [
    passwords::EXPERIMENTS,
    codes::EXPERIMENTS,
    responses::EXPERIMENTS,
    logins::EXPERIMENTS,
    sessions::EXPERIMENTS,
    failures::EXPERIMENTS,
    totp::EXPERIMENTS,
    changes::EXPERIMENTS,
    migrate::EXPERIMENTS,
    claims::EXPERIMENTS,
    recovery::EXPERIMENTS,
    deletion::EXPERIMENTS,
    bodies::EXPERIMENTS,
    together::EXPERIMENTS,
    lookups::EXPERIMENTS,
    members::EXPERIMENTS,
    rbac::EXPERIMENTS,
    intermediate::EXPERIMENTS,
    organizations::EXPERIMENTS,
    credentials::EXPERIMENTS,
    golden::EXPERIMENTS,
    slow::EXPERIMENTS,
];

/// Returns all experiments in the order of a run. Those that lock Members are the last ones.
pub fn all() -> impl Iterator<Item = &'static Experiment> {
    PARTS.iter().copied().chain([lock::EXPERIMENTS]).flatten()
}

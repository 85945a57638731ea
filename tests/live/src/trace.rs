//! What a run saw: experiments, their steps, and what is compared of each response.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use totps_emulator::Algorithm;

/// What the names of notes begin with that are for people and that no setting can change.
pub(crate) const LOOK: &str = "look: ";

/// What one experiment did and saw.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The experiment, e.g. `T3`.
    pub experiment: String,
    /// What was known when it began.
    pub known: Known,
    /// The calls, in their order.
    pub steps: Vec<Step>,
    /// What was found by more than one call, or by looking into a response.
    pub notes: BTreeMap<String, Value>,
    /// Why it ended before its time.
    pub ended: Option<String>,
}

/// A call and what came.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// What it was for; different for each step of an experiment.
    pub label: String,
    /// Method and path, with the names of the path's parameters.
    pub request: String,
    /// The emulator's name of the endpoint.
    pub endpoint: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// What the error says, if it was refused.
    pub refused: Option<Refused>,
    /// What is compared of a success. Ids, tokens and codes are numbered in the order in which they
    /// were seen.
    pub seen: BTreeMap<String, Value>,
    /// What changed on the Member since the experiment saw it last: the value before and now.
    pub changed: BTreeMap<String, (Value, Value)>,
}

impl Step {
    /// Whether the call was accepted.
    #[must_use]
    pub fn accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What an error response says.
#[derive(Clone, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[non_exhaustive]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// `error_type`, or empty.
    pub error_type: String,
    /// `error_message`, or empty; ids and secrets are replaced.
    pub error_message: String,
    /// `error_url`, or empty.
    pub error_url: String,
}

/// What later experiments rely on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Known {
    /// The hash algorithm of the codes.
    pub algorithm: Algorithm,
    /// How many steps before and after the present one are accepted.
    pub window: u8,
    /// passwords Migrate alone makes an active Member.
    pub migrate_creates: bool,
    /// passwords Migrate refuses `sha_512`, and accepts `sha_1`.
    pub sha_1: bool,
    /// Failures in a row that lock a Member.
    pub lock_after: Option<u32>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Sha1,
            window: 1,
            migrate_creates: false,
            sha_1: false,
            lock_after: None,
        }
    }
}

//! The record of a run: experiments, their steps, and what is compared of each response.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use totps_emulator::Algorithm;

/// The prefix of notes that are only for the reader, since no setting affects them.
pub(crate) const LOOK: &str = "look: ";

/// The calls and results of one experiment.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// The experiment, e.g. `T3`.
    pub experiment: String,
    /// The facts that were known when it began.
    pub known: Known,
    /// The calls in their order.
    pub steps: Vec<Step>,
    /// Results of several calls, and details of responses.
    pub notes: BTreeMap<String, Value>,
    /// Why it ended early; `None` if it was completed.
    pub ended: Option<String>,
}

/// A call and its result.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The purpose of the call. It is unique in an experiment.
    pub label: String,
    /// Method and path, with the names of the path's parameters.
    pub request: String,
    /// The emulator's name of the endpoint.
    pub endpoint: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The error, if the call was refused.
    pub refused: Option<Refused>,
    /// What is compared of the response. Ids, tokens and codes are numbered in the order in which
    /// they were seen.
    pub seen: BTreeMap<String, Value>,
    /// What changed on the Member since the experiment saw it last: the values before and after.
    pub changed: BTreeMap<String, (Value, Value)>,
}

impl Step {
    /// Returns whether the call was accepted: whether the status is 2xx.
    #[must_use]
    pub fn accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// An error response.
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

/// Facts that later experiments rely on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Known {
    /// The hash algorithm of the codes.
    pub algorithm: Algorithm,
    /// How many time steps before and after the current one are accepted.
    pub window: u8,
    /// Whether passwords Migrate alone creates an active Member.
    pub migrate_creates: bool,
    /// Whether passwords Migrate refuses `sha_512`, and accepts `sha_1`.
    pub sha_1: bool,
    /// The number of consecutive failures that locks a Member; `None` if it is not known.
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

//! What a recorded experiment and a played one have in common.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use totps_emulator::ErrorCase;

use super::errors::ErrorBook;
use crate::trace::{LOOK, Record, Refused, Step};

/// Something that was seen and that the emulator does not do, or the other way round.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The step, or `note`.
    pub step: String,
    /// What differs.
    pub what: String,
    /// What was seen.
    pub seen: Value,
    /// What the emulator does.
    pub emulated: Value,
}

/// A refusal that was seen where the emulator refuses by a case.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) case: ErrorCase,
    pub(super) step: String,
    pub(super) seen: Refused,
}

/// What a played experiment says about a recorded one.
#[derive(Clone, Debug, Default)]
pub(super) struct Comparison {
    pub(super) differences: Vec<Difference>,
    pub(super) refusals: Vec<Refusal>,
    /// What was not even compared, because only one of both has it.
    missing: usize,
}

impl Comparison {
    pub(super) fn of(recorded: &Record, played: &Record) -> Self {
        let mut comparison = Self::default();
        let by_label = |record: &Record| -> BTreeMap<String, Step> {
            let steps = record.steps.iter();
            steps.map(|it| (it.label.clone(), it.clone())).collect()
        };
        let (recorded_steps, played_steps) = (by_label(recorded), by_label(played));
        for step in &recorded.steps {
            match played_steps.get(&step.label) {
                Some(other) => comparison.step(step, other),
                None => {
                    comparison.missing += step.seen.len();
                    comparison.differs(&step.label, "it is there", true, false);
                }
            }
        }
        let mut played_notes = compared(played);
        if recorded.ended.is_some() {
            // What would have come is not known.
            played_notes.retain(|name, _| recorded.notes.contains_key(name));
        } else {
            let more = played.steps.iter();
            for step in more.filter(|step| !recorded_steps.contains_key(&step.label)) {
                comparison.differs(&step.label, "it is there", false, true);
            }
        }
        comparison.fields("note", &compared(recorded), &played_notes);
        comparison
    }

    /// How much is not explained: differences, and refusals that contradict other ones. A success
    /// that is refused differs in all that it has, or else strange successes would be explained by
    /// settings that refuse them. Of two
    /// explanations of the same cost, the one is better whose cases have the types that were seen.
    pub(super) fn cost(&self, errors: &ErrorBook) -> (usize, usize) {
        let other_type =
            |refusal: &&Refusal| refusal.case.response().error_type != refusal.seen.error_type;
        let differences =
            self.differences.len() + self.missing + errors.contradictions(&self.refusals);
        (differences, self.refusals.iter().filter(other_type).count())
    }

    fn step(&mut self, seen: &Step, played: &Step) {
        match (&seen.refused, &played.refused) {
            (None, None) => {
                if seen.status != played.status {
                    self.differs(&seen.label, "status", seen.status, played.status);
                }
                self.fields(&seen.label, &seen.seen, &played.seen);
            }
            (Some(refused), Some(case)) => {
                if let Some(case) = ErrorCase::named(&case.error_type) {
                    self.refusals.push(Refusal {
                        case,
                        step: seen.label.clone(),
                        seen: with_value(refused, &played.refused),
                    });
                }
                self.fields(&seen.label, &seen.seen, &played.seen);
            }
            (refused, case) => {
                let text = |refused: &Option<Refused>| match refused {
                    None => "accepted".to_owned(),
                    Some(refused) => {
                        format!("refused: {} {}", refused.status, refused.error_type)
                    }
                };
                self.missing += seen.seen.len().max(played.seen.len());
                self.differs(&seen.label, "outcome", text(refused), text(case));
            }
        }
    }

    fn fields(
        &mut self,
        step: &str,
        seen: &BTreeMap<String, Value>,
        played: &BTreeMap<String, Value>,
    ) {
        for (name, value) in seen {
            let other = played.get(name).cloned().unwrap_or_default();
            if *value != other {
                self.differs(step, name, value.clone(), other);
            }
        }
        for (name, other) in played {
            if !seen.contains_key(name) && !other.is_null() {
                self.differs(step, name, Value::Null, other.clone());
            }
        }
    }

    fn differs(
        &mut self,
        step: &str,
        what: &str,
        seen: impl Into<Value>,
        emulated: impl Into<Value>,
    ) {
        self.differences.push(Difference {
            step: step.to_owned(),
            what: what.to_owned(),
            seen: seen.into(),
            emulated: emulated.into(),
        });
    }
}

/// The notes that a setting can change. Others begin with [`LOOK`].
fn compared(record: &Record) -> BTreeMap<String, Value> {
    let notes = record.notes.clone().into_iter();
    notes.filter(|(name, _)| !name.starts_with(LOOK)).collect()
}

/// The refusal with `{value}` where the emulator would quote a value.
fn with_value(refused: &Refused, played: &Option<Refused>) -> Refused {
    let mut refused = refused.clone();
    let quoted = played.as_ref().map_or("", |it| it.error_message.as_str());
    if quoted.chars().count() > 2 {
        refused.error_message = refused
            .error_message
            .replace(quoted, super::simulate::VALUE);
    }
    refused
}

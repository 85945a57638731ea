//! Compares a recorded experiment with a simulated one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use totps_emulator::ErrorCase;

use super::errors::ErrorBook;
use crate::trace::{LOOK, Record, Refused, Step};

/// A difference between what was observed and what the emulator does.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The label of the step, or `note`.
    pub step: String,
    /// What differs.
    pub what: String,
    /// The observed value.
    pub seen: Value,
    /// The value of the emulator.
    pub emulated: Value,
}

/// An observed refusal, with the error case of the emulator at this step.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) case: ErrorCase,
    pub(super) step: String,
    pub(super) seen: Refused,
}

/// The result of comparing a simulated experiment with a recorded one.
#[derive(Clone, Debug, Default)]
pub(super) struct Comparison {
    pub(super) differences: Vec<Difference>,
    pub(super) refusals: Vec<Refusal>,
    /// The number of fields that were not compared, because only one of both has them.
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
                    comparison.differs(&step.label, "reached", true, false);
                }
            }
        }
        let mut played_notes = compared(played);
        if recorded.ended.is_some() {
            // It is not known what the rest would have noted.
            played_notes.retain(|name, _| recorded.notes.contains_key(name));
        } else {
            let more = played.steps.iter();
            for step in more.filter(|step| !recorded_steps.contains_key(&step.label)) {
                comparison.differs(&step.label, "reached", false, true);
            }
        }
        comparison.fields("note", &compared(recorded), &played_notes);
        comparison
    }

    /// Returns how much is not explained: first the number of differences and of refusals that
    /// contradict others, then the number of refusals with another error type than by default. The
    /// second number decides between explanations with the same first number.
    ///
    /// If only one of both is refused, each field of the success counts as a difference. Otherwise
    /// settings that refuse a call would explain a success with unknown fields.
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

/// Returns the notes that a setting can change. Other notes begin with [`LOOK`].
fn compared(record: &Record) -> BTreeMap<String, Value> {
    let notes = record.notes.clone().into_iter();
    notes.filter(|(name, _)| !name.starts_with(LOOK)).collect()
}

/// Returns the refusal with `{value}` in place of the value that the emulator quotes.
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

//! The counts of a run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Outcome;
use crate::journal::{CodesAre, State};
use crate::row::{Kind, Problem};

/// How many rows have each outcome.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) states: BTreeMap<&'static str, u64>,
    /// Migrated rows that an earlier run did.
    pub(crate) before: u64,
    /// Migrated rows whose response was lost.
    pub(crate) found: u64,
    /// Migrated rows whose new codes are not stored.
    pub(crate) unread_codes: u64,
    pub(crate) skipped: u64,
    /// Rows that are left to a later run.
    pub(crate) left: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        if outcome.state == State::Planned {
            return;
        }
        *self.states.entry(outcome.state.name()).or_default() += 1;
        if let State::Migrated {
            found,
            recovery_codes,
            ..
        } = &outcome.state
        {
            self.before += u64::from(outcome.before);
            self.found += u64::from(*found);
            self.unread_codes += u64::from(*recovery_codes == CodesAre::Unread);
        }
    }

    pub(crate) fn add_problem(&mut self, problem: &Problem) {
        if problem.kind() == Kind::Skipped {
            self.skipped += 1;
        } else {
            *self.states.entry("rejected").or_default() += 1;
        }
    }

    /// Counts those of `rows` rows that have no outcome as left to a later run.
    pub(crate) fn count_left(&mut self, rows: u64) {
        let counted: u64 = self.states.values().sum();
        self.left = rows.saturating_sub(counted + self.skipped);
    }

    pub(crate) fn count(&self, state: &str) -> u64 {
        self.states.get(state).copied().unwrap_or(0)
    }

    /// Returns how many rows have an outcome that is unknown or in conflict.
    pub(crate) fn open(&self) -> u64 {
        self.count("unknown") + self.count("sent") + self.count("conflict")
    }

    /// Returns how many rows were certainly not migrated.
    pub(crate) fn not_migrated(&self) -> u64 {
        self.count("refused") + self.count("rejected") + self.count("present")
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "event": "report",
            "migrated": self.count("migrated"),
            "migrated_before": self.before,
            "found": self.found,
            "present": self.count("present"),
            "refused": self.count("refused"),
            "rejected": self.count("rejected"),
            "conflict": self.count("conflict"),
            "unknown": self.count("unknown") + self.count("sent"),
            "skipped": self.skipped,
            "left": self.left,
            "unread_recovery_codes": self.unread_codes,
        })
    }

    /// Returns the lines of the report.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("migrated  {}", self.count("migrated"))];
        if self.before > 0 {
            lines.push(format!("          {} of them by earlier runs", self.before));
        }
        if self.found > 0 {
            lines.push(format!(
                "          {} of them found after a lost response",
                self.found
            ));
        }
        for (name, count) in [
            ("present", self.count("present")),
            ("refused", self.count("refused")),
            ("rejected", self.count("rejected")),
            ("conflict", self.count("conflict")),
            ("unknown", self.count("unknown") + self.count("sent")),
            ("skipped", self.skipped),
            ("left", self.left),
        ] {
            if count > 0 {
                lines.push(format!("{name:<9} {count}"));
            }
        }
        if self.unread_codes > 0 {
            lines.push(format!(
                "{} Members have new recovery codes that were not stored. They can be read later: \
                 run again with --codes-out, or call Get Recovery Codes.",
                self.unread_codes
            ));
        }
        lines
    }
}

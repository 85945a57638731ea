//! The types of a rule: its name, severity, sentence and case.

use std::fmt;

use crate::probe::Probe;
use crate::target::Setting;

/// A rule that a transport must keep.
#[derive(Clone, Copy)]
pub struct Rule {
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    pub(crate) sentence: &'static str,
    pub(crate) fix: &'static str,
    pub(crate) needs: Needs,
    pub(crate) case: fn(&Probe),
}

/// The effect of a transport that breaks the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Nothing is lost, but an error is less precise than it could be, or a call is slower than
    /// necessary.
    Minor,
    /// A call does not end, fails unnecessarily, or loses its response.
    Major,
    /// Credentials or codes are exposed to others, a request is sent twice, a call gets the
    /// response to another call, memory use has no bound, or an error tells the caller to retry a
    /// request that may have arrived.
    Critical,
}

/// The conditions under which a rule can run.
#[derive(Clone, Copy)]
pub(crate) enum Needs {
    /// Runs at the same time as other rules.
    Nothing,
    /// Runs alone, because it needs most of the processor.
    Quiet,
    /// Needs an async transport, and runs alone.
    Async,
    /// Needs a transport with these settings.
    Settings(&'static [Setting]),
    /// Needs a child process.
    Child(ChildOf),
}

/// The function that the child process runs.
#[derive(Clone, Copy)]
pub(crate) struct ChildOf(pub(crate) fn(&Probe));

impl Rule {
    /// Returns the name of the rule, such as `redirect-307-not-followed`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the severity of breaking the rule.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the requirement in one sentence.
    pub fn sentence(&self) -> &'static str {
        self.sentence
    }

    /// Returns what to change in a transport that breaks the rule.
    pub fn fix(&self) -> &'static str {
        self.fix
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .field("severity", &self.severity)
            .finish_non_exhaustive()
    }
}

impl Severity {
    /// Returns `minor`, `major` or `critical`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Returns all rules, in the order of the report.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    crate::rules::GROUPS.iter().copied().flatten()
}

pub(crate) fn find(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == id)
}

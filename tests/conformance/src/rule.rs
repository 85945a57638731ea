//! Rules: what they are called, what they say, and how they are tried.

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

/// What happens to those who use a transport that breaks the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Something is missing or slow, but nothing is lost: a failure is reported as less certain than it
    /// is, or a connection is not reused.
    Minor,
    /// A call does not end, fails without need, or loses its response.
    Major,
    /// Credentials or codes get to somebody else, a request is sent twice, a response gets to another
    /// call, memory is filled without bound, or a caller is told to send again what may have arrived.
    Critical,
}

/// What a rule can run with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// It runs beside other rules.
    Nothing,
    /// It takes so much of the processor that no other rule runs beside it.
    Quiet,
    /// An async transport, and no other rule beside it.
    Async,
    /// A transport with this setting.
    Setting(Setting),
    /// A process of its own.
    Child(ChildOf),
}

/// What the process of its own is given.
#[derive(Clone, Copy)]
pub(crate) struct ChildOf(pub(crate) fn(&Probe));

impl PartialEq for ChildOf {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ChildOf {}

impl Rule {
    /// Returns the name of the rule, such as `redirect-307-not-followed`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Returns how bad it is to break the rule.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the rule in a sentence.
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

//! The result of a check.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::kit::Exception;
use crate::rule::Rule;

/// The result of a check, rule by rule.
///
/// [`Kit::check`](crate::Kit::check) returns one. `Display` prints a table of all rules, followed
/// by the failures. [`to_json`](Self::to_json) returns the report for programs.
#[derive(Debug, Clone)]
#[must_use]
pub struct Report {
    name: String,
    outcomes: Vec<Outcome>,
    elapsed: Duration,
}

/// The result of one rule.
#[derive(Debug, Clone)]
pub struct Outcome {
    rule: &'static Rule,
    not_run: Option<String>,
    seen: Vec<String>,
    excepted: Vec<(String, Vec<String>)>,
    unused: Vec<String>,
    notes: Vec<String>,
    elapsed: Duration,
}

/// How a rule ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The transport keeps the rule.
    Passed,
    /// The transport breaks the rule.
    Failed,
    /// The transport breaks the rule, and an exception allows it.
    Excepted,
    /// An exception allowed nothing, because the transport does not break the rule in that way.
    /// Remove the exception.
    ExceptionUnused,
    /// The rule was not selected, or could not run, and no other rule saw that the transport breaks
    /// it.
    NotRun,
}

impl Status {
    /// Returns `passed`, `failed`, `excepted`, `exception unused` or `not run`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Excepted => "excepted",
            Self::ExceptionUnused => "exception unused",
            Self::NotRun => "not run",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Outcome {
    pub(crate) fn new(rule: &'static Rule, not_run: Option<String>) -> Self {
        Self {
            rule,
            not_run,
            seen: Vec::new(),
            excepted: Vec::new(),
            unused: Vec::new(),
            notes: Vec::new(),
            elapsed: Duration::ZERO,
        }
    }

    pub(crate) fn take(&mut self, notes: Vec<String>, not_run: Option<String>, elapsed: Duration) {
        self.notes.extend(notes);
        self.elapsed = elapsed;
        self.not_run = self.not_run.take().or(not_run);
    }

    pub(crate) fn saw(&mut self, seen: String) {
        if !self.seen.contains(&seen) {
            self.seen.push(seen);
        }
    }

    /// Separates the findings that exceptions allow from the others.
    fn except(&mut self, exceptions: &[Exception]) {
        for exception in exceptions.iter().filter(|it| it.rule == self.rule.id) {
            let allows = |seen: &String| {
                let part = exception.seen.as_deref();
                part.is_none_or(|part| seen.contains(part))
            };
            let (allowed, rest): (Vec<_>, Vec<_>) = self.seen.drain(..).partition(allows);
            self.seen = rest;
            if !allowed.is_empty() {
                self.excepted.push((exception.reason.clone(), allowed));
            } else if self.not_run.is_none() {
                self.unused.push(exception.reason.clone());
            }
        }
    }

    /// Returns the rule.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Returns how the rule ended.
    pub fn status(&self) -> Status {
        if !self.seen.is_empty() {
            Status::Failed
        } else if !self.unused.is_empty() {
            Status::ExceptionUnused
        } else if !self.excepted.is_empty() {
            Status::Excepted
        } else if self.not_run.is_some() {
            Status::NotRun
        } else {
            Status::Passed
        }
    }

    /// Returns the reason if the rule did not run.
    ///
    /// Its status is still [`Status::Failed`] if another rule saw that the transport breaks it.
    pub fn not_run(&self) -> Option<&str> {
        self.not_run.as_deref()
    }

    /// Returns the findings that break the rule and that no exception allows.
    pub fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Returns the reasons of the exceptions that were used, each with the findings that it
    /// allowed.
    pub fn excepted(&self) -> impl Iterator<Item = (&str, &[String])> {
        let excepted = self.excepted.iter();
        excepted.map(|(reason, seen)| (reason.as_str(), seen.as_slice()))
    }

    /// Returns the counts and measurements of the rule.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns how long the rule took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns why this outcome fails the report and what to change, or an empty text if it does
    /// not.
    pub fn failure(&self) -> String {
        let Rule {
            id,
            severity,
            sentence,
            fix,
            ..
        } = self.rule;
        match self.status() {
            Status::Failed => {
                const MOST: usize = 6;
                let mut text = format!("{id} ({severity}): {sentence}\n");
                for seen in self.seen.iter().take(MOST) {
                    text += &format!("  seen: {seen}\n");
                }
                if self.seen.len() > MOST {
                    text += &format!("  seen: and {} more like these\n", self.seen.len() - MOST);
                }
                text + &format!("  change: {fix}\n")
            }
            Status::ExceptionUnused => {
                let mut text = format!("{id}: an exception is unused\n");
                for reason in &self.unused {
                    text += &format!("  its reason: {reason}\n");
                }
                text + "  change: remove the exception\n"
            }
            _ => String::new(),
        }
    }
}

impl Report {
    pub(crate) fn new(
        name: String,
        mut outcomes: Vec<Outcome>,
        exceptions: &[Exception],
        elapsed: Duration,
    ) -> Self {
        for outcome in &mut outcomes {
            outcome.except(exceptions);
        }
        Self {
            name,
            outcomes,
            elapsed,
        }
    }

    /// Returns the outcomes, in the order of [`rules`](crate::rules).
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// Returns the outcome of one rule.
    pub fn outcome(&self, rule: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.rule.id == rule)
    }

    /// Returns the outcomes that fail the report: broken rules and unused exceptions.
    pub fn failures(&self) -> impl Iterator<Item = &Outcome> {
        let is_failure = |status| matches!(status, Status::Failed | Status::ExceptionUnused);
        let outcomes = self.outcomes.iter();
        outcomes.filter(move |outcome| is_failure(outcome.status()))
    }

    /// Returns how long the check took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Fails the test if a rule is broken or an exception is unused.
    ///
    /// # Panics
    ///
    /// Panics in these cases. The message says what was seen and what to change.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn assert(&self) {
        let failures: Vec<_> = self.failures().map(Outcome::failure).collect();
        if !failures.is_empty() {
            let name = match &*self.name {
                "" => "the transport".to_owned(),
                name => format!("`{name}`"),
            };
            let counts = self.counts();
            let count = |status: Status| counts.get(status.as_str()).copied().unwrap_or(0);
            let run = self.outcomes.len() - count(Status::NotRun);
            let mut text = format!("{name} breaks {} of {run} rules", count(Status::Failed));
            match count(Status::ExceptionUnused) {
                0 => {}
                1 => text += ", and 1 rule has an unused exception",
                unused => text += &format!(", and {unused} rules have an unused exception"),
            }
            panic!("{text}:\n\n{}", failures.join("\n"));
        }
    }

    /// Returns the report as a JSON object with `name`, `seconds`, `counts` by status, and `rules`.
    ///
    /// Each rule has `id`, `severity`, `sentence`, `status` and `seconds`. If they apply, it also
    /// has `not_run`, `seen`, `change`, `exceptions`, `unused_exceptions` and `notes`.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Json<'a> {
            name: &'a str,
            seconds: f64,
            counts: BTreeMap<&'static str, usize>,
            rules: Vec<JsonRule<'a>>,
        }

        #[derive(Serialize)]
        struct JsonRule<'a> {
            id: &'static str,
            severity: &'static str,
            sentence: &'static str,
            status: &'static str,
            seconds: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            not_run: Option<&'a str>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            seen: &'a [String],
            #[serde(skip_serializing_if = "Option::is_none")]
            change: Option<&'static str>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            exceptions: Vec<JsonException<'a>>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            unused_exceptions: &'a [String],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            notes: &'a [String],
        }

        #[derive(Serialize)]
        struct JsonException<'a> {
            reason: &'a str,
            seen: &'a [String],
        }

        let rules = self.outcomes.iter().map(|outcome| JsonRule {
            id: outcome.rule.id,
            severity: outcome.rule.severity.as_str(),
            sentence: outcome.rule.sentence,
            status: outcome.status().as_str(),
            seconds: outcome.elapsed.as_secs_f64(),
            not_run: outcome.not_run(),
            seen: &outcome.seen,
            change: (outcome.status() == Status::Failed).then_some(outcome.rule.fix),
            exceptions: outcome
                .excepted()
                .map(|(reason, seen)| JsonException { reason, seen })
                .collect(),
            unused_exceptions: &outcome.unused,
            notes: &outcome.notes,
        });
        let json = Json {
            name: &self.name,
            seconds: self.elapsed.as_secs_f64(),
            counts: self.counts(),
            rules: rules.collect(),
        };
        serde_json::to_string_pretty(&json).unwrap_or_default()
    }

    fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for outcome in &self.outcomes {
            *counts.entry(outcome.status().as_str()).or_default() += 1;
        }
        counts
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<_> = self
            .counts()
            .into_iter()
            .map(|(status, count)| format!("{count} {status}"))
            .collect();
        let name = match &*self.name {
            "" => String::new(),
            name => format!("{name}: "),
        };
        let seconds = self.elapsed.as_secs_f64();
        writeln!(f, "{name}{} ({seconds:.1} s)\n", counts.join(", "))?;
        for outcome in &self.outcomes {
            let Rule {
                id,
                severity,
                sentence,
                ..
            } = outcome.rule;
            let status = outcome.status();
            let seconds = outcome.elapsed.as_secs_f64();
            writeln!(
                f,
                "{status:<16} {severity:<8} {seconds:>5.1} s  {id:<38} {sentence}"
            )?;
            if let Some(reason) = &outcome.not_run {
                writeln!(f, "{:35}{reason}", "")?;
            }
            for (reason, seen) in &outcome.excepted {
                writeln!(f, "{:35}because: {reason} ({} times)", "", seen.len())?;
            }
            for note in &outcome.notes {
                writeln!(f, "{:35}{note}", "")?;
            }
        }
        for outcome in self.failures() {
            write!(f, "\n{}", outcome.failure())?;
        }
        Ok(())
    }
}

//! The settings of a check, and the loop that runs the rules.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use log::LevelFilter;
use totps_core::{AsyncTransport, Transport};

use crate::child;
use crate::hostile::Authority;
use crate::probe::{Found, Probe, Run};
use crate::report::{Outcome, Report};
use crate::rule::{Needs, Rule, Severity, find, rules};
use crate::subject::{Async, Blocking, BoxFuture, Subject, panic_text};
use crate::target::{Setting, Target};

/// The number of rules that run at once. Most of them wait for a deadline.
const BESIDE: usize = 12;

/// A check with settings: the rules to run, the exceptions, and the settings that the transport
/// has.
///
/// ```
/// use totps_conformance::{Kit, Target};
/// # use totps_ureq::UreqTransport;
/// # fn my_transport(target: Target) -> UreqTransport {
/// #     let builder = UreqTransport::builder().timeout(target.timeout());
/// #     let builder = builder.response_limit(target.response_limit());
/// #     let builder = builder.root_certificates_pem(target.root_certificate_pem());
/// #     builder.build().expect("the settings are valid")
/// # }
///
/// let report = Kit::new()
///     .only(["redirect-*", "last-chunk-line-required"])
///     .except("last-chunk-line-required", "ureq accepts it; no byte of the body is missing")
///     .check(my_transport);
/// report.assert();
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Kit {
    options: Options,
}

#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) name: String,
    only: Option<Vec<String>>,
    skip: Vec<String>,
    least: Option<Severity>,
    settings: Vec<Setting>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) child: Option<Vec<String>>,
    pub(crate) every_byte: bool,
    pub(crate) sweep_bodies: Vec<String>,
    pub(crate) log_limits: Vec<(String, LevelFilter)>,
    pub(crate) logs_to: Vec<String>,
}

/// A rule that the transport may break.
#[derive(Clone)]
pub(crate) struct Exception {
    pub(crate) rule: &'static str,
    /// Limits the exception to failures whose text contains this.
    pub(crate) seen: Option<String>,
    pub(crate) reason: String,
}

impl Kit {
    /// Creates a check of all rules without exceptions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the report.
    ///
    /// A child process runs only the check with its name. So checks with
    /// [`child_test`](Self::child_test) need different names if one test makes several. One check in
    /// each test is faster: the child of a later check first runs the earlier ones again.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = name.into();
        self
    }

    /// Checks these rules only. `redirect-*` selects all rules whose names start with `redirect-`.
    ///
    /// If their calls show that the transport breaks another rule, such as a secret in an error,
    /// that rule fails too.
    ///
    /// # Panics
    ///
    /// Panics if no rule matches.
    #[track_caller]
    pub fn only<S: Into<String>>(mut self, rules: impl IntoIterator<Item = S>) -> Self {
        let patterns = patterns(rules);
        self.options.only.get_or_insert_default().extend(patterns);
        self
    }

    /// Skips these rules, written as for [`only`](Self::only). The report lists them as not run,
    /// even if other rules see that the transport breaks them.
    ///
    /// # Panics
    ///
    /// Panics if no rule matches.
    #[track_caller]
    pub fn skip<S: Into<String>>(mut self, rules: impl IntoIterator<Item = S>) -> Self {
        self.options.skip.extend(patterns(rules));
        self
    }

    /// Checks only the rules that are at least this severe. The report lists the others as for
    /// [`skip`](Self::skip).
    pub fn at_least(mut self, severity: Severity) -> Self {
        self.options.least = Some(severity);
        self
    }

    /// Declares that the transport has a setting, so that the rules about it run.
    pub fn setting(mut self, setting: Setting) -> Self {
        self.options.settings.push(setting);
        self
    }

    /// Allows the transport to break a rule for a reason, which the report shows.
    ///
    /// If the transport keeps the rule, the report fails, so that unused exceptions are noticed.
    ///
    /// # Panics
    ///
    /// Panics if there is no such rule, or if the reason is empty.
    #[track_caller]
    pub fn except(self, rule: &str, reason: impl Into<String>) -> Self {
        self.exception(rule, None, reason.into())
    }

    /// Like [`except`](Self::except), but allows only failures whose text contains `seen`. All
    /// other failures of the rule still fail the report.
    ///
    /// # Panics
    ///
    /// Panics if there is no such rule, or if the reason is empty.
    #[track_caller]
    pub fn except_if(self, rule: &str, seen: impl Into<String>, reason: impl Into<String>) -> Self {
        self.exception(rule, Some(seen.into()), reason.into())
    }

    #[track_caller]
    fn exception(mut self, rule: &str, seen: Option<String>, reason: String) -> Self {
        let found = find(rule);
        assert!(found.is_some(), "there is no rule `{rule}`");
        assert!(
            !reason.trim().is_empty(),
            "the exception from `{rule}` needs a reason"
        );
        self.options.exceptions.extend(found.map(|rule| Exception {
            rule: rule.id(),
            seen,
            reason,
        }));
        self
    }

    /// Runs the rules that need a child process, by starting this test again with other environment
    /// variables.
    ///
    /// `test` is the full name of the test that makes this check, as `cargo test` prints it. The
    /// child process exits inside [`check`](Self::check) or [`check_async`](Self::check_async).
    ///
    /// Without it, the rules about proxies in the environment, about logs and about slow lookups do
    /// not run.
    pub fn child_test(self, test: impl Into<String>) -> Self {
        let test = test.into();
        let arguments = ["--exact", "--nocapture", "--test-threads=1"].map(str::to_owned);
        self.child_args([test].into_iter().chain(arguments))
    }

    /// Like [`child_test`](Self::child_test), for a program without the test harness. The kit
    /// starts the program again with these arguments, with which it must make this check.
    pub fn child_args<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.options.child = Some(arguments.into_iter().map(Into::into).collect());
        self
    }

    /// Truncates requests and responses after every byte instead of at about 16 places. With large
    /// bodies this takes minutes.
    pub fn every_byte(mut self) -> Self {
        self.options.every_byte = true;
        self
    }

    /// Adds a body to the responses that are truncated.
    pub fn sweep_body(mut self, body: impl Into<String>) -> Self {
        self.options.sweep_bodies.push(body.into());
        self
    }

    /// Ignores log records that are more verbose than `level`, for targets that start with
    /// `target`.
    ///
    /// By default, the child process searches the records of all levels for secrets. Set a limit
    /// for a stack that logs secrets at a level that you tell your users not to turn on.
    pub fn log_limit(mut self, target: impl Into<String>, level: LevelFilter) -> Self {
        self.options.log_limits.push((target.into(), level));
        self
    }

    /// Fails `no-secret-logged` unless there are log records of a target that starts with `target`.
    ///
    /// This proves that the child process sees the records of the stack.
    pub fn logs_to(mut self, target: impl Into<String>) -> Self {
        self.options.logs_to.push(target.into());
        self
    }

    /// Checks a blocking transport.
    ///
    /// `make` is called for each server, and must build the transport with the settings of the
    /// [`Target`]. A panic in `make` is a failure.
    pub fn check<F, T>(&self, make: F) -> Report
    where
        F: Fn(Target) -> T + Send + Sync + 'static,
        T: Transport + Send + Sync + 'static,
    {
        self.run(Arc::new(Blocking(make)))
    }

    /// Checks an async transport.
    ///
    /// `make` is as for [`check`](Self::check), and is called inside the runtime. `block_on` runs a
    /// future to completion, and is called from many threads at once.
    pub fn check_async<F, T, B>(&self, make: F, block_on: B) -> Report
    where
        F: Fn(Target) -> T + Send + Sync + 'static,
        T: AsyncTransport + 'static,
        B: Fn(BoxFuture<'_>) + Send + Sync + 'static,
    {
        let block_on = Arc::new(block_on);
        self.run(Arc::new(Async { make, block_on }))
    }

    fn run(&self, subject: Arc<dyn Subject>) -> Report {
        let start = Instant::now();
        // Because of the kit's own ring, rustls may see two providers. It then panics in a stack
        // that selects none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = self.options.clone();
        let run = Arc::new(Run {
            subject,
            options,
            authority: Authority::new(),
        });
        if let Some(job) = child::job() {
            child::run(&run, &job);
        }
        let mut outcomes: Vec<_> = rules()
            .map(|rule| Outcome::new(rule, self.why_not(rule, &*run.subject)))
            .collect();
        let is_quiet = |rule: &Rule| matches!(rule.needs, Needs::Quiet | Needs::Async);
        let chosen = |quiet| {
            let chosen = rules()
                .enumerate()
                .filter(move |(_, rule)| is_quiet(rule) == quiet);
            chosen.filter(|&(index, _)| outcomes[index].not_run().is_none())
        };
        let beside: Vec<_> = chosen(false).collect();
        let quiet: Vec<_> = chosen(true).collect();
        let mut found = try_all(&run, &beside, BESIDE);
        found.extend(try_all(&run, &quiet, 1));
        for (index, found) in found {
            outcomes[index].take(found.notes, found.not_run, found.elapsed);
            for finding in found.findings {
                let mut of = outcomes.iter_mut();
                let of = of.find(|outcome| outcome.rule().id() == finding.rule);
                if let Some(outcome) = of.filter(|outcome| !self.leaves_out(outcome.rule())) {
                    outcome.saw(finding.seen);
                }
            }
        }
        Report::new(
            self.options.name.clone(),
            outcomes,
            &self.options.exceptions,
            start.elapsed(),
        )
    }

    /// Returns whether the user does not want to know that a rule is broken.
    fn leaves_out(&self, rule: &Rule) -> bool {
        let Options { skip, least, .. } = &self.options;
        least.is_some_and(|least| rule.severity < least) || names(skip, rule)
    }

    /// Returns the reason if a rule does not run.
    fn why_not(&self, rule: &Rule, subject: &dyn Subject) -> Option<String> {
        let Options {
            only,
            settings,
            child,
            ..
        } = &self.options;
        if self.leaves_out(rule) || only.as_ref().is_some_and(|only| !names(only, rule)) {
            return Some("not selected".to_owned());
        }
        match rule.needs {
            Needs::Async if !subject.is_async() => {
                Some("the transport is blocking, so no future can be dropped".to_owned())
            }
            Needs::Settings(needed) => {
                let missing = needed.iter().find(|setting| !settings.contains(setting));
                missing.map(|setting| format!("needs `Kit::setting(Setting::{setting:?})`"))
            }
            Needs::Child(_) if child.is_none() => {
                Some("needs a child process: see `Kit::child_test`".to_owned())
            }
            _ => None,
        }
    }
}

#[track_caller]
fn patterns<S: Into<String>>(rules: impl IntoIterator<Item = S>) -> Vec<String> {
    let patterns: Vec<String> = rules.into_iter().map(Into::into).collect();
    for pattern in &patterns {
        let is_one = self::rules().any(|rule| matches(pattern, rule.id));
        assert!(is_one, "no rule matches `{pattern}`");
    }
    patterns
}

fn names(patterns: &[String], rule: &Rule) -> bool {
    patterns.iter().any(|pattern| matches(pattern, rule.id))
}

fn matches(pattern: &str, id: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => id.starts_with(beginning),
        None => pattern == id,
    }
}

type Numbered = (usize, &'static Rule);

/// Runs rules, at most `at_once` at a time.
fn try_all(run: &Arc<Run>, rules: &[Numbered], at_once: usize) -> Vec<(usize, Found)> {
    let (next, all) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..at_once.min(rules.len()) {
            scope.spawn(|| {
                while let Some(&(index, rule)) = rules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = try_one(run, rule);
                    all.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, found));
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|(index, _)| *index);
    all
}

fn try_one(run: &Arc<Run>, rule: &'static Rule) -> Found {
    let start = Instant::now();
    let probe = Probe::new(Arc::clone(run), rule.id);
    let case = std::panic::AssertUnwindSafe(|| (rule.case)(&probe));
    if let Err(panic) = std::panic::catch_unwind(case) {
        let text = panic_text(&*panic);
        probe.fail(format!("the check of the rule panicked: {text}"));
    }
    Found {
        elapsed: start.elapsed(),
        ..probe.into_found()
    }
}

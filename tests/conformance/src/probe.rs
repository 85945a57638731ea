//! The tools of a rule: transports, calls, and a record of its findings.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use totps_core::transport::Limits;
use totps_core::{
    AuthenticateParams, Delivery, Project, Request, Response, TransportError, TransportErrorKind,
};

use crate::hostile::{Authority, Leaf, Server, response};
use crate::kit::Options;
use crate::sentinel::leaks;
use crate::subject::{DropAfter, Seen, Subject, Worker};
use crate::target::Target;

/// A timeout that a call must not reach, even on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(15);

/// A timeout that a call must reach. It is long enough to connect first, even on a busy machine.
pub(crate) const SHORT: Duration = Duration::from_secs(1);

pub(crate) const PROJECT_ID: &str = "project-test-11111111-2222-4333-8444-555555555555";
pub(crate) const PROJECT_SECRET: &str = "secret-test-4711-of-the-project=";
pub(crate) const CODE: &str = "sentinel-4711-of-the-code";

/// The state that all rules of a run share.
pub(crate) struct Run {
    pub(crate) subject: Arc<dyn Subject>,
    pub(crate) options: Options,
    pub(crate) authority: Authority,
}

/// Evidence that a rule is broken.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) rule: String,
    pub(crate) seen: String,
}

#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) findings: Vec<Finding>,
    pub(crate) notes: Vec<String>,
    pub(crate) not_run: Option<String>,
    pub(crate) elapsed: Duration,
}

pub(crate) struct Probe {
    pub(crate) run: Arc<Run>,
    rule: &'static str,
    found: Mutex<Found>,
}

impl Probe {
    pub(crate) fn new(run: Arc<Run>, rule: &'static str) -> Self {
        Self {
            run,
            rule,
            found: Mutex::default(),
        }
    }

    pub(crate) fn into_found(self) -> Found {
        self.found
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rule(&self) -> &'static str {
        self.rule
    }

    /// Records that the rule is broken.
    pub(crate) fn fail(&self, seen: impl Into<String>) {
        self.fail_rule(self.rule, seen);
    }

    /// Records that the rule is broken, as its first finding.
    pub(crate) fn fail_first(&self, seen: impl Into<String>) {
        let finding = Finding {
            rule: self.rule.to_owned(),
            seen: seen.into(),
        };
        self.found().findings.insert(0, finding);
    }

    /// Records that the rule with this name is broken.
    pub(crate) fn fail_rule(&self, rule: &str, seen: impl Into<String>) {
        self.found().findings.push(Finding {
            rule: rule.to_owned(),
            seen: seen.into(),
        });
    }

    /// Adds a note to the result.
    pub(crate) fn note(&self, note: impl Into<String>) {
        self.found().notes.push(note.into());
    }

    /// Records that the rule cannot run here.
    pub(crate) fn not_run(&self, reason: impl Into<String>) {
        self.found().not_run = Some(reason.into());
    }

    /// Returns a target with a timeout that a call must not reach.
    pub(crate) fn target(&self, url: &str) -> Target {
        let mut limits = Limits::default();
        limits.timeout = LONG;
        limits.connect_timeout = LONG;
        Target::new(url, self.run.authority.pem(), limits)
    }

    /// Returns a target with a timeout of 1 s.
    pub(crate) fn hurried(&self, url: &str) -> Target {
        self.target(url).with_timeout(SHORT)
    }

    /// Builds a transport. If that fails, the rule fails.
    pub(crate) fn start(&self, target: &Target) -> Option<Calls<'_>> {
        let patience = target.patience();
        match Worker::start(&self.run.subject, target, patience) {
            Ok(worker) => Some(Calls {
                probe: self,
                worker,
                patience,
                url: target.url().to_owned(),
            }),
            Err(text) => {
                self.fail(text);
                None
            }
        }
    }

    /// Returns whether the transport trusts the kit's authority.
    ///
    /// If it does not, only the rule `own-root-trusted` fails, not every rule over TLS.
    pub(crate) fn trusts_the_authority(&self) -> bool {
        let server = Server::start_tls(self.run.authority.server(Leaf::Good), |connection| {
            while connection.read_request().is_some() {
                connection.write(&response(200, "{}"));
            }
        });
        matches!(
            self.call(&self.target(&server.https_url())),
            Seen::Response(_)
        )
    }

    /// Returns whether the transport trusts the kit's authority. If it does not, the rule does not
    /// run.
    pub(crate) fn needs_trust(&self) -> bool {
        let is_trusted = self.trusts_the_authority();
        if !is_trusted {
            self.not_run(
                "the transport does not trust the kit's authority: see `own-root-trusted`",
            );
        }
        is_trusted
    }

    /// Makes one call with a new transport.
    pub(crate) fn call(&self, target: &Target) -> Seen {
        self.send(target, request(target.url()))
    }

    /// Sends one request with a new transport.
    pub(crate) fn send(&self, target: &Target, request: Request) -> Seen {
        match self.start(target) {
            Some(calls) => calls.send(request),
            None => Seen::Panicked("no transport was built".to_owned()),
        }
    }

    /// Expects a response. `what` describes the server or the request.
    pub(crate) fn some_response(&self, what: &str, seen: Seen) -> Option<Response> {
        match seen {
            Seen::Response(response) => Some(response),
            other => {
                let seen = self.describe(&other);
                self.fail(format!("{what}: expected a response, got {seen}"));
                None
            }
        }
    }

    /// Expects a response with this status and body.
    pub(crate) fn response(
        &self,
        what: &str,
        seen: Seen,
        status: u16,
        body: impl AsRef<[u8]>,
    ) -> bool {
        let body = body.as_ref();
        if let Seen::Response(response) = &seen {
            if response.status() == status && response.body().as_bytes() == body {
                return true;
            }
        }
        self.fail(format!(
            "{what}: expected the response {status} with {}, got {}",
            shown(body),
            self.describe(&seen)
        ));
        false
    }

    /// Expects an error of this kind, after the request was sent.
    pub(crate) fn error(
        &self,
        what: &str,
        seen: Seen,
        kind: TransportErrorKind,
    ) -> Option<TransportError> {
        let error = self.some_error(what, seen)?;
        self.kind(what, &error, kind);
        self.was_sent(what, &error);
        Some(error)
    }

    /// Expects an error of any kind.
    pub(crate) fn some_error(&self, what: &str, seen: Seen) -> Option<TransportError> {
        match seen {
            Seen::Error(error) => {
                self.shows_no_secret(what, &error);
                Some(error)
            }
            other => {
                let seen = self.describe(&other);
                self.fail(format!("{what}: expected an error, got {seen}"));
                None
            }
        }
    }

    /// Expects `Delivery::Unknown`, because the request was sent and there is no response.
    pub(crate) fn was_sent(&self, what: &str, error: &TransportError) {
        let claim = match error.delivery() {
            Delivery::Unknown => return,
            Delivery::NotSent => "that nothing was sent (`Delivery::NotSent`)",
            _ => "that a response arrived (`Delivery::Answered`)",
        };
        let error = chain(error);
        self.fail_rule(
            NOT_SENT_ONLY_WITH_PROOF,
            format!("{what}: the error says {claim}: {error}"),
        );
    }

    /// Expects an error of this kind with `Delivery::NotSent`. Another delivery breaks the rule
    /// `proof`.
    pub(crate) fn not_sent(
        &self,
        what: &str,
        seen: Seen,
        kind: TransportErrorKind,
        proof: &str,
    ) -> Option<TransportError> {
        let error = self.some_error(what, seen)?;
        match error.delivery() {
            Delivery::NotSent => self.kind(what, &error, kind),
            delivery => self.fail_rule(
                proof,
                format!(
                    "{what}: expected `Delivery::NotSent`, got {delivery:?}: {}",
                    chain(&error)
                ),
            ),
        }
        Some(error)
    }

    pub(crate) fn kind(&self, what: &str, error: &TransportError, expected: TransportErrorKind) {
        if error.kind() != expected {
            self.fail_rule(
                kind_rule(expected),
                format!(
                    "{what}: expected the kind `{expected:?}`, got `{:?}`: {}",
                    error.kind(),
                    chain(error)
                ),
            );
        }
    }

    fn shows_no_secret(&self, what: &str, error: &TransportError) {
        let text = chain(error);
        for secret in [PROJECT_SECRET, CODE] {
            let forms = leaks(&text, secret);
            if !forms.is_empty() {
                self.fail_rule(
                    ERRORS_SHOW_NO_SECRET,
                    format!("{what}: the error shows a secret ({}): {text}", forms[0]),
                );
            }
        }
    }

    /// Expects at most one request for each call.
    ///
    /// After an earlier call, a stack with a pool may open a connection and not use it. So the
    /// number of connections is checked only if there was one call.
    pub(crate) fn sent_once(&self, what: &str, server: &Server, calls: usize) {
        let (requests, connections) = (server.request_count(), server.connections());
        if requests > calls || calls == 1 && connections > 1 {
            self.fail_rule(
                SENT_ONCE,
                format!(
                    "{what}: {requests} requests arrived on {connections} connections for {calls} {}",
                    if calls == 1 { "call" } else { "calls" }
                ),
            );
        }
    }

    pub(crate) fn describe(&self, seen: &Seen) -> String {
        match seen {
            Seen::Response(response) => format!(
                "the response {} with {}",
                response.status().as_u16(),
                shown(response.body().as_bytes())
            ),
            Seen::Error(error) => {
                self.shows_no_secret("a call", error);
                format!("the error {}", chain(error))
            }
            Seen::Hung(patience) => {
                format!("no end of the call after {} s", patience.as_secs())
            }
            Seen::Panicked(text) => format!("a panic: {text}"),
            Seen::Dropped => "a dropped call".to_owned(),
        }
    }
}

pub(crate) const NOT_SENT_ONLY_WITH_PROOF: &str = "not-sent-only-with-proof";
pub(crate) const ERRORS_SHOW_NO_SECRET: &str = "errors-show-no-secret";
pub(crate) const SENT_ONCE: &str = "sent-once";
pub(crate) const IDLE_CONNECTION_REUSED: &str = "idle-connection-reused";

/// Returns the name of the rule about this kind of error.
pub(crate) fn kind_rule(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Connect => "kind-connect",
        TransportErrorKind::Tls => "kind-tls",
        TransportErrorKind::Timeout => "kind-timeout",
        TransportErrorKind::TooLarge => "kind-too-large",
        TransportErrorKind::Refused => "kind-refused",
        _ => "kind-other",
    }
}

/// Makes calls with one transport.
pub(crate) struct Calls<'a> {
    probe: &'a Probe,
    worker: Worker,
    patience: Duration,
    url: String,
}

impl Calls<'_> {
    pub(crate) fn call(&self) -> Seen {
        self.send(request(&self.url))
    }

    pub(crate) fn send(&self, request: Request) -> Seen {
        self.searched(self.worker.send(request, self.patience))
    }

    pub(crate) fn send_and_drop(&self, request: Request, after: DropAfter) -> Seen {
        let worker = &self.worker;
        self.searched(worker.send_and_drop(request, after, self.patience))
    }

    /// Searches an error for secrets.
    fn searched(&self, seen: Seen) -> Seen {
        if let Seen::Error(error) = &seen {
            self.probe.shows_no_secret("a call", error);
        }
        seen
    }

    /// Returns the same transport on another thread.
    pub(crate) fn beside(&self) -> Self {
        Self {
            probe: self.probe,
            worker: self.worker.beside(),
            patience: self.patience,
            url: self.url.clone(),
        }
    }
}

/// Returns a request of totps-core for the server at this base URL.
#[expect(clippy::expect_used, reason = "these parameters are valid")]
pub(crate) fn request(base_url: &str) -> Request {
    let loopback = "http://127.0.0.1";
    let project = Project::at(loopback, PROJECT_ID, PROJECT_SECRET).expect("the project is valid");
    let params = AuthenticateParams::new("organization-1", "member-1", CODE);
    let mut request = project.request(&params).expect("the parameters are valid");
    // Set the URL directly, because `Project` refuses some of these base URLs.
    let url = format!("{base_url}{}", request.uri().path());
    *request.uri_mut() = url.parse().expect("the base URL is valid");
    request
}

/// Returns a request with this body for the server at this base URL.
pub(crate) fn request_with_body(base_url: &str, body: impl Into<totps_core::Body>) -> Request {
    let mut request = request(base_url);
    *request.body_mut() = body.into();
    request
}

/// Returns the text of a short body, or the length of any other.
fn shown(body: &[u8]) -> String {
    const MOST: usize = 40;
    match std::str::from_utf8(body) {
        Ok(text) if body.len() <= MOST => format!("the body {text:?}"),
        _ => format!("a body of {} bytes", body.len()),
    }
}

/// Returns the `Debug` and `Display` texts of an error and its sources.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error:?} | {error}");
    let mut next = error.source();
    while let Some(error) = next {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {error} | {error:?}");
        next = error.source();
    }
    text
}

//! The script: its steps, the recorded requests, and the transport that plays the steps.

mod failures;
mod successes;

use std::collections::VecDeque;
use std::fmt;
use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::{AsyncClient, Client};
use crate::error::TransportError;
use crate::project::Project;
use crate::test_util::endpoint::Endpoint;
use crate::test_util::sent_request::SentRequest;
use crate::test_util::step::{Expected, Played, Step};
use crate::transport::{AsyncTransport, Request, Response, Transport};

/// A transport that plays responses and failures in order, and records the requests.
///
/// A method for a step appends the step to the script, even while calls are made; only `at` and
/// `at_path` come too late then, if a call has taken the step already. Clones share the
/// steps and the requests: give one to the client, and keep one. The script is `Send` and `Sync`.
/// During concurrent calls, the steps are played in the order in which the requests arrive.
///
/// A step for a success accepts only the call in its name; [`at`](Self::at) restricts any other
/// step in the same way. A call that the script does not expect, or that is made after the last
/// step, fails with [`Refused`](crate::error::TransportErrorKind::Refused). The source of this
/// error is a [`ScriptError`], which names the step and the call.
/// [`assert_finished`](Self::assert_finished) reports it again, in case the code under test hides
/// it. The [module](crate::test_util) has an example, and a table of the steps.
#[derive(Clone, Default)]
pub struct Script {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    in_any_order: bool,
    played: usize,
    requests: Vec<SentRequest>,
    mistakes: Vec<String>,
}

impl Script {
    /// Creates a script without steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// Restricts the last added step to this endpoint: `lost().at(Endpoint::Create)`.
    ///
    /// # Panics
    ///
    /// If the script has no step left to play.
    #[track_caller]
    pub fn at(self, endpoint: Endpoint) -> Self {
        self.expects(Expected::Endpoint(endpoint))
    }

    /// Restricts the last added step to this path, such as `/v1/b2b/passwords/authenticate`.
    ///
    /// # Panics
    ///
    /// If the script has no step left to play.
    #[track_caller]
    pub fn at_path(self, path: impl Into<String>) -> Self {
        self.expects(Expected::Path(path.into()))
    }

    /// Lets each call take the first remaining step that accepts it, instead of the next step. Use
    /// this for code that makes several calls at the same time.
    ///
    /// ```
    /// use totps_core::test_util::{MemberFound, Script};
    /// use totps_core::{GetMemberParams, GetRecoveryCodesParams};
    ///
    /// let script = Script::new()
    ///     .in_any_order()
    ///     .recovery_codes(["ckss-2skx-ebow"])
    ///     .member_found(MemberFound::default());
    /// let client = script.client();
    /// assert!(client.get_member(&GetMemberParams::by_id("acme", "ada")).is_ok());
    /// assert!(client.get_recovery_codes(&GetRecoveryCodesParams::new("acme", "ada")).is_ok());
    /// script.assert_finished();
    /// ```
    pub fn in_any_order(self) -> Self {
        self.state().in_any_order = true;
        self
    }

    #[track_caller]
    fn expects(self, expected: Expected) -> Self {
        let mut state = self.state();
        let last = state.steps.back_mut();
        assert!(
            last.is_some(),
            "expected a step to be played before `at` or `at_path`"
        );
        if let Some(step) = last {
            step.expected = expected;
        }
        drop(state);
        self
    }

    fn step(self, step: Step) -> Self {
        self.state().steps.push_back(step);
        self
    }
}

/// Clients, and the requests that they sent.
impl Script {
    /// Creates a blocking client for a test project, with this script as the transport.
    pub fn client(&self) -> Client<Self> {
        Client::new(project(), self.clone())
    }

    /// Creates an async client for a test project, with this script as the transport.
    pub fn async_client(&self) -> AsyncClient<Self> {
        AsyncClient::new(project(), self.clone())
    }

    /// Returns the requests so far, including those that the script did not expect.
    pub fn requests(&self) -> Vec<SentRequest> {
        self.state().requests.clone()
    }

    /// Checks that all steps were played, and that no other call was made.
    ///
    /// # Errors
    ///
    /// [`ScriptError`], which names the steps that were not played and the calls that were not
    /// expected.
    pub fn finish(&self) -> Result<(), ScriptError> {
        let state = self.state();
        let mut problems = state.mistakes.clone();
        for (index, step) in state.steps.iter().enumerate() {
            let number = state.played + index + 1;
            problems.push(format!("step {number} ({step}) was not played"));
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(ScriptError(problems.join("; ")))
    }

    /// Like [`finish`](Self::finish), for the end of a test.
    ///
    /// # Panics
    ///
    /// With the text of the error.
    #[track_caller]
    #[allow(clippy::panic, reason = "an assertion of a test")]
    pub fn assert_finished(&self) {
        if let Err(error) = self.finish() {
            panic!("{error}");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mistake(&self, text: String) -> Played {
        self.state().mistakes.push(text.clone());
        Played::Ends(Err(TransportError::refused(ScriptError(text))))
    }

    fn play(&self, request: Request) -> Played {
        let request = SentRequest::new(request);
        // The lock must not be held while the test's own code runs.
        let next = self.state().next(&request);
        match next {
            Ok(step) => (step.play)(&request).unwrap_or_else(|text| self.mistake(text)),
            Err(text) => self.mistake(text),
        }
    }
}

impl State {
    /// Takes the step for a request. A step for another call stays in the script.
    fn next(&mut self, request: &SentRequest) -> Result<Step, String> {
        self.requests.push(request.clone());
        let (number, name) = (self.requests.len(), request.name());
        let reach = match self.in_any_order {
            true => self.steps.len(),
            false => 1,
        };
        let mut steps = self.steps.iter().take(reach);
        let index = steps.position(|step| step.expected.allows(request));
        if let Some(step) = index.and_then(|index| self.steps.remove(index)) {
            self.played += 1;
            return Ok(step);
        }
        Err(match self.steps.front() {
            None => format!("request {number} ({name}) came after the last step of the script"),
            Some(_) if self.in_any_order => {
                format!("request {number} ({name}) came, and none of the steps left is for it")
            }
            Some(step) => format!(
                "request {number} ({name}) came instead of step {} ({step})",
                self.played + 1
            ),
        })
    }
}

#[allow(clippy::expect_used, reason = "the constants are valid")]
fn project() -> Project {
    Project::new("project-test-script", "secret-test-script").expect("a valid project")
}

impl Transport for Script {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        match self.play(request) {
            Played::Ends(result) => result,
            Played::Never => Err(TransportError::timed_out("the script never responds")),
        }
    }
}

impl AsyncTransport for Script {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        match self.play(request) {
            Played::Never => future::pending().await,
            Played::Ends(result) => result,
        }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Script")
            .field("requests", &state.requests)
            .field("steps_left", &state.steps.len())
            .finish_non_exhaustive()
    }
}

/// The differences between a [`Script`] and the calls that were made.
///
/// The message names steps, endpoints and fields. For an endpoint that this crate has no types for,
/// it shows the path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScriptError(String);

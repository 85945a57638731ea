//! The script: steps, the requests that came, and the transport that plays them.

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
/// The methods that end in a step add it at the end, also while calls are made. Clones share the steps and the
/// requests: give one to the client, and keep one. It is `Send` and `Sync`; under concurrent calls, the
/// steps are played in the order in which the requests come.
///
/// A success is for the call that its name says; [`at`](Self::at) makes any other step that strict. A call that
/// the script does not expect, or that comes after the last step, fails with a
/// [`Refused`](crate::error::TransportErrorKind::Refused) whose source is a [`ScriptError`]: it names the step
/// and the call, and [`assert_finished`](Self::assert_finished) repeats it, should the code under test have
/// hidden it. The [module](crate::test_util) has an example, and a table of the steps.
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

    /// Makes the last step that was added one for this endpoint only: `lost().at(Endpoint::Create)`.
    ///
    /// # Panics
    ///
    /// If there is no step to be played.
    #[track_caller]
    pub fn at(self, endpoint: Endpoint) -> Self {
        self.expects(Expected::Endpoint(endpoint))
    }

    /// Makes the last step that was added one for this path only, such as `/v1/b2b/passwords/authenticate`.
    ///
    /// # Panics
    ///
    /// If there is no step to be played.
    #[track_caller]
    pub fn at_path(self, path: impl Into<String>) -> Self {
        self.expects(Expected::Path(path.into()))
    }

    /// Lets a call take the first step left that is for it, instead of the very first: for code that makes
    /// several calls at the same time.
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
            "expected a step to be played, which this is about"
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

/// The client, and what it did.
impl Script {
    /// Creates a blocking client of a test project, which the script plays to.
    pub fn client(&self) -> Client<Self> {
        Client::new(project(), self.clone())
    }

    /// Creates an async client of a test project, which the script plays to.
    pub fn async_client(&self) -> AsyncClient<Self> {
        AsyncClient::new(project(), self.clone())
    }

    /// Returns the requests so far, also those that the script did not expect.
    pub fn requests(&self) -> Vec<SentRequest> {
        self.state().requests.clone()
    }

    /// Checks that all steps were played, and that no other call came.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] names what is missing and what was not expected.
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
    /// Takes the step for a request; one that is for another call stays.
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

/// What did not go as the [`Script`] says.
///
/// The message names steps, endpoints and fields. For an endpoint that this crate does not type, it has the
/// path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScriptError(String);

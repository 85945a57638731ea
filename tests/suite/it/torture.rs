//! A server that goes away after every byte of the request and of its answer, for every adapter.
//!
//! `cargo test` takes small answers and every few bytes of them. The full sweep takes every byte,
//! also of the answers under `tests/fixtures`, and prints what it did:
//!
//! ```sh
//! TOTPS_TORTURE=full cargo test -p totps-tests --test it torture -- --nocapture
//! ```

use std::collections::BTreeMap;
use std::env;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use totps_conformance::hostile::{
    Connection, Server, chunked_response as chunked_answer, response as answer,
};
use totps_core::{
    AuthenticateParams, Client, CreateParams, Delivery, Error, MigrateParams, Project,
    TransportErrorKind,
};
use totps_tests::fixtures::{AUTHENTICATE, CREATE, Fixture, MIGRATE};

use crate::adapters::{Difference, Settings, SharedTransport, Subject};

/// Two tests for each adapter.
macro_rules! torture {
    ($($module:ident: $subject:ty),+ $(,)?) => {$(
        mod $module {
            #[test]
            fn requests_cut_at_every_byte() {
                super::requests_cut_at_every_byte::<$subject>(stringify!($module));
            }

            #[test]
            fn answers_cut_at_every_byte() {
                super::answers_cut_at_every_byte::<$subject>(stringify!($module));
            }
        }
    )+};
}

torture! {
    ureq_own: crate::ureq::Own,
    ureq_callers_agent: crate::ureq::CallersAgent,
    hyper_on_tokio: crate::hyper::OnTokio,
    hyper_service_on_smol: crate::hyper::ServiceOnSmol,
    hyper_conn_on_smol: crate::hyper::ConnOnSmol,
    hyper_conn_on_tokio: crate::hyper::ConnOnTokio,
}

/// The server reads some bytes of a request and goes.
fn requests_cut_at_every_byte<S: Subject>(subject: &str) {
    let mut tally = Tally::default();
    for call in CALLS {
        for (end, reused) in [End::Close, End::Reset].into_iter().flat_map(both) {
            let series = Series::start::<S>(call, end, reused, &[]);
            let length = series.length_of_request();
            // Where it is to go by a used connection that closes before its first byte, a request
            // may go by another one.
            for read in cuts(length).filter(|&read| read > 0 || !reused) {
                let outcome = series.send(Cut::Request { read, length });
                let expected = match read {
                    // The connection may have been lost before the first byte was sent.
                    0 => vec![Outcome::Unknown, Outcome::NotSent],
                    _ => vec![Outcome::Unknown],
                };
                assert!(
                    expected.contains(&outcome),
                    "expected one of {expected:?}, got {outcome:?} from {subject} after {read} of \
                     {length} bytes were read: {series:?}"
                );
                tally.count(outcome);
            }
        }
    }
    tally.print(subject, "of the request");
}

/// The server reads a request, writes some bytes of its answer and goes.
fn answers_cut_at_every_byte<S: Subject>(subject: &str) {
    const LAST_LINE: &str = "\r\n";

    let allows = |difference| S::DIFFERENCES.contains(&difference);
    let mut tally = Tally::default();
    for (call, status, body) in answers() {
        for framing in [Framing::Length, Framing::Chunks, Framing::UntilClose] {
            let (head, bytes) = framing.answer(status, &body);
            for (end, reused) in [End::Close, End::Reset].into_iter().flat_map(both) {
                let series = Series::start::<S>(call, end, reused, &bytes);
                for written in cuts(bytes.len()) {
                    let outcome = series.send(Cut::Answer { written });
                    let is_whole = written == bytes.len();
                    let body_is_whole = match framing {
                        Framing::Chunks => written >= bytes.len() - LAST_LINE.len(),
                        Framing::Length | Framing::UntilClose => is_whole,
                    };
                    let is_message = match framing {
                        Framing::Length | Framing::Chunks => is_whole,
                        Framing::UntilClose => written >= head && matches!(end, End::Close),
                    };
                    let may_be_taken_for_one = match framing {
                        Framing::Length => false,
                        Framing::Chunks => body_is_whole && allows(Difference::LastChunkEndsBody),
                        Framing::UntilClose => written >= head && allows(Difference::ResetEndsBody),
                    };
                    let read = match status {
                        200 if body_is_whole => Outcome::Ok,
                        200 => Outcome::DecodeError,
                        _ => Outcome::ApiError,
                    };
                    let expected = match end {
                        End::Close if is_message => vec![read],
                        // A reset may take with it what was not read yet.
                        _ if is_message || may_be_taken_for_one => vec![read, Outcome::Unknown],
                        _ => vec![Outcome::Unknown],
                    };
                    assert!(
                        expected.contains(&outcome),
                        "expected one of {expected:?}, got {outcome:?} from {subject} after \
                         {written} of {} bytes of an answer {status} ({framing:?}): {series:?}",
                        bytes.len()
                    );
                    tally.count(outcome);
                }
            }
        }
    }
    tally.print(subject, "of the answer");
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Create,
    Authenticate,
    Migrate,
}

const CALLS: [Call; 3] = [Call::Create, Call::Authenticate, Call::Migrate];

/// How the server goes.
#[derive(Clone, Copy, Debug)]
enum End {
    Close,
    Reset,
}

/// When the server goes.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// After so many bytes of a request of this length.
    Request { read: usize, length: usize },
    /// After so many bytes of the answer.
    Answer { written: usize },
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length,
    Chunks,
    UntilClose,
}

impl Framing {
    /// An answer and the length of its head.
    fn answer(self, status: u16, body: &str) -> (usize, Vec<u8>) {
        let bytes = match self {
            Self::Length => answer(status, body),
            Self::Chunks => chunked_answer(status, body, 1 + body.len() / 4),
            Self::UntilClose => {
                format!("HTTP/1.1 {status} Any Reason\r\nconnection: close\r\n\r\n{body}").into()
            }
        };
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        (end.expect("an answer has a head") + 4, bytes)
    }
}

/// What came of a call, for its caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    Ok,
    ApiError,
    DecodeError,
    Unknown,
    NotSent,
}

impl Outcome {
    fn of<T>(result: Result<T, Error>) -> Self {
        let Err(error) = result else {
            return Self::Ok;
        };
        match (&error, error.delivery()) {
            (Error::Api(_), Delivery::Answered) => Self::ApiError,
            (Error::Decode(_), Delivery::Answered) => Self::DecodeError,
            (Error::Transport(error), delivery) => {
                assert_ne!(
                    error.kind(),
                    TransportErrorKind::Timeout,
                    "expected the end of the connection to be noticed, not waited for"
                );
                match delivery {
                    Delivery::Unknown => Self::Unknown,
                    Delivery::NotSent => Self::NotSent,
                    other => panic!("expected no answer, got {other:?}: {error}"),
                }
            }
            (error, delivery) => panic!("expected another delivery than {delivery:?}: {error}"),
        }
    }
}

/// Calls by one transport to one server that goes in one way.
struct Series {
    call: Call,
    end: End,
    /// Whether each connection has served another call before.
    reused: bool,
    client: Client<SharedTransport>,
    server: Server,
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Series {
    fn start<S: Subject>(call: Call, end: End, reused: bool, answer: &[u8]) -> Self {
        let cut = Arc::new(Mutex::new(None));
        let (shared, answer) = (cut.clone(), answer.to_vec());
        let server = Server::start(move |connection| {
            let is_served = |connection: &mut Connection| {
                connection.read_request().is_some() && connection.write(&whole_answer(call))
            };
            if reused && !is_served(connection) {
                return;
            }
            let cut = *shared.lock().unwrap();
            match cut {
                None => {
                    is_served(connection);
                }
                Some(Cut::Request { read, length }) => {
                    connection.read_bytes(read);
                    if let End::Close = end {
                        connection.finish();
                        // Unread bytes would make it a reset.
                        connection.read_bytes(length - read);
                    }
                }
                Some(Cut::Answer { written }) => {
                    connection.read_request();
                    connection.write(&answer[..written]);
                }
            }
            if let End::Reset = end {
                connection.reset_at_end();
            }
        });
        let project = Project::at(server.url(), "project-test-1", "secret");
        let transport = S::transport(Settings {
            timeout: Some(PATIENCE),
            connect_timeout: Some(PATIENCE),
            ..Settings::default()
        });
        Self {
            call,
            end,
            reused,
            client: Client::new(project.unwrap(), transport.unwrap()),
            server,
            cut,
        }
    }

    /// One call that is cut, by a connection of its own, which serves another one before if so
    /// told. No other connection is made and no other request read: nothing is sent twice.
    fn send(&self, cut: Cut) -> Outcome {
        *self.cut.lock().unwrap() = Some(cut);
        let before = self.server.connections();
        let requests = self.server.request_count();
        if self.reused {
            assert_eq!(
                self.call(),
                Outcome::Ok,
                "expected the first call on a connection to work: {self:?}"
            );
        }
        let outcome = self.call();
        self.server.wait_for_closed(before + 1);
        let whole = match cut {
            Cut::Request { .. } => 0,
            Cut::Answer { .. } => 1,
        };
        assert_eq!(
            (self.server.connections(), self.server.request_count()),
            (before + 1, requests + usize::from(self.reused) + whole),
            "expected one connection and each request once: {self:?}"
        );
        outcome
    }

    fn length_of_request(&self) -> usize {
        *self.cut.lock().unwrap() = None;
        for _ in 0..=usize::from(self.reused) {
            assert_eq!(self.call(), Outcome::Ok, "expected a whole answer");
        }
        self.server.wait_for_closed(1);
        let request = &self.server.requests()[0];
        request.head.len() + request.body.len()
    }

    fn call(&self) -> Outcome {
        let (organization, member) = ("organization-1", "member-1");
        match self.call {
            Call::Create => {
                let params = CreateParams::new(organization, member);
                Outcome::of(self.client.create(&params))
            }
            Call::Authenticate => {
                let params = AuthenticateParams::new(organization, member, "123456");
                Outcome::of(self.client.authenticate(&params))
            }
            Call::Migrate => {
                let params = MigrateParams::new(organization, member, "SECRET");
                Outcome::of(self.client.migrate(&params))
            }
        }
    }
}

impl Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            call, end, reused, ..
        } = self;
        let cut = *self.cut.lock().unwrap();
        write!(f, "{call:?}, {end:?}, connection reused: {reused}, {cut:?}")
    }
}

/// How many byte positions were tried, and what came of them.
#[derive(Default)]
struct Tally(BTreeMap<Outcome, usize>);

impl Tally {
    fn count(&mut self, outcome: Outcome) {
        *self.0.entry(outcome).or_default() += 1;
    }

    #[expect(clippy::print_stdout, reason = "the full sweep reports its counts")]
    fn print(&self, subject: &str, place: &str) {
        let positions: usize = self.0.values().sum();
        println!(
            "{subject}: cut after {positions} bytes {place}: {:?}",
            self.0
        );
    }
}

/// The longest time for a call; none is to take it.
const PATIENCE: Duration = Duration::from_secs(15);

fn is_full_sweep() -> bool {
    env::var("TOTPS_TORTURE").is_ok_and(|value| value == "full")
}

/// After how many of `length` bytes to cut; none and all are among them.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    let step = if is_full_sweep() { 1 } else { 1 + length / 16 };
    (0..length).step_by(step).chain([length])
}

fn both(end: End) -> [(End, bool); 2] {
    [(end, false), (end, true)]
}

/// Calls, and the statuses and bodies that answer them.
fn answers() -> Vec<(Call, u16, String)> {
    let mut answers = CALLS
        .map(|call| (call, 200, small_body(call).to_owned()))
        .to_vec();
    let error = r#"{"error_type":"too_many_requests"}"#;
    answers.push((Call::Authenticate, 429, error.to_owned()));
    if is_full_sweep() {
        for (call, fixtures) in CALLS.into_iter().zip([CREATE, AUTHENTICATE, MIGRATE]) {
            let is_taken = |fixture: &&Fixture| {
                let (_, case) = fixture.name.split_once('/').unwrap();
                ["minimal", "full"].contains(&case)
            };
            let taken = fixtures.iter().filter(is_taken);
            answers.extend(taken.map(|fixture| (call, 200, fixture.value().to_string())));
        }
    }
    answers
}

fn whole_answer(call: Call) -> Vec<u8> {
    answer(200, small_body(call))
}

fn small_body(call: Call) -> &'static str {
    match call {
        Call::Create => r#"{"totp_registration_id":"t","secret":"s","qr_code":"q"}"#,
        Call::Authenticate => r#"{"member_id":"m","session_token":"t"}"#,
        Call::Migrate => r#"{"totp_registration_id":"t","recovery_codes":["r"]}"#,
    }
}

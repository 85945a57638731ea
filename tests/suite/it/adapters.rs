//! What every adapter must do on real sockets, each case written once and run for each adapter.

pub(crate) mod answers;
pub(crate) mod connections;
pub(crate) mod deadlines;
pub(crate) mod limits;
pub(crate) mod logs;
pub(crate) mod proxies;
pub(crate) mod retries;
pub(crate) mod tls;
pub(crate) mod wire;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use totps_conformance::hostile::Server;
use totps_core::{
    AuthenticateParams, Body, ConfigError, Delivery, Project, Request, Response, Transport,
    TransportError, TransportErrorKind,
};

/// An adapter, or a way to use one.
pub(crate) trait Subject {
    /// Where it may do otherwise than the suite says.
    const DIFFERENCES: &'static [Difference] = &[];

    /// The beginning of a target that its stack logs to.
    const LOGS_TO: &'static str;

    /// A transport with these settings. An async one is wrapped into a closure that blocks.
    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError>;
}

pub(crate) type SharedTransport = Arc<dyn Transport + Send + Sync>;

/// The settings that every adapter has. What is `None` stays at its default.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) response_limit: Option<usize>,
    pub(crate) root_certificates_pem: Option<String>,
    pub(crate) proxy: Option<String>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) max_idle_connections: Option<usize>,
}

/// Gives a builder those of the named settings that are set. With `?`, its methods return a `Result`.
macro_rules! configure {
    ($builder:ident, $settings:ident: $($name:ident)*) => {
        $(if let Some(value) = $settings.$name {
            $builder = $builder.$name(value);
        })*
    };
    ($builder:ident?, $settings:ident: $($name:ident)*) => {
        $(if let Some(value) = $settings.$name {
            $builder = $builder.$name(value)?;
        })*
    };
}
pub(crate) use configure;

/// The table of allowed differences. The first three cost a caller a proof, not a promise: what
/// was not sent is said to be unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Difference {
    /// The stack does not tell in which phase the overall deadline passed.
    UnprovenDeadline,
    /// The stack reports a failed lookup like any other error of the system's.
    UnprovenLookup,
    /// The stack reports a failed handshake like an error on an open connection.
    UnprovenHandshake,
    /// The stack takes a body that ends with its connection for whole if that was reset.
    ResetEndsBody,
    /// The stack takes a body in chunks for whole after the line of its last chunk, which is empty,
    /// though the line that ends the message is still to come. Nothing of the body is missing then.
    LastChunkEndsBody,
    /// The stack reads an answer that tells its end in two ways, or has a coding beside chunks, as
    /// chunks; and one whose coding is no coding until the connection ends.
    ReadsTwoFramings,
    /// The stack reads chunks in an answer of HTTP/1.0, which has none, as text until the end.
    ReadsChunksInHttp10,
    /// The stack reads on the thread of the call for as long as the server sends: what has no end
    /// and is no body keeps that thread from its deadline.
    StarvesItsThread,
    /// The stack logs headers of a response that tell how to read it, such as `Transfer-Encoding`, and
    /// at the level trace `Location`.
    LogsSomeHeaders,
    /// The stack looks for what was not asked for at the socket and in the outermost buffer alone.
    KeepsUnaskedRecords,
    /// The stack reads a small rest of an answer away and keeps the connection.
    ReadsRestAway,
}

/// Makes a module with one test for each case that every adapter must pass. The list of them is
/// here, once. With a list of cases, it makes tests of those alone.
macro_rules! suite {
    ($module:ident, $subject:ty) => {
        mod $module {
            $crate::adapters::suite! { $subject:
                wire::request_as_sent
                wire::credentials_leave_by_tls_only
                wire::large_requests_arrive_whole
                wire::an_empty_body_is_none
                answers::redirects_are_answers
                answers::errors_are_answers
                answers::interim_answers_are_passed_over
                answers::answers_may_be_framed_in_any_way
                answers::cut_answers_are_errors
                answers::broken_answers_are_errors
                answers::reset_answers_are_errors
                answers::encoded_answers_are_not_decoded
                answers::cookies_are_not_kept
                answers::errors_do_not_repeat_the_server
                limits::body_limit
                limits::default_body_limit
                limits::announced_length
                limits::header_fields
                limits::head_size
                limits::endless_heads
                deadlines::silent_server
                deadlines::dripping_head
                deadlines::dripping_body
                deadlines::endless_interim_answers
                deadlines::server_that_does_not_read
                deadlines::deaf_server
                deadlines::stalled_handshake
                connections::refused
                connections::name_that_does_not_resolve
                connections::closed_after_the_request
                connections::closed_before_the_request_was_read
                connections::kept_and_used_again
                connections::closed_when_the_server_says_so
                connections::closed_while_idle
                connections::closed_when_used_again
                connections::not_kept_after_unasked_bytes
                connections::not_kept_after_unasked_records
                connections::not_used_after_close_notify
                connections::not_kept_after_an_unread_rest
                connections::as_many_idle_as_set
                connections::every_caller_gets_its_own_answer
                tls::own_authority_in_pem
                tls::emulator_over_tls
                tls::unacceptable_certificates
                tls::tls_1_1_only
                tls::an_end_without_close_notify_is_a_cut
                tls::stalled_handshakes
                tls::tls_to_a_plain_port
                tls::plain_to_a_tls_port
                proxies::environment_is_ignored
                logs::no_secret_is_logged
                retries::nothing_is_sent_again_unasked
                retries::what_was_not_sent_is_sent_again
                retries::no_more_often_than_asked
                retries::refused_certificates_are_not_tried_again
                retries::what_may_have_arrived_is_not_sent_again
                retries::answers_are_not_asked_for_again
                retries::the_deadline_holds_for_all_tries
            }
        }
    };
    ($subject:ty: $($group:ident::$case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $crate::adapters::$group::$case::<$subject>();
            }
        )*
    };
}
pub(crate) use suite;

/// Long enough for a call that is to succeed, also on a busy machine, and for one that is to end.
const LONG: Duration = Duration::from_secs(15);

/// For calls that are to run into it.
const SHORT: Duration = Duration::from_millis(300);

const PROJECT_ID: &str = "project-test-11111111-2222-4333-8444-555555555555";
const PROJECT_SECRET: &str = "secret-test-4711-of-the-project=";
const CODE: &str = "sentinel-4711-of-the-code";

fn transport<S: Subject>(settings: Settings) -> SharedTransport {
    S::transport(settings).expect("these settings are valid")
}

/// With all settings at their defaults but for time enough on a busy machine.
fn patient() -> Settings {
    Settings {
        timeout: Some(LONG),
        connect_timeout: Some(LONG),
        ..Settings::default()
    }
}

/// With an overall timeout that is soon over.
fn hurried() -> Settings {
    Settings {
        timeout: Some(SHORT),
        ..patient()
    }
}

/// A request of the core's to a server at this base URL.
fn request(base_url: &str) -> Request {
    let project = Project::at(base_url, PROJECT_ID, PROJECT_SECRET).expect("the project is valid");
    let params = AuthenticateParams::new("organization-1", "member-1", CODE);
    project.request(&params).expect("the parameters are valid")
}

/// One call with a transport of its own.
fn call<S: Subject>(settings: Settings, server: &Server) -> Result<Response, TransportError> {
    transport::<S>(settings).send(request(&server.url()))
}

/// A server that gives the same bytes in answer to each request and keeps its connections open.
fn answering(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::start(
        move |connection| {
            while connection.read_request().is_some() && connection.write(&bytes) {}
        },
    )
}

/// A server that closes the connection after its answer.
fn answering_once(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::start(move |connection| {
        connection.read_request();
        connection.write(&bytes);
    })
}

fn body(response: &Response) -> &str {
    std::str::from_utf8(response.body().as_bytes()).expect("the body is text")
}

#[track_caller]
fn assert_answer(result: Result<Response, TransportError>, status: u16, expected: &str) {
    let response = match result {
        Ok(response) => response,
        Err(error) => panic!("expected the answer {status}, got {}", chain(&error)),
    };
    assert_eq!(
        response.status(),
        status,
        "expected the status of the server"
    );
    assert_eq!(body(&response), expected, "expected the body of the server");
}

#[track_caller]
fn assert_error(
    result: Result<Response, TransportError>,
    kind: TransportErrorKind,
    delivery: Delivery,
) -> TransportError {
    let error = match result {
        Ok(response) => panic!("expected the error {kind:?}, got {}", response.status()),
        Err(error) => error,
    };
    assert_eq!(
        (error.kind(), error.delivery()),
        (kind, delivery),
        "expected this kind of error and this delivery, got {}",
        chain(&error)
    );
    error
}

/// Nothing was sent, and the adapter knows it, unless the table says that it cannot.
#[track_caller]
fn assert_not_sent<S: Subject>(
    result: Result<Response, TransportError>,
    kind: TransportErrorKind,
    unless: Difference,
) -> TransportError {
    let error = match result {
        Ok(response) => panic!("expected the error {kind:?}, got {}", response.status()),
        Err(error) => error,
    };
    let proven = (error.kind(), error.delivery()) == (kind, Delivery::NotSent);
    let allowed = S::DIFFERENCES.contains(&unless) && error.delivery() == Delivery::Unknown;
    assert!(
        proven || allowed,
        "expected {kind:?} with nothing sent, got {}",
        chain(&error)
    );
    error
}

/// Runs a call that must end by a deadline, with a generous margin.
#[track_caller]
fn in_time<T>(call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = call();
    assert!(start.elapsed() < LONG, "the call was to end by its timeout");
    result
}

/// An error and its sources as a user would print them.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error:?} | {error}");
    let mut next = error.source();
    while let Some(error) = next {
        write!(text, ": {error} | {error:?}").expect("a string takes any text");
        next = error.source();
    }
    text
}

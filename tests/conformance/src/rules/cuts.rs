//! Rules about a server that disconnects after any byte of the request or of its response.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use totps_core::{
    AuthenticateParams, CreateParams, Delivery, MigrateParams, Project, Request, TransportErrorKind,
};

use crate::hostile::{Connection, Server, chunked_response, response};
use crate::probe::{
    CODE, Calls, IDLE_CONNECTION_REUSED, PROJECT_ID, PROJECT_SECRET, Probe, SENT_ONCE, chain,
};
use crate::rule::{Needs, Rule, Severity};
use crate::subject::Seen;

use super::rule;

pub(super) const RULES: [Rule; 3] = [
    rule(
        "request-cut-anywhere",
        Severity::Major,
        "If the server disconnects after any byte of the request, the call ends with an error before its timeout",
        "return an error of writing or reading immediately; do not wait for more data",
        requests,
    )
    .needs(Needs::Quiet),
    rule(
        "response-cut-anywhere",
        Severity::Major,
        "If the server disconnects after any byte of a response with a length or in chunks, the call ends with \
         the complete response or with an error, before its timeout",
        "accept a response as complete only if its whole length or its last chunk arrived",
        |probe| responses(probe, &[Framing::Length, Framing::Chunks]),
    )
    .needs(Needs::Quiet),
    rule(
        "response-until-close-cut-anywhere",
        Severity::Major,
        "If the server disconnects after any byte of a response that ends with its connection, the call ends \
         with the body that arrived, or with an error if the head is incomplete or the connection was reset",
        "return an error of reading as an error, and treat the end of the connection as the end of the body",
        |probe| responses(probe, &[Framing::UntilClose]),
    )
    .needs(Needs::Quiet),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Create,
    Authenticate,
    Migrate,
}

const CALLS: [Call; 3] = [Call::Create, Call::Authenticate, Call::Migrate];

/// How the server disconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Close,
    Reset,
}

/// When the server disconnects.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// After `read` bytes of a request of `length` bytes.
    Request { read: usize, length: usize },
    /// After `written` bytes of the response.
    Response { written: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length,
    Chunks,
    UntilClose,
}

impl Framing {
    /// Returns the length of the head of a response, and the response.
    fn response(self, status: u16, body: &str) -> (usize, Vec<u8>) {
        let bytes = match self {
            Self::Length => response(status, body),
            Self::Chunks => chunked_response(status, body, 1 + body.len() / 4),
            Self::UntilClose => {
                format!("HTTP/1.1 {status} Any Reason\r\nconnection: close\r\n\r\n{body}").into()
            }
        };
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        (end.map_or(0, |end| end + 4), bytes)
    }
}

/// The result of a call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    Whole,
    /// A response whose body is the beginning of the server's body.
    Beginning,
    Unknown,
    NotSent,
    /// A result that is always wrong.
    Wrong(String),
}

impl Outcome {
    fn of(seen: &Seen, probe: &Probe, whole: (u16, &[u8])) -> Self {
        match seen {
            Seen::Response(response) => {
                let body = response.body().as_bytes();
                if response.status() != whole.0 {
                    Self::Wrong(probe.describe(seen))
                } else if body == whole.1 {
                    Self::Whole
                } else if whole.1.starts_with(body) {
                    Self::Beginning
                } else {
                    Self::Wrong(probe.describe(seen))
                }
            }
            Seen::Error(error) if error.kind() == TransportErrorKind::Timeout => {
                Self::Wrong(format!("waited for the timeout: {}", chain(error)))
            }
            Seen::Error(error) => match error.delivery() {
                Delivery::Unknown => Self::Unknown,
                Delivery::NotSent => Self::NotSent,
                _ => Self::Wrong(chain(error)),
            },
            other => Self::Wrong(probe.describe(other)),
        }
    }
}

/// How many calls had which result.
type Tally = BTreeMap<Outcome, usize>;

/// Tries a server that disconnects after reading some bytes of a request.
fn requests(probe: &Probe) {
    let mut tally = Tally::new();
    for call in CALLS {
        for (end, reused) in ways() {
            let Some(series) = Series::start(probe, call, end, reused, &[]) else {
                return;
            };
            let Some(length) = series.length_of_request() else {
                return;
            };
            // If a kept connection closes before the first byte of the request, the transport may
            // use another connection.
            for read in series.cuts(length).filter(|&read| read > 0 || !reused) {
                let cut = Cut::Request { read, length };
                let Some(seen) = series.send(cut) else {
                    return;
                };
                let outcome = Outcome::of(&seen, probe, (0, b""));
                let what =
                    format!("{series}: after {read} of {length} bytes of the request were read");
                match &outcome {
                    Outcome::Unknown => {}
                    // The connection may have been lost before the first byte was sent.
                    Outcome::NotSent if read == 0 => {}
                    Outcome::NotSent => not_sent(probe, &what),
                    _ => series.judged(&what, "an error", &outcome, &seen),
                }
                *tally.entry(outcome).or_default() += 1;
            }
        }
    }
    note(probe, "the request", &tally);
}

/// Tries a server that disconnects after writing some bytes of its response.
fn responses(probe: &Probe, framings: &[Framing]) {
    const LAST_LINE: &str = "\r\n";

    let mut tally = Tally::new();
    for (call, status, body) in bodies(probe) {
        for &framing in framings {
            let (head, bytes) = framing.response(status, &body);
            for (end, reused) in ways() {
                let Some(series) = Series::start(probe, call, end, reused, &bytes) else {
                    return;
                };
                for written in series.cuts(bytes.len()) {
                    let Some(seen) = series.send(Cut::Response { written }) else {
                        return;
                    };
                    let outcome = Outcome::of(&seen, probe, (status, body.as_bytes()));
                    let length = bytes.len();
                    let what = format!(
                        "{series}, {framing:?}: after {written} of {length} bytes of a response {status}"
                    );
                    let is_whole = written == length;
                    let is_got = matches!(outcome, Outcome::Whole | Outcome::Beginning);
                    let is_message = match framing {
                        Framing::Length | Framing::Chunks => is_whole,
                        Framing::UntilClose => written >= head && end == End::Close,
                    };
                    match &outcome {
                        Outcome::NotSent => not_sent(probe, &what),
                        Outcome::Unknown if !is_message => {}
                        // A reset may discard bytes that the client has not read.
                        Outcome::Unknown if end == End::Reset => {}
                        Outcome::Whole if is_message && is_whole => {}
                        Outcome::Beginning if is_message && !is_whole => {}
                        Outcome::Whole
                            if framing == Framing::Chunks
                                && written + LAST_LINE.len() >= length =>
                        {
                            probe.fail_rule(
                                "last-chunk-line-required",
                                format!("{what}: the response was accepted as complete"),
                            );
                        }
                        _ if framing == Framing::UntilClose && end == End::Reset && is_got => {
                            probe.fail_rule(
                                "reset-ends-no-body",
                                format!("{what}: a body that ended with a reset was accepted as complete"),
                            );
                        }
                        _ => {
                            let expected = if is_message {
                                "the response"
                            } else {
                                "an error"
                            };
                            series.judged(&what, expected, &outcome, &seen);
                        }
                    }
                    *tally.entry(outcome).or_default() += 1;
                }
            }
        }
    }
    note(probe, "the response", &tally);
}

/// The case of `last-chunk-line-required` for a chunked response without its last bytes.
pub(super) fn last_line(probe: &Probe) {
    let (_, bytes) = Framing::Chunks.response(200, "{}");
    for missing in [1, 2] {
        let cut = bytes[..bytes.len() - missing].to_vec();
        let server = super::responding_once(cut);
        let seen = probe.call(&probe.target(&server.url()));
        let what = format!("chunks without the last {missing} bytes");
        probe.error(&what, seen, TransportErrorKind::Other);
    }
}

fn not_sent(probe: &Probe, what: &str) {
    probe.fail_rule(
        crate::probe::NOT_SENT_ONLY_WITH_PROOF,
        format!("{what}: the error says that nothing was sent (`Delivery::NotSent`)"),
    );
}

fn note(probe: &Probe, place: &str, tally: &Tally) {
    let places: usize = tally.values().sum();
    probe.note(format!(
        "disconnected at {places} places of {place}: {tally:?}"
    ));
}

/// Calls with one transport to one server, which always disconnects in the same way.
struct Series<'a> {
    probe: &'a Probe,
    call: Call,
    end: End,
    /// Whether each connection serves another call first.
    reused: bool,
    calls: Calls<'a>,
    server: Server,
    cut: Arc<Mutex<Option<Cut>>>,
    /// How many requests arrived up to the cut.
    reached: Arc<AtomicUsize>,
}

impl<'a> Series<'a> {
    fn start(
        probe: &'a Probe,
        call: Call,
        end: End,
        reused: bool,
        response: &[u8],
    ) -> Option<Self> {
        let cut = Arc::new(Mutex::new(None));
        let (shared, response) = (cut.clone(), response.to_vec());
        let reached = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reached);
        let server = Server::start(move |connection| {
            let is_served = |connection: &mut Connection| {
                connection.read_request().is_some() && connection.write(&whole(call))
            };
            if reused && !is_served(connection) {
                return;
            }
            let cut = *shared.lock().unwrap_or_else(PoisonError::into_inner);
            match cut {
                None => {
                    is_served(connection);
                }
                Some(Cut::Request { read, length }) => {
                    if connection.read_bytes(read) {
                        count.fetch_add(1, Ordering::SeqCst);
                    }
                    if end == End::Close {
                        connection.finish();
                        // Unread bytes would turn the close into a reset.
                        connection.read_bytes(length - read);
                    }
                }
                Some(Cut::Response { written }) => {
                    if connection.read_request().is_some() {
                        count.fetch_add(1, Ordering::SeqCst);
                    }
                    connection.write(&response[..written]);
                }
            }
            if end == End::Reset {
                connection.reset_at_end();
            }
        });
        Some(Self {
            probe,
            call,
            end,
            reused,
            calls: probe.start(&probe.target(&server.url()))?,
            server,
            cut,
            reached,
        })
    }

    /// Makes one call that is cut, on a new connection, or on a connection that served a call
    /// before.
    ///
    /// Returns `None` if the series cannot continue: if a request was sent twice or on an
    /// unexpected connection, if the call before the cut failed, or if the transport keeps no
    /// connections.
    fn send(&self, cut: Cut) -> Option<Seen> {
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
        let before = self.server.connections();
        let before_requests = self.server.request_count();
        if self.reused {
            let first = self.calls.send(request(self.call, &self.server));
            if !matches!(&first, Seen::Response(response) if response.status() == 200) {
                let first = self.probe.describe(&first);
                self.probe
                    .fail(format!("{self}: the call before the cut returned {first}"));
                return None;
            }
        }
        let reached = self.reached.load(Ordering::SeqCst);
        let first = self.server.connections();
        let seen = self.calls.send(request(self.call, &self.server));
        let is_elsewhere = self.server.connections() > first;
        if self.reused && is_elsewhere && self.reached.load(Ordering::SeqCst) == reached {
            // A transport that keeps no connections is tried on new connections only.
            self.probe
                .note(format!("{self}: not tried, because no connection was kept"));
            return None;
        }
        self.server.wait_for_closed(before + 1);
        let whole = match cut {
            Cut::Request { .. } => 0,
            Cut::Response { .. } => 1,
        };
        let expected = before_requests + usize::from(self.reused) + whole;
        let (connections, requests) = (self.server.connections(), self.server.request_count());
        let times = self.reached.load(Ordering::SeqCst) - reached;
        if requests > expected || times > 1 {
            let more = (requests - expected.min(requests)).max(times - times.min(1));
            self.probe.fail_rule(
                SENT_ONCE,
                format!("{self}, {cut:?}: the request was sent {} times", more + 1),
            );
            // Later requests could not be told from this one.
            return None;
        }
        if (connections, requests) != (before + 1, expected) {
            let (connections, calls) = (connections - before, requests - before_requests);
            self.probe.fail_rule(
                IDLE_CONNECTION_REUSED,
                format!(
                    "{self}, {cut:?}: {connections} connections were made for {calls} requests"
                ),
            );
            return None;
        }
        Some(seen)
    }

    fn length_of_request(&self) -> Option<usize> {
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = None;
        for _ in 0..=usize::from(self.reused) {
            let seen = self.calls.send(request(self.call, &self.server));
            if !matches!(&seen, Seen::Response(_)) {
                let seen = self.probe.describe(&seen);
                self.probe
                    .fail(format!("{self}: expected a response, got {seen}"));
                return None;
            }
        }
        self.server.wait_for_closed(1);
        let requests = self.server.requests();
        let request = requests.first()?;
        Some(request.head.len() + request.body.len())
    }

    /// Returns the numbers of bytes after which to cut, from 0 to `length`, both included.
    fn cuts(&self, length: usize) -> impl Iterator<Item = usize> + use<> {
        let is_full = self.probe.run.options.every_byte;
        let step = if is_full { 1 } else { 1 + length / 16 };
        (0..length).step_by(step).chain([length])
    }

    fn judged(&self, what: &str, expected: &str, outcome: &Outcome, seen: &Seen) {
        let seen = match outcome {
            Outcome::Wrong(text) => text.clone(),
            _ => self.probe.describe(seen),
        };
        self.probe
            .fail(format!("{what}: expected {expected}, got {seen}"));
    }
}

impl fmt::Display for Series<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connection = if self.reused { "a kept" } else { "a new" };
        let end = match self.end {
            End::Close => "closed",
            End::Reset => "reset",
        };
        write!(
            f,
            "{:?} on {connection} connection that is {end}",
            self.call
        )
    }
}

fn ways() -> [(End, bool); 4] {
    [
        (End::Close, false),
        (End::Close, true),
        (End::Reset, false),
        (End::Reset, true),
    ]
}

/// Returns calls with the status and body of their response.
fn bodies(probe: &Probe) -> Vec<(Call, u16, String)> {
    let mut bodies = CALLS
        .map(|call| (call, 200, small_body(call).to_owned()))
        .to_vec();
    let error = r#"{"error_type":"too_many_requests"}"#;
    bodies.push((Call::Authenticate, 429, error.to_owned()));
    let more = probe.run.options.sweep_bodies.iter();
    bodies.extend(more.map(|body| (Call::Authenticate, 200, body.clone())));
    bodies
}

#[expect(clippy::expect_used, reason = "these parameters are valid")]
fn request(call: Call, server: &Server) -> Request {
    let project =
        Project::at(server.url(), PROJECT_ID, PROJECT_SECRET).expect("the project is valid");
    let (organization, member) = ("organization-1", "member-1");
    let request = match call {
        Call::Create => project.request(&CreateParams::new(organization, member)),
        Call::Authenticate => project.request(&AuthenticateParams::new(organization, member, CODE)),
        Call::Migrate => project.request(&MigrateParams::new(organization, member, "SECRET")),
    };
    request.expect("the parameters are valid")
}

fn whole(call: Call) -> Vec<u8> {
    response(200, small_body(call))
}

fn small_body(call: Call) -> &'static str {
    match call {
        Call::Create => r#"{"totp_registration_id":"t","secret":"s","qr_code":"q"}"#,
        Call::Authenticate => r#"{"member_id":"m","session_token":"t"}"#,
        Call::Migrate => r#"{"totp_registration_id":"t","recovery_codes":["r"]}"#,
    }
}

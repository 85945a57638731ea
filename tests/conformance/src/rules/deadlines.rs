//! Rules about the timeout of a call.

use std::iter;
use std::thread;
use std::time::{Duration, Instant};

use totps_core::TransportErrorKind::Timeout;

use crate::hostile::{DeafServer, Server};
use crate::probe::{Probe, SHORT, request_with_body};
use crate::rule::{ChildOf, Needs, Rule, Severity};
use crate::subject::Seen;

use super::{environment, rule, silent};

const OVERALL: &str = "give the call one deadline, from its start to the last byte of the response. A timeout for each read \
                       is not enough: it restarts with each byte";

pub(super) const RULES: [Rule; 9] = [
    rule(
        "deadline-silence",
        Severity::Major,
        "A call ends by its timeout if the server does not respond",
        OVERALL,
        |probe| {
            let server = silent();
            in_time(probe, vec![("a server that does not respond", server)]);
        },
    ),
    rule(
        "deadline-head",
        Severity::Major,
        "A call ends by its timeout if the head of the response arrives byte by byte",
        OVERALL,
        |probe| drips(probe, &[("the head", "HTTP/1.1 200 OK\r\nx: ", "y")]),
    ),
    rule(
        "deadline-body",
        Severity::Major,
        "A call ends by its timeout if the body of the response arrives byte by byte",
        OVERALL,
        dripping_body,
    ),
    rule(
        "deadline-interim-responses",
        Severity::Major,
        "A call ends by its timeout, or earlier, if interim responses never end",
        OVERALL,
        interim_responses,
    ),
    rule(
        "deadline-upload",
        Severity::Major,
        "A call ends by its timeout if the server does not read the request",
        "apply the deadline to sending the request as well",
        upload,
    ),
    rule(
        "deadline-connect",
        Severity::Major,
        "A call ends by its timeout if the connection is neither accepted nor refused",
        "apply the deadline to connecting as well",
        connect,
    ),
    rule(
        "deadline-handshake",
        Severity::Major,
        "A call ends by its timeout if the TLS handshake stalls or arrives byte by byte",
        "apply the deadline to the TLS handshake as well",
        handshake,
    ),
    rule(
        "deadline-lookup",
        Severity::Major,
        "A call ends by its timeout if the name server does not respond",
        "look up names on a thread or with an async resolver, and stop waiting at the deadline",
        environment::with_deaf_name_server,
    )
    .needs(Needs::Child(ChildOf(lookup))),
    rule(
        "floods-end",
        Severity::Major,
        "A call ends by its timeout, or earlier, if the server sends endless data outside a body",
        "limit the size of chunk lines, of trailers and of interim responses, and check the clock between reads \
         even if they never wait",
        floods,
    )
    .needs(Needs::Quiet),
];

/// Calls all servers at once. Each call must end with a timeout.
fn in_time(probe: &Probe, servers: Vec<(&str, Server)>) {
    thread::scope(|scope| {
        for (what, server) in &servers {
            scope.spawn(move || {
                let start = Instant::now();
                let seen = probe.call(&probe.hurried(&server.url()));
                note_overrun(probe, what, start);
                probe.error(what, seen, Timeout);
                probe.sent_once(what, server, 1);
            });
        }
    });
}

/// Notes by how much a call exceeded its timeout. This is not a failure, because the machine may be
/// busy.
fn note_overrun(probe: &Probe, what: &str, start: Instant) {
    let over = start.elapsed().saturating_sub(SHORT);
    probe.note(format!(
        "{what}: ended {} ms after the timeout",
        over.as_millis()
    ));
}

/// Tries servers that send one byte every 20 ms, and one every 150 ms, without end.
fn drips(probe: &Probe, places: &[(&str, &'static str, &'static str)]) {
    let mut servers = Vec::new();
    for pause in [20, 150] {
        for &(what, beginning, drops) in places {
            let server = Server::start(move |connection| {
                connection.read_request();
                connection.write(beginning.as_bytes());
                let bytes = iter::repeat(drops).flat_map(str::bytes);
                connection.drip(bytes, Duration::from_millis(pause));
            });
            servers.push((what, server));
        }
    }
    in_time(probe, servers);
}

fn dripping_body(probe: &Probe) {
    drips(
        probe,
        &[
            (
                "a body with a length",
                "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n",
                "y",
            ),
            (
                "a body in chunks",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                "1\r\ny\r\n",
            ),
            (
                "a body until the connection closes",
                "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
                "y",
            ),
        ],
    );
}

fn interim_responses(probe: &Probe) {
    let server = Server::start(|connection| {
        connection.read_request();
        while connection.write(b"HTTP/1.1 100 Continue\r\n\r\n") {
            thread::sleep(Duration::from_millis(1));
        }
    });
    let what = "a response 100 every millisecond";
    ends(probe, what, &server);
}

/// Expects that a call ends with an error, by its timeout or earlier. Returns `false` if it does not
/// end.
fn ends(probe: &Probe, what: &str, server: &Server) -> bool {
    let start = Instant::now();
    let seen = probe.call(&probe.hurried(&server.url()));
    note_overrun(probe, what, start);
    probe.sent_once(what, server, 1);
    let has_ended = !matches!(seen, Seen::Hung(_));
    if let Some(error) = probe.some_error(what, seen) {
        probe.was_sent(what, &error);
        if error.kind() == totps_core::TransportErrorKind::Connect {
            probe.kind(what, &error, Timeout);
        }
    }
    has_ended
}

fn upload(probe: &Probe) {
    let server = Server::start(|connection| {
        connection.read_bytes(1);
        thread::sleep(Duration::from_secs(10));
    });
    // More than the buffers between client and server hold.
    let request = request_with_body(&server.url(), vec![b'x'; 64 * 1024 * 1024]);
    let what = "a server that does not read the request";
    let start = Instant::now();
    let seen = probe.send(&probe.hurried(&server.url()), request);
    note_overrun(probe, what, start);
    probe.error(what, seen, Timeout);
}

fn connect(probe: &Probe) {
    let server = DeafServer::start();
    let url = format!("http://{}", server.address());
    let what = "a server that does not accept connections";
    let start = Instant::now();
    let seen = probe.call(&probe.hurried(&url));
    note_overrun(probe, what, start);
    probe.not_sent(what, seen, Timeout, BEFORE_SENDING);
}

const BEFORE_SENDING: &str = "deadline-before-sending-is-not-sent";

/// The case of `deadline-before-sending-is-not-sent`.
pub(super) fn before_sending(probe: &Probe) {
    let server = DeafServer::start();
    let url = format!("http://{}", server.address());
    let seen = probe.call(&probe.hurried(&url));
    let what = "a server that does not accept connections";
    if let Seen::Error(_) = seen {
        probe.not_sent(what, seen, Timeout, BEFORE_SENDING);
    }
}

/// Returns servers whose TLS handshake never finishes.
pub(super) fn stalled_handshakes() -> Vec<(&'static str, Server)> {
    let silent = Server::start(|connection| connection.hold());
    let stuck = Server::start(|connection| {
        connection.write(&[22, 3, 3, 64, 0, 2, 2]);
        connection.hold();
    });
    // A record that announces 16 KiB, and never ends at one byte every 20 ms.
    let dripping = Server::start(|connection| {
        let record = [22, 3, 3, 64, 0].into_iter();
        connection.drip(record.chain(iter::repeat(2)), Duration::from_millis(20));
    });
    vec![
        ("a server without a handshake", silent),
        ("a handshake that stalls", stuck),
        ("a handshake byte by byte", dripping),
    ]
}

fn handshake(probe: &Probe) {
    let servers = stalled_handshakes();
    thread::scope(|scope| {
        for (what, server) in &servers {
            scope.spawn(move || {
                let start = Instant::now();
                let seen = probe.call(&probe.hurried(&server.https_url()));
                note_overrun(probe, what, start);
                probe.not_sent(what, seen, Timeout, BEFORE_SENDING);
            });
        }
    });
}

/// Makes a call in the child process, whose name server does not respond.
fn lookup(probe: &Probe) {
    environment::deaf_name_server(probe, |probe| {
        let url = "https://totps-conformance.example";
        let what = "a name server that does not respond";
        let start = Instant::now();
        let seen = probe.call(&probe.hurried(url));
        note_overrun(probe, what, start);
        probe.not_sent(what, seen, Timeout, BEFORE_SENDING);
    });
}

/// Tries servers that send endless data outside a body as fast as possible.
fn floods(probe: &Probe) {
    const CHUNKS: &str = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n";
    for (what, beginning, piece) in [
        (
            "100 Continue",
            String::new(),
            "HTTP/1.1 100 Continue\r\n\r\n",
        ),
        (
            "103 Early Hints",
            String::new(),
            "HTTP/1.1 103 X\r\nlink: x\r\n\r\n",
        ),
        ("a chunk's size", CHUNKS.to_owned(), "0"),
        ("a chunk's extension", format!("{CHUNKS}2;"), "a"),
        ("a chunk's extensions", format!("{CHUNKS}2"), ";a=b"),
        ("trailers", format!("{CHUNKS}0\r\n"), "x: y\r\n"),
        ("a trailer", format!("{CHUNKS}0\r\nx: "), "y"),
    ] {
        let pieces = piece.repeat(1000);
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(beginning.as_bytes());
            while connection.write(pieces.as_bytes()) {}
        });
        let what = format!("a flood of {what}");
        if !ends(probe, &what, &server) {
            // The other cases would take as long, and this call still uses the processor.
            return;
        }
    }
}

//! How connections are kept and given up.

use std::sync::atomic::{AtomicBool, Ordering};

use totps_core::TransportErrorKind::{Other, TooLarge};

use crate::hostile::{Leaf, Server, response};
use crate::probe::{Probe, request_with_body};
use crate::rule::{Rule, Severity};

use super::{responding, responding_once, rule};

const NOT_KEPT: &str = "close a connection on which anything came that was not asked for. If the stack does not look, keep \
                        no idle connections";

pub(super) const RULES: [Rule; 9] = [
    rule(
        "idle-connection-reused",
        Severity::Minor,
        "Calls one after the other use one connection",
        "keep the client of the stack with its pool, and read every body to its end: a handshake takes two \
         round trips",
        reused,
    ),
    rule(
        "connection-close-honoured",
        Severity::Major,
        "After `Connection: close`, the next call has a connection of its own",
        "do not give such a connection back to the pool",
        close_honoured,
    ),
    rule(
        "closed-idle-connection-not-used",
        Severity::Major,
        "A connection that the server has closed while it was idle is not used",
        "look for the end of an idle connection before it is used again",
        closed_while_idle,
    ),
    rule(
        "closing-connection-not-retried",
        Severity::Critical,
        "If an idle connection closes when a request was sent on it, the call fails and sends nothing again",
        "turn off the retry of the stack on kept connections, or keep no idle connections: the server may \
         have carried out the request",
        closed_when_used_again,
    ),
    rule(
        "unasked-response-not-taken",
        Severity::Critical,
        "A response that nobody asked for is not the response of the next call",
        NOT_KEPT,
        unasked_bytes,
    ),
    rule(
        "unasked-record-not-taken",
        Severity::Critical,
        "The same over TLS, where it may rest in the TLS library or below it",
        NOT_KEPT,
        unasked_records,
    ),
    rule(
        "close-notify-noticed",
        Severity::Major,
        "A connection that TLS has ended (`close_notify`) is not used again",
        "look for what came by TLS before an idle connection is used again",
        close_notify,
    ),
    rule(
        "unread-rest-not-taken",
        Severity::Critical,
        "The rest of a response that was refused is not the response of the next call",
        "close a connection whose response was not read to its end",
        |probe| unread_rest(probe, false),
    ),
    rule(
        "unread-rest-closes",
        Severity::Minor,
        "A connection whose response was refused is closed",
        "close a connection whose response was not read to its end: reading the rest takes time and bytes",
        |probe| unread_rest(probe, true),
    ),
];

fn reused(probe: &Probe) {
    let server = responding(response(400, "{}"));
    if let Some(calls) = probe.start(&probe.target(&server.url())) {
        for _ in 0..3 {
            probe.response("one of three calls", calls.call(), 400, "{}");
        }
    }
    if server.connections() > 1 {
        probe.fail(format!(
            "{} connections were made for 3 calls",
            server.connections()
        ));
    }
    probe.sent_once("three calls", &server, 3);
}

fn close_honoured(probe: &Probe) {
    let server = responding("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
    if let Some(calls) = probe.start(&probe.target(&server.url())) {
        for _ in 0..2 {
            probe.response("`Connection: close`", calls.call(), 200, "{}");
        }
    }
    if server.connections() < 2 {
        probe.fail("the connection was used again");
    }
}

fn closed_while_idle(probe: &Probe) {
    let server = responding_once(response(200, "{}"));
    let Some(calls) = probe.start(&probe.target(&server.url())) else {
        return;
    };
    let what = "a call after the server closed the connection";
    for call in 1..=3 {
        if !probe.response(what, calls.call(), 200, "{}") {
            return;
        }
        server.wait_for_closed(call);
    }
    probe.sent_once(what, &server, 3);
}

/// The close comes too late to be noticed before the request is sent.
fn closed_when_used_again(probe: &Probe) {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
        connection.read_request();
    });
    let Some(calls) = probe.start(&probe.target(&server.url())) else {
        return;
    };
    probe.response("the first call", calls.call(), 200, "{}");
    let first = server.connections();
    let seen = calls.call();
    if server.request_count() > 2 {
        let requests = server.request_count();
        probe.fail(format!("the server got {requests} requests of 2 calls"));
    }
    // A transport that keeps no connections gets a response on another one.
    if server.connections() == first {
        probe.error("closed after the second request", seen, Other);
    } else if server.request_count() == 2 {
        probe.response("the second call", seen, 200, "{}");
    }
    probe.sent_once("an idle connection that closes", &server, 2);
}

fn unasked_bytes(probe: &Probe) {
    let server = responding([response(200, "asked"), response(200, "unasked")].concat());
    if let Some(calls) = probe.start(&probe.target(&server.url())) {
        for _ in 0..2 {
            probe.response("two responses to one request", calls.call(), 200, "asked");
        }
    }
    if server.connections() < 2 {
        probe.fail("the connection was used again after bytes that were not asked for");
    }
}

/// Where the second response rests depends on how the records lie in the buffers, and so on the size of the
/// first one.
fn unasked_records(probe: &Probe) {
    if !probe.needs_trust() {
        return;
    }
    let server = Server::start_tls(probe.run.authority.server(Leaf::Good), |connection| {
        while let Some(request) = connection.read_request() {
            let asked = String::from_utf8_lossy(&request.body).into_owned();
            connection.write_together(&[&response(200, &asked), &response(200, "unasked")]);
        }
    });
    let Some(calls) = probe.start(&probe.target(&server.https_url())) else {
        return;
    };
    for size in (3500..4200).step_by(4).chain((11_900..12_300).step_by(10)) {
        let asked = format!("{size:x>size$}");
        let request = request_with_body(&server.https_url(), asked.clone());
        let what = format!("two responses to one request, the first of {size} bytes");
        probe.response(&what, calls.send(request), 200, &asked);
    }
}

/// A server that is done with the connection says so by TLS before it closes the socket.
fn close_notify(probe: &Probe) {
    if !probe.needs_trust() {
        return;
    }
    let server = Server::start_tls(probe.run.authority.server(Leaf::Good), |connection| {
        connection.read_request();
        connection.write_last(&response(200, "{}"));
        connection.hold();
    });
    if let Some(calls) = probe.start(&probe.target(&server.https_url())) {
        for _ in 0..10 {
            probe.response("a call after `close_notify`", calls.call(), 200, "{}");
        }
    }
}

fn unread_rest(probe: &Probe, must_close: bool) {
    // Whoever takes the rest for a response gets this one.
    let rest = response(200, "no");
    let first = [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", rest.len()).into_bytes(),
        rest,
    ]
    .concat();
    let is_first = AtomicBool::new(true);
    let server = Server::start(move |connection| {
        while connection.read_request().is_some() {
            if is_first.swap(false, Ordering::Relaxed) {
                connection.write(&first);
            } else {
                connection.write(&response(200, "ok"));
            }
        }
    });
    let small = probe.target(&server.url()).with_response_limit(4);
    let Some(calls) = probe.start(&small) else {
        return;
    };
    let what = "a response that is too large";
    let (first, second) = (calls.call(), calls.call());
    if must_close {
        if server.connections() < 2 {
            probe.fail(format!("{what}: the connection was used again"));
        }
    } else {
        if let crate::subject::Seen::Error(error) = first {
            probe.kind(what, &error, TooLarge);
            probe.was_sent(what, &error);
        }
        probe.response("the call after it", second, 200, "ok");
    }
}

//! Rules about connections that are kept and reused.

use std::sync::atomic::{AtomicBool, Ordering};

use totps_core::TransportErrorKind::{Other, TooLarge};

use crate::hostile::{Leaf, Server, response};
use crate::probe::{Probe, request_with_body};
use crate::rule::{Rule, Severity};

use super::{responding, responding_once, rule};

const NOT_KEPT: &str = "close a connection on which unsolicited data arrives. If the stack does not check for it, keep no \
                        idle connections";

pub(super) const RULES: [Rule; 9] = [
    rule(
        "idle-connection-reused",
        Severity::Minor,
        "Consecutive calls use one connection",
        "reuse the client of the stack with its pool, and read every body to its end: a handshake takes two \
         round trips",
        reused,
    ),
    rule(
        "connection-close-honoured",
        Severity::Major,
        "After `Connection: close`, the next call uses a new connection",
        "do not return such a connection to the pool",
        close_honoured,
    ),
    rule(
        "closed-idle-connection-not-used",
        Severity::Major,
        "An idle connection that the server has closed is not used again",
        "check whether an idle connection has ended before it is used again",
        closed_while_idle,
    ),
    rule(
        "closing-connection-not-retried",
        Severity::Critical,
        "If an idle connection closes after a request was sent on it, the call fails, and the request is not \
         sent again",
        "turn off the retries of the stack on kept connections, or keep no idle connections: the server may \
         have carried out the request",
        closed_when_used_again,
    ),
    rule(
        "unasked-response-not-taken",
        Severity::Critical,
        "An unsolicited response is not returned as the response to the next call",
        NOT_KEPT,
        unasked_bytes,
    ),
    rule(
        "unasked-record-not-taken",
        Severity::Critical,
        "An unsolicited response over TLS is not returned as the response to the next call, whether it is \
         buffered in the TLS library or below it",
        NOT_KEPT,
        unasked_records,
    ),
    rule(
        "close-notify-noticed",
        Severity::Major,
        "A connection that the server has ended with `close_notify` is not used again",
        "check for unread TLS records before an idle connection is used again",
        close_notify,
    ),
    rule(
        "unread-rest-not-taken",
        Severity::Critical,
        "The rest of a refused response is not returned as the response to the next call",
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
        probe.fail(format!("3 calls used {} connections", server.connections()));
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

/// The server closes the connection too late for the client to notice before it sends the request.
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
        probe.fail(format!("the server got {requests} requests for 2 calls"));
    }
    // A transport that keeps no connections gets a response on a new one.
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
        probe.fail("the connection was used again after an unsolicited response");
    }
}

/// The size of the first response decides which buffer holds the second one, so many sizes are
/// tried.
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

/// The server ends each connection with `close_notify`, and keeps the socket open.
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
    // The rest of the first body is itself a response, which a wrong transport returns to the next
    // call.
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

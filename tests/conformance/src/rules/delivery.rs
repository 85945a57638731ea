//! Rules about requests that are sent once, and about errors that say whether a request was sent.
//! Nearly every other rule also checks both.

use totps_core::TransportErrorKind;

use crate::hostile::{Leaf, RefusingPort, Server, response};
use crate::probe::{CODE, PROJECT_SECRET};
use crate::probe::{ERRORS_SHOW_NO_SECRET, NOT_SENT_ONLY_WITH_PROOF, Probe, SENT_ONCE};
use crate::rule::{Rule, Severity};
use crate::subject::Seen;

use super::{responding, responding_once, rule, silent};

pub(super) const RULES: [Rule; 7] = [
    rule(
        SENT_ONCE,
        Severity::Critical,
        "A call sends its request once, whatever happens, because a one-time code works only once",
        "turn off retries in the HTTP stack, including automatic retries after an idle connection was closed, \
         and do not call the stack in a loop",
        sent_once,
    ),
    rule(
        NOT_SENT_ONLY_WITH_PROOF,
        Severity::Critical,
        "An error says `Delivery::NotSent` only if no byte of the request can have been sent",
        "use `TransportError::not_sent` for errors before there is a connection, and `TransportError::other` or \
         `timed_out` for all others: callers retry a request that was not sent",
        not_sent_only_with_proof,
    ),
    rule(
        ERRORS_SHOW_NO_SECRET,
        Severity::Critical,
        "No error shows secrets of the request or text from the server",
        "do not put requests, headers, or text from the server into errors; wrap the error of the stack in one \
         that shows only its kind",
        errors_show_no_secret,
    ),
    rule(
        "refused-connection-is-not-sent",
        Severity::Minor,
        "If the port refuses the connection, the error says `Delivery::NotSent`",
        "map connection errors to `TransportError::not_sent`: the caller may use the same code again",
        refused_connection,
    ),
    rule(
        "lookup-failure-is-not-sent",
        Severity::Minor,
        "If the host name does not resolve, the error says `Delivery::NotSent`",
        "map lookup errors to `TransportError::not_sent`: the caller may use the same code again",
        lookup_failure,
    ),
    rule(
        "handshake-failure-is-not-sent",
        Severity::Minor,
        "If the TLS handshake fails, the error says `Delivery::NotSent`",
        "map handshake errors to `TransportError::tls(…).with_delivery(Delivery::NotSent)`, if the stack \
         distinguishes them from errors on an open connection",
        handshake_failure,
    ),
    rule(
        "deadline-before-sending-is-not-sent",
        Severity::Minor,
        "If the call times out before there is a connection, the error says `Delivery::NotSent`",
        "map connect timeouts to `TransportError::timed_out(…).with_delivery(Delivery::NotSent)`, if the stack \
         distinguishes them from timeouts on an open connection",
        super::deadlines::before_sending,
    ),
];

fn sent_once(probe: &Probe) {
    const CUT: &str = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
    let reset = Server::start(|connection| {
        connection.read_request();
        connection.reset_at_end();
    });
    for (what, server) in [
        ("closed after the request", responding_once("")),
        ("closed during the response", responding_once(CUT)),
        ("reset after the request", reset),
    ] {
        probe.call(&probe.target(&server.url()));
        probe.sent_once(what, &server, 1);
    }
    for status in [408, 421, 425, 429, 500, 503] {
        let server = responding(format!(
            "HTTP/1.1 {status} No\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{{}}"
        ));
        probe.call(&probe.target(&server.url()));
        let what = format!("a response {status} with `Retry-After: 0`");
        probe.sent_once(&what, &server, 1);
    }
    // The server closes the connection too late for the client to notice before it sends the
    // request.
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
        connection.read_request();
    });
    if let Some(calls) = probe.start(&probe.target(&server.url())) {
        let what = "an idle connection that is closed when it is used again";
        calls.call();
        calls.call();
        probe.sent_once(what, &server, 2);
    }
    // Unless retries are configured, even a request that was not sent must not be retried.
    let server = Server::start_tls(probe.run.authority.server(Leaf::SelfSigned), |_| {});
    let what = "a certificate that is not trusted";
    probe.call(&probe.target(&server.https_url()));
    probe.sent_once(what, &server, 1);
}

fn not_sent_only_with_proof(probe: &Probe) {
    use TransportErrorKind::{Other, Timeout, TooLarge};

    // Other rules check that there is an error at all.
    let sent = |what, seen, kind| {
        if let Seen::Error(error) = seen {
            probe.kind(what, &error, kind);
            probe.was_sent(what, &error);
        }
    };
    let expect = |what, server: &Server, kind| {
        let seen = probe.call(&probe.target(&server.url()));
        sent(what, seen, kind);
    };
    expect("closed after the request", &responding_once(""), Other);
    let one_byte = Server::start(|connection| {
        connection.read_bytes(1);
    });
    expect(
        "closed after the first byte of the request",
        &one_byte,
        Other,
    );
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
    expect("a truncated response", &responding_once(cut), Other);
    expect(
        "a response that is not HTTP",
        &responding_once("SSH-2.0\r\n\r\n"),
        Other,
    );
    let reset = Server::start(|connection| {
        connection.read_request();
        connection.reset_at_end();
    });
    expect("reset after the request", &reset, Other);

    let server = responding(response(200, "larger than the limit"));
    let small = probe.target(&server.url()).with_response_limit(4);
    sent("a response that is too large", probe.call(&small), TooLarge);
    let server = silent();
    let seen = probe.call(&probe.hurried(&server.url()));
    sent("a server that does not respond", seen, Timeout);

    let server = Server::start(|connection| connection.reset_at_end());
    let what = "closed before the request was read";
    let seen = probe.call(&probe.target(&server.url()));
    if let Seen::Error(error) = seen {
        // The reset may come before the first byte is sent.
        if error.delivery() == totps_core::Delivery::Answered {
            probe.was_sent(what, &error);
        }
    }
    probe.sent_once(what, &server, 1);
}

/// The server sends the secrets back in responses that break the protocol.
fn errors_show_no_secret(probe: &Probe) {
    for template in [
        "SENTINEL\r\n\r\n",
        "HTTP/1.1 200 SENTINEL\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSENTINEL\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: SENTINEL\r\n\r\n",
        "HTTP/1.1 307 OK\r\nlocation: SENTINEL\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nSENTINEL\r\n",
    ] {
        for secret in [CODE, PROJECT_SECRET] {
            let server = responding_once(template.replace("SENTINEL", secret));
            // `call` searches every error for secrets.
            probe.call(&probe.target(&server.url()));
        }
    }
    let refusing = RefusingPort::reserve();
    probe.call(&probe.target(&refusing.url()));
    probe.call(&probe.hurried(&silent().url()));
}

fn refused_connection(probe: &Probe) {
    let port = RefusingPort::reserve();
    let url = port.url();
    probe.not_sent(
        "a port that refuses connections",
        probe.call(&probe.target(&url)),
        TransportErrorKind::Connect,
        probe.rule(),
    );
}

fn lookup_failure(probe: &Probe) {
    // The label is too long for DNS, so no name server is queried.
    let url = format!("https://{}.invalid", "a".repeat(64));
    probe.not_sent(
        "a host name that does not resolve",
        probe.call(&probe.target(&url)),
        TransportErrorKind::Connect,
        probe.rule(),
    );
}

fn handshake_failure(probe: &Probe) {
    let server = Server::start_tls(probe.run.authority.server(Leaf::Expired), |_| {});
    probe.not_sent(
        "an expired certificate",
        probe.call(&probe.target(&server.https_url())),
        TransportErrorKind::Tls,
        probe.rule(),
    );
}

//! Rules about the size of a response.

use totps_core::TransportErrorKind::{self, TooLarge};

use crate::hostile::{Server, chunked_response, response};
use crate::probe::{Probe, SHORT, chain};
use crate::rule::{Needs, Rule, Severity};
use crate::subject::Seen;
use crate::target::Target;

use super::{responding, responding_once, rule};

const LIMIT_BODY: &str = "collect the body in a `LimitedBody` of `Target::response_limit`, piece by piece; do not read \
                          it whole first";
const LIMIT_HEAD: &str = "set the limits of the stack to `Limits::HEAD` and `Limits::HEADERS`, and call `Limits::check_headers`";

pub(super) const RULES: [Rule; 9] = [
    rule(
        "body-limit-with-length",
        Severity::Critical,
        "A body with a length is read up to the limit, and refused beyond it",
        LIMIT_BODY,
        |probe| body_limit(probe, |body| responding(response(200, body))),
    ),
    rule(
        "body-limit-in-chunks",
        Severity::Critical,
        "A body in chunks is read up to the limit, and refused beyond it",
        LIMIT_BODY,
        |probe| body_limit(probe, |body| responding(chunked_response(200, body, 100))),
    ),
    rule(
        "body-limit-until-close",
        Severity::Critical,
        "A body that ends with its connection is read up to the limit, and refused beyond it",
        LIMIT_BODY,
        |probe| {
            body_limit(probe, |body| {
                responding_once(format!("HTTP/1.1 200 OK\r\n\r\n{body}"))
            })
        },
    ),
    rule(
        "body-limit-of-errors",
        Severity::Critical,
        "The limit also applies to the body of an error response",
        LIMIT_BODY,
        |probe| body_limit(probe, |body| responding(response(500, body))),
    ),
    rule(
        "announced-length-refused",
        Severity::Major,
        "A `Content-Length` above the limit is refused without waiting for the body",
        "pass `Content-Length` to `Limits::body` before reading the body",
        announced_length,
    ),
    rule(
        "endless-body-ends",
        Severity::Critical,
        "An endless body is refused at the limit",
        LIMIT_BODY,
        endless_body,
    )
    .needs(Needs::Quiet),
    rule(
        "header-count-limited",
        Severity::Minor,
        "A response with 64 headers is read, and one with more is refused",
        LIMIT_HEAD,
        header_count,
    ),
    rule(
        "head-size-limited",
        Severity::Minor,
        "A head of 31 KiB is read, and one of 33 KiB is refused",
        LIMIT_HEAD,
        head_size,
    ),
    rule(
        "endless-head-ends",
        Severity::Major,
        "An endless head is refused",
        LIMIT_HEAD,
        endless_head,
    )
    .needs(Needs::Quiet),
];

fn body_limit(probe: &Probe, serve: fn(&str) -> Server) {
    const LIMIT: usize = 1000;
    let (fits, larger) = ("x".repeat(LIMIT), "x".repeat(LIMIT + 1));
    let server = serve(&fits);
    let seen = probe.call(&probe.target(&server.url()).with_response_limit(LIMIT));
    let what = "a body with exactly the limit of 1000 bytes";
    if let Some(response) = probe.some_response(what, seen) {
        if response.body().as_bytes() != fits.as_bytes() {
            probe.fail(format!(
                "{what}: the returned body, of {} bytes, is not the body that was sent",
                response.body().len()
            ));
        }
    }
    let server = serve(&larger);
    let seen = probe.call(&probe.target(&server.url()).with_response_limit(LIMIT));
    probe.error(
        "a body one byte larger than the limit of 1000 bytes",
        seen,
        TooLarge,
    );
}

/// The server announces a large body and sends only its beginning.
fn announced_length(probe: &Probe) {
    for length in ["1073741824", "18446744073709551615"] {
        let server = responding(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nbeginning"
        ));
        let seen = probe.call(&quick(probe, &server));
        let what = format!("`Content-Length: {length}`");
        not_by_timeout(probe, &what, &seen);
        let is_endless = matches!(seen, Seen::Hung(_));
        probe.error(&what, seen, TooLarge);
        if is_endless {
            // The other case would take as long.
            return;
        }
    }
}

fn endless_body(probe: &Probe) {
    for (what, field, piece) in [
        (
            "endless chunks",
            "transfer-encoding: chunked",
            format!("1000\r\n{}\r\n", "y".repeat(0x1000)),
        ),
        ("an endless body", "connection: close", "y".repeat(0x1000)),
    ] {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(format!("HTTP/1.1 200 X\r\n{field}\r\n\r\n").as_bytes());
            // Stop at 64 MiB, so that a transport without a limit does not use all memory.
            for _ in 0..16 * 1024 {
                if !connection.write(piece.as_bytes()) {
                    return;
                }
            }
            connection.hold();
        });
        let seen = probe.call(&quick(probe, &server));
        not_by_timeout(probe, what, &seen);
        let is_endless = matches!(seen, Seen::Hung(_));
        probe.error(what, seen, TooLarge);
        if is_endless {
            // The other case would take as long.
            return;
        }
    }
}

fn header_count(probe: &Probe) {
    let with_headers = |count: usize| {
        let others: String = (1..count).map(|n| format!("x-{n}: y\r\n")).collect();
        responding(format!(
            "HTTP/1.1 200 OK\r\n{others}content-length: 2\r\n\r\n{{}}"
        ))
    };
    let call = |count| {
        let server = with_headers(count);
        probe.call(&probe.target(&server.url()))
    };
    probe.response("64 headers", call(64), 200, "{}");
    probe.error("65 headers", call(65), TooLarge);
    // Some stacks have their own limit, and report that it was exceeded as another kind of error.
    if let Some(error) = probe.some_error("200 headers", call(200)) {
        probe.was_sent("200 headers", &error);
    }
}

fn head_size(probe: &Probe) {
    let call = |size: usize| {
        let begin = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: ";
        let filler = "y".repeat(size - begin.len() - 4);
        let server = responding(format!("{begin}{filler}\r\n\r\n{{}}"));
        probe.call(&probe.target(&server.url()))
    };
    probe.response("a head of 31 KiB", call(31 * 1024), 200, "{}");
    probe.error("a head of 33 KiB", call(33 * 1024), TooLarge);
}

fn endless_head(probe: &Probe) {
    for (what, piece) in [("endless headers", "x: y\r\n"), ("an endless header", "y")] {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(b"HTTP/1.1 200 OK\r\nx: ");
            let pieces = piece.repeat(1000);
            for _ in 0..16 * 1024 {
                if !connection.write(pieces.as_bytes()) {
                    return;
                }
            }
            connection.hold();
        });
        let seen = probe.call(&quick(probe, &server));
        not_by_timeout(probe, what, &seen);
        if let Some(error) = probe.some_error(what, seen) {
            probe.was_sent(what, &error);
        }
    }
}

/// Returns a target with a timeout of 5 s, which is long enough to read a response up to the limit.
fn quick(probe: &Probe, server: &Server) -> Target {
    probe.target(&server.url()).with_timeout(SHORT * 5)
}

/// Expects that the limit ends the call, not the timeout.
fn not_by_timeout(probe: &Probe, what: &str, seen: &Seen) {
    if let Seen::Error(error) = seen {
        if error.kind() == TransportErrorKind::Timeout {
            probe.fail(format!(
                "{what}: the call waited for its timeout: {}",
                chain(error)
            ));
        }
    }
}

//! How large a response may be.

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
        "A body with a length is read up to the limit and refused beyond it",
        LIMIT_BODY,
        |probe| body_limit(probe, |body| responding(response(200, body))),
    ),
    rule(
        "body-limit-in-chunks",
        Severity::Critical,
        "A body in chunks is read up to the limit and refused beyond it",
        LIMIT_BODY,
        |probe| body_limit(probe, |body| responding(chunked_response(200, body, 100))),
    ),
    rule(
        "body-limit-until-close",
        Severity::Critical,
        "A body that ends with its connection is read up to the limit and refused beyond it",
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
        "The limit holds for the body of an error response, too",
        LIMIT_BODY,
        |probe| body_limit(probe, |body| responding(response(500, body))),
    ),
    rule(
        "announced-length-refused",
        Severity::Major,
        "A `Content-Length` beyond the limit is refused without waiting for the body",
        "give `Content-Length` to `Limits::body` before reading",
        announced_length,
    ),
    rule(
        "endless-body-ends",
        Severity::Critical,
        "A body without end is refused at the limit",
        LIMIT_BODY,
        endless_body,
    )
    .needs(Needs::Quiet),
    rule(
        "header-count-limited",
        Severity::Minor,
        "64 headers are read, more are refused",
        LIMIT_HEAD,
        header_count,
    ),
    rule(
        "head-size-limited",
        Severity::Minor,
        "A head of 31 KiB is read, one of 33 KiB is refused",
        LIMIT_HEAD,
        head_size,
    ),
    rule(
        "endless-head-ends",
        Severity::Major,
        "A head without end is refused",
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
    let what = "a body as large as the limit of 1000 bytes";
    if let Some(response) = probe.some_response(what, seen) {
        if response.body().as_bytes() != fits.as_bytes() {
            probe.fail(format!(
                "{what}: {} bytes were returned",
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

/// Refused without waiting for what will never come.
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
            // The other would take as long.
            return;
        }
    }
}

fn endless_body(probe: &Probe) {
    for (what, field, piece) in [
        (
            "chunks without end",
            "transfer-encoding: chunked",
            format!("1000\r\n{}\r\n", "y".repeat(0x1000)),
        ),
        (
            "a body without end",
            "connection: close",
            "y".repeat(0x1000),
        ),
    ] {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(format!("HTTP/1.1 200 X\r\n{field}\r\n\r\n").as_bytes());
            // A transport without a limit is not to fill the memory.
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
            // The other would take as long.
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
    // Some stacks have a limit of their own and say only that it is broken.
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
    for (what, piece) in [
        ("headers without end", "x: y\r\n"),
        ("a header without end", "y"),
    ] {
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

/// A target with time enough to read what is allowed.
fn quick(probe: &Probe, server: &Server) -> Target {
    probe.target(&server.url()).with_timeout(SHORT * 5)
}

/// The limit ends the call, not the timeout.
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

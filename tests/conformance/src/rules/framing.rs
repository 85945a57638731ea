//! Rules about unusual, broken and truncated responses, which are read in the one correct way or
//! refused.

use totps_core::TransportErrorKind;

use crate::hostile::Server;
use crate::probe::{Probe, SHORT};
use crate::rule::{Rule, Severity};

use super::{responding_once, rule};

pub(super) const RULES: [Rule; 8] = [
    rule(
        "odd-responses-read",
        Severity::Minor,
        "Responses that are unusual but allowed are read: any status from 200 to 999, an empty line at the \
         start, a repeated `Content-Length`, chunk extensions, trailers",
        "let the stack parse HTTP; do not compare the status or the headers with lists of known ones",
        |probe| try_table(probe, |expected| matches!(expected, Read(..))),
    ),
    rule(
        "broken-responses-refused",
        Severity::Major,
        "A response that violates HTTP is an error",
        "do not repair responses: a response from a broken server or a proxy is not the response of the API",
        broken,
    ),
    rule(
        "cut-responses-refused",
        Severity::Major,
        "A response that ends before its announced length or its last chunk is an error",
        "compare the length of the body with `Content-Length`, and read chunks up to the last one",
        cut,
    ),
    rule(
        "reset-responses-refused",
        Severity::Major,
        "A connection that is reset before the end of the response is an error",
        "do not treat an error of reading as the end of the body",
        |probe| {
            reset(probe, "content-length: 100", "a body with a length");
            reset(probe, "transfer-encoding: chunked", "a body in chunks");
        },
    ),
    rule(
        "reset-ends-no-body",
        Severity::Minor,
        "A body that ends with its connection is complete only if the connection was closed, not reset",
        "do not treat an error of reading as the end of the body",
        |probe| {
            reset(
                probe,
                "connection: close",
                "a body until the connection closes",
            )
        },
    ),
    rule(
        "two-framings-refused",
        Severity::Minor,
        "A response with both `Transfer-Encoding` and `Content-Length`, or with a `Transfer-Encoding` other than \
         `chunked`, is an error",
        "refuse `Transfer-Encoding` together with `Content-Length`, and any value of it except `chunked`",
        |probe| try_table(probe, |expected| matches!(expected, TwoFramings)),
    ),
    rule(
        "http10-chunks-refused",
        Severity::Minor,
        "`Transfer-Encoding` in an HTTP/1.0 response is an error",
        "refuse it: HTTP/1.0 has no chunks, so a proxy may have read the response differently",
        |probe| try_table(probe, |expected| matches!(expected, Http10Chunks)),
    ),
    rule(
        "last-chunk-line-required",
        Severity::Minor,
        "A chunked response without the empty line after its last chunk is an error",
        "read the empty line before the response counts as complete",
        |probe| {
            try_table(probe, |expected| matches!(expected, LastChunk));
            super::cuts::last_line(probe);
        },
    ),
];

#[derive(Clone, Copy, Debug)]
enum Expected {
    /// A response with this status and this body.
    Read(u16, &'static str),
    /// An error after which the code may have been used.
    Refused,
    /// Like `Refused`, in a separate rule, because RFC 9112 leaves the decision to the client.
    TwoFramings,
    /// Like `TwoFramings`.
    Http10Chunks,
    /// Like `TwoFramings`.
    LastChunk,
}

use Expected::{Http10Chunks, LastChunk, Read, Refused, TwoFramings};

/// Status lines and headers, each followed by `content-length: 2` and the body `{}`.
const HEADS: [(&str, Expected); 31] = [
    // Statuses.
    ("HTTP/1.1 000 X", Refused),
    ("HTTP/1.1 99 X", Refused),
    ("HTTP/1.1 099 X", Refused),
    ("HTTP/1.1 -20 X", Refused),
    ("HTTP/1.1 1000 X", Refused),
    ("HTTP/1.1 101 X", Read(101, "")),
    (
        "HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x",
        Read(101, ""),
    ),
    // An interim response without a final one.
    ("HTTP/1.1 103 X", Refused),
    ("HTTP/1.1 199 X\r\n\r\nHTTP/1.1 200 X", Read(200, "{}")),
    ("HTTP/1.1 204 X", Read(204, "")),
    ("HTTP/1.1 205 X", Read(205, "{}")),
    ("HTTP/1.1 304 X", Read(304, "")),
    ("HTTP/1.1 600 X", Read(600, "{}")),
    ("HTTP/1.1 999 X", Read(999, "{}")),
    // Other protocols.
    ("HTTP/2.0 200 X", Refused),
    ("http/1.1 200 X", Refused),
    ("HTTP/1.1 200 A\0B", Refused),
    ("\r\nHTTP/1.1 200", Read(200, "{}")),
    // Headers.
    ("HTTP/1.1 200 X\r\nx: a\r\n folded", Refused),
    ("HTTP/1.1 200 X\r\n x: a", Refused),
    ("HTTP/1.1 200 X\r\nx\0y: a", Refused),
    ("HTTP/1.1 200 X\r\nx: a\rb", Refused),
    ("HTTP/1.1 200 X\r\nx : a", Refused),
    ("HTTP/1.1 200 X\r\n: a", Refused),
    ("HTTP/1.1 200 X\r\nx: \u{e9}", Read(200, "{}")),
    // Another length before `content-length: 2`.
    ("HTTP/1.1 200 X\r\ncontent-length: 2", Read(200, "{}")),
    ("HTTP/1.1 200 X\r\ncontent-length: 3", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length: 1", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length: 2, 3", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length: +2", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length:", Refused),
];

/// Headers and bodies of responses with the status 200.
const BODIES: [(&str, &str, Expected); 22] = [
    ("content-length: 1", "{}", Read(200, "{")),
    ("content-length: 3", "{}", Refused),
    ("content-length: 2, 2", "{}", Read(200, "{}")),
    ("content-length: 2, 3", "{}", Refused),
    ("content-length: 0x2", "{}", Refused),
    ("content-length: 2 2", "{}", Refused),
    ("content-length: 18446744073709551616", "{}", Refused),
    (CHUNKED, "2;a=b\r\n{}\r\n0\r\nx: y\r\n\r\n", Read(200, "{}")),
    (CHUNKED, "10000000000000002\r\n{}\r\n0\r\n\r\n", Refused),
    (CHUNKED, "fffffffffffffffe\r\n{}\r\n0\r\n\r\n", Refused),
    (CHUNKED, "-2\r\n{}\r\n0\r\n\r\n", Refused),
    (CHUNKED, "2\r\n{}xx0\r\n\r\n", Refused),
    (CHUNKED, "3\r\n{}\r\n0\r\n\r\n", Refused),
    (CHUNKED, "\r\n\r\n", Refused),
    (CHUNKED, "2\r\n{}\r\n0", Refused),
    (CHUNKED, "2\r\n{}\r\n0\r\n", LastChunk),
    (CHUNKED, "{}", Refused),
    // Two framings, and unknown transfer codings.
    (
        "content-length: 3\r\ntransfer-encoding: chunked",
        CHUNKS,
        TwoFramings,
    ),
    (
        "transfer-encoding: chunked\r\ncontent-length: 1",
        CHUNKS,
        TwoFramings,
    ),
    ("transfer-encoding: chunked, chunked", CHUNKS, TwoFramings),
    ("transfer-encoding: gzip, chunked", CHUNKS, TwoFramings),
    ("transfer-encoding: identity", "{}", TwoFramings),
];

const CHUNKED: &str = "transfer-encoding: chunked";
const CHUNKS: &str = "2\r\n{}\r\n0\r\n\r\n";

fn table() -> impl Iterator<Item = (String, Expected)> {
    let heads = HEADS.iter().map(|(head, expected)| {
        let response = format!("{head}\r\ncontent-length: 2\r\n\r\n{{}}");
        (response, *expected)
    });
    let bodies = BODIES.iter().map(|(field, body, expected)| {
        let response = format!("HTTP/1.1 200 X\r\n{field}\r\n\r\n{body}");
        (response, *expected)
    });
    let others = [
        ("HTTP/1.1 200 X\ncontent-length: 2\n\n{}", Read(200, "{}")),
        (
            "HTTP/1.0 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            Http10Chunks,
        ),
        ("{}", Refused),
        ("\u{16}\u{3}\u{3}\0\u{2}\u{1}\0", Refused),
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", Refused),
        ("HTTP/1.1 abc\r\n\r\n", Refused),
        ("HTTP/3.7 200 OK\r\n\r\n", Refused),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Refused),
        ("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", Refused),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
            Refused,
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}", Refused),
        ("HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}", Refused),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
            Refused,
        ),
    ];
    let others = others.map(|(response, expected)| (response.to_owned(), expected));
    heads.chain(bodies).chain(others)
}

/// Returns the responses of the table without the expected results.
pub(super) fn texts() -> impl Iterator<Item = String> {
    table().map(|(response, _)| response)
}

fn try_table(probe: &Probe, is_chosen: fn(Expected) -> bool) {
    for (bytes, expected) in table().filter(|(_, expected)| is_chosen(*expected)) {
        let server = responding_once(bytes.as_bytes());
        let seen = probe.call(&probe.target(&server.url()));
        let what = format!("{bytes:?}");
        match expected {
            Read(status, body) => {
                probe.response(&what, seen, status, body);
            }
            Refused | TwoFramings | Http10Chunks | LastChunk => {
                probe.error(&what, seen, TransportErrorKind::Other);
            }
        }
        probe.sent_once(&what, &server, 1);
    }
}

fn broken(probe: &Probe) {
    try_table(probe, |expected| matches!(expected, Refused));
}

fn cut(probe: &Probe) {
    for bytes in [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20\r\n0123456789",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
    ] {
        let server = responding_once(bytes);
        let seen = probe.call(&probe.target(&server.url()));
        let what = format!("closed after {bytes:?}");
        probe.error(&what, seen, TransportErrorKind::Other);
        probe.sent_once(&what, &server, 1);
    }
}

fn reset(probe: &Probe, field: &'static str, what: &str) {
    let server = Server::start(move |connection| {
        connection.read_request();
        connection.write(format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n5\r\nabc").as_bytes());
        // The client must read these bytes before the reset discards them.
        std::thread::sleep(SHORT / 3);
        connection.reset_at_end();
    });
    let seen = probe.call(&probe.target(&server.url()));
    let what = format!("{what}, reset in the middle");
    probe.error(&what, seen, TransportErrorKind::Other);
    probe.sent_once(&what, &server, 1);
}

//! Rules about the response that is returned.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use totps_core::http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};

use crate::hostile::{Server, chunked_response, response};
use crate::probe::{Probe, kind_rule};
use crate::rule::{Rule, Severity};
use crate::subject::Seen;

use super::{responding, responding_once, rule};

pub(super) const RULES: [Rule; 8] = [
    rule(
        "any-status-returned",
        Severity::Major,
        "A response with any status is returned as `Ok`, with its body",
        "turn off the settings that turn a status into an error (`error_for_status`, `http_status_as_error`, \
         `--fail`): the client reads the errors of the API from the body",
        any_status,
    ),
    rule(
        "headers-returned",
        Severity::Major,
        "All headers of the response are returned, including `Retry-After`",
        "copy the headers of the stack's response into the `http::Response`",
        headers,
    ),
    rule(
        "interim-responses-skipped",
        Severity::Major,
        "Interim responses (100, 103) are skipped, and the final response is returned",
        "continue reading after a status from 100 to 199, except 101",
        interim,
    ),
    rule(
        "bodies-read-by-their-framing",
        Severity::Major,
        "A body with a length, in chunks, or until the connection closes is read completely; responses 204 and \
         304 have no body",
        "let the stack read the body to its end, and return all of it",
        framings,
    ),
    rule(
        "encoded-body-honest",
        Severity::Major,
        "A body with a `Content-Encoding` is returned either encoded with that header, or decoded without it",
        "turn off decompression, or let it remove `Content-Encoding`",
        |probe| encoded(probe, true),
    ),
    rule(
        "no-decompression",
        Severity::Minor,
        "No body is decompressed, because no compression was requested",
        "turn off decompression in the stack",
        |probe| encoded(probe, false),
    ),
    rule(
        "limit-counts-decoded-bytes",
        Severity::Critical,
        "If the transport decodes bodies, the size limit applies to the decoded body",
        "collect the decoded body in a `LimitedBody`, or turn off decompression",
        decoded_size,
    ),
    rule(
        "no-cookies",
        Severity::Major,
        "Cookies from a response are not sent back",
        "turn off the cookie store of the stack: calls for different Members share a transport",
        cookies,
    ),
];

fn any_status(probe: &Probe) {
    for status in [200, 201, 400, 401, 403, 404, 409, 429, 500, 502, 503] {
        let body = r#"{"error_type":"x"}"#;
        let server = responding(response(status, body));
        let seen = probe.call(&probe.target(&server.url()));
        probe.response(&format!("a response {status}"), seen, status, body);
    }
    let html = "<html><body>Bad gateway</body></html>";
    let server = responding_once(format!(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n{html}"
    ));
    let seen = probe.call(&probe.target(&server.url()));
    probe.response("a 502 with an HTML page", seen, 502, html);
}

fn headers(probe: &Probe) {
    let server = responding(
        "HTTP/1.1 429 X\r\nRetry-After: 7\r\ncontent-type: text/html\r\nx-two: a\r\nx-two: b\r\n\
         content-length: 2\r\n\r\n{}",
    );
    let seen = probe.call(&probe.target(&server.url()));
    let Some(response) = probe.some_response("a response with headers", seen) else {
        return;
    };
    let headers = response.headers();
    for (name, expected) in [
        (RETRY_AFTER.as_str(), &["7"][..]),
        (CONTENT_TYPE.as_str(), &["text/html"]),
        ("x-two", &["a", "b"]),
    ] {
        let got: Vec<_> = headers.get_all(name).iter().collect();
        if got != expected {
            probe.fail(format!(
                "expected the header `{name}: {expected:?}`, got {got:?}"
            ));
        }
    }
}

fn interim(probe: &Probe) {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n";
    let server = responding([interim.as_bytes(), &response(200, "final")].concat());
    let seen = probe.call(&probe.target(&server.url()));
    probe.response("100 and 103 before 200", seen, 200, "final");
}

fn framings(probe: &Probe) {
    let text = "0123456789".repeat(5_000);
    let until_close = |version| responding_once(format!("HTTP/{version} 200 OK\r\n\r\n{text}"));
    for (what, server, status, expected) in [
        (
            "a length",
            responding(response(200, &text)),
            200,
            text.as_str(),
        ),
        ("a length of 0", responding(response(200, "")), 200, ""),
        (
            "chunks of 7 bytes",
            responding(chunked_response(200, &text, 7)),
            200,
            &text,
        ),
        (
            "chunks of 40,000 bytes",
            responding(chunked_response(200, &text, 40_000)),
            200,
            &text,
        ),
        (
            "only the last chunk",
            responding(chunked_response(200, "", 1)),
            200,
            "",
        ),
        (
            "until the connection closes",
            until_close("1.1"),
            200,
            &text,
        ),
        (
            "until the connection closes, HTTP/1.0",
            until_close("1.0"),
            200,
            &text,
        ),
        (
            "204 without a length",
            responding("HTTP/1.1 204 No Content\r\n\r\n"),
            204,
            "",
        ),
        (
            "304 with a length",
            responding("HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n"),
            304,
            "",
        ),
    ] {
        let seen = probe.call(&probe.target(&server.url()));
        probe.response(what, seen, status, expected);
    }
}

/// The output of `printf '{}' | gzip -n`.
const GZIP: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";
/// `{}` in brotli.
const BROTLI: &[u8] = b"\x8b\x00\x80\x7b\x7d\x03";

fn encoded(probe: &Probe, may_decode: bool) {
    for (coding, bytes) in [("gzip", GZIP), ("br", BROTLI), ("br", GZIP)] {
        let server = encoding(coding, bytes);
        let what = format!("a body in {coding}");
        let seen = probe.call(&probe.target(&server.url()));
        if let (Seen::Error(_), true, true) = (&seen, may_decode, bytes == GZIP && coding == "br") {
            // The body is not brotli, so a transport that decodes may return an error.
            continue;
        }
        let Some(response) = probe.some_response(&what, seen) else {
            continue;
        };
        let body = response.body().as_bytes();
        let says = response.headers().get(CONTENT_ENCODING);
        // `headers-returned` reports a response without any headers.
        let is_said = says.is_some_and(|says| says == coding) || response.headers().is_empty();
        let is_as_it_came = body == bytes && is_said;
        let is_decoded = body == b"{}" && says.is_none();
        if !(is_as_it_came || may_decode && is_decoded) {
            let state = match body {
                _ if body == bytes => "encoded",
                b"{}" => "decoded",
                _ => "changed",
            };
            probe.fail(format!(
                "{what}: the body was returned {state}, {} `Content-Encoding`",
                if says.is_some() { "with" } else { "without" }
            ));
        }
    }
}

fn encoding(coding: &str, body: &[u8]) -> Server {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n"
    );
    responding([head.as_bytes(), body].concat())
}

fn decoded_size(probe: &Probe) {
    const LIMIT: usize = 64 * 1024;
    // 2 MiB of spaces in brotli.
    let brotli = b"\x9b\xff\xff\x1f\xf8\x25\x40\xe2\xb1\x40\x20\xf7\xfe\x03".to_vec();
    for (what, coding, bytes) in [
        ("64 KiB and one byte in gzip", "gzip", gzip(LIMIT + 1)),
        ("64 MiB in gzip", "gzip", gzip(64 * 1024 * 1024)),
        ("2 MiB in brotli", "br", brotli),
    ] {
        let server = encoding(coding, &bytes);
        let limited = probe.target(&server.url()).with_response_limit(LIMIT);
        match probe.call(&limited) {
            Seen::Response(response) if response.body().len() > LIMIT => {
                let length = response.body().len();
                probe.fail(format!(
                    "{what}: returned a body of {length} bytes, but the limit is {LIMIT}"
                ));
            }
            Seen::Error(error) if error.kind() != totps_core::TransportErrorKind::TooLarge => {
                probe.fail_rule(
                    kind_rule(totps_core::TransportErrorKind::TooLarge),
                    format!("{what}: got {error}"),
                );
            }
            Seen::Response(_) | Seen::Error(_) => {}
            other => probe.fail(format!("{what}: {}", probe.describe(&other))),
        }
    }
}

/// Returns `size` spaces in gzip. Writing to memory does not fail.
fn gzip(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let piece = [b' '; 4096];
    let mut left = size;
    while left > 0 {
        let length = left.min(piece.len());
        if encoder.write_all(&piece[..length]).is_err() {
            break;
        }
        left -= length;
    }
    encoder.finish().unwrap_or_default()
}

fn cookies(probe: &Probe) {
    let server =
        responding("HTTP/1.1 200 OK\r\nset-cookie: a=b; Path=/\r\ncontent-length: 2\r\n\r\n{}");
    if let Some(calls) = probe.start(&probe.target(&server.url())) {
        for _ in 0..2 {
            probe.response("a response with a cookie", calls.call(), 200, "{}");
        }
    }
    for received in server.requests() {
        let cookies = received.field("cookie");
        if !cookies.is_empty() {
            probe.fail(format!(
                "the next request had `Cookie: {}`",
                cookies.join("; ")
            ));
        }
    }
}

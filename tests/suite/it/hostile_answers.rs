//! Answers that no server should give, for every adapter: a table, and what does not fit into one.
//! Beside these stand the cases of the common suite, in `adapters`.

use std::iter;
use std::time::{Duration, Instant};

use totps_conformance::hostile::{Authority, Leaf, Server};
use totps_core::{
    CreateParams, Delivery, Project, Request, Response, TransportError, TransportErrorKind,
};

use crate::adapters::{Difference, Settings, Subject};

macro_rules! for_every_adapter {
    ($($module:ident: $subject:ty),+ $(,)?) => {$(
        mod $module {
            #[test]
            fn every_answer_is_read_or_refused() {
                super::every_answer_is_read_or_refused::<$subject>();
            }

            #[test]
            fn redirects_to_where_it_came_from_are_answers() {
                super::redirects_to_where_it_came_from_are_answers::<$subject>();
            }

            #[test]
            fn redirects_from_tls_to_clear_text_are_answers() {
                super::redirects_from_tls_to_clear_text_are_answers::<$subject>();
            }

            #[test]
            fn floods_end() {
                super::floods_end::<$subject>(stringify!($module));
            }

            #[test]
            fn endless_bodies_are_too_large() {
                super::endless_bodies_are_too_large::<$subject>();
            }

            #[test]
            fn the_deadline_ends_a_slow_drip() {
                super::the_deadline_ends_a_slow_drip::<$subject>(stringify!($module));
            }
        }
    )+};
}

for_every_adapter! {
    ureq_own: crate::ureq::Own,
    ureq_callers_agent: crate::ureq::CallersAgent,
    hyper_on_tokio: crate::hyper::OnTokio,
    hyper_service_on_smol: crate::hyper::ServiceOnSmol,
    hyper_conn_on_smol: crate::hyper::ConnOnSmol,
    hyper_conn_on_tokio: crate::hyper::ConnOnTokio,
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    /// An answer with this status and this body.
    Read(u16, &'static str),
    /// An error, after which a code may be spent.
    Refused,
    /// An error, unless the table of differences says that it is read: RFC 9112 leaves it to the
    /// client, or the stack is no stricter. Then it has the status 200 and this body.
    RefusedUnless(Difference, &'static str),
}

use Difference::{LastChunkEndsBody, ReadsChunksInHttp10, ReadsTwoFramings};
use Expected::{Read, Refused, RefusedUnless};

/// Status lines and header fields, each with `content-length: 2` and the body `{}` behind it.
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
    // An interim answer, after which none comes.
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
    // Fields.
    ("HTTP/1.1 200 X\r\nx: a\r\n folded", Refused),
    ("HTTP/1.1 200 X\r\n x: a", Refused),
    ("HTTP/1.1 200 X\r\nx\0y: a", Refused),
    ("HTTP/1.1 200 X\r\nx: a\rb", Refused),
    ("HTTP/1.1 200 X\r\nx : a", Refused),
    ("HTTP/1.1 200 X\r\n: a", Refused),
    ("HTTP/1.1 200 X\r\nx: \u{e9}", Read(200, "{}")),
    // Lengths beside that of 2.
    ("HTTP/1.1 200 X\r\ncontent-length: 2", Read(200, "{}")),
    ("HTTP/1.1 200 X\r\ncontent-length: 3", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length: 1", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length: 2, 3", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length: +2", Refused),
    ("HTTP/1.1 200 X\r\ncontent-length:", Refused),
];

/// Header fields and bodies of an answer with the status 200.
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
    (
        CHUNKED,
        "2\r\n{}\r\n0\r\n",
        RefusedUnless(LastChunkEndsBody, "{}"),
    ),
    (CHUNKED, "{}", Refused),
    // Two ways to tell the end, and codings that are not known.
    (
        "content-length: 3\r\ntransfer-encoding: chunked",
        CHUNKS,
        RefusedUnless(ReadsTwoFramings, "{}"),
    ),
    (
        "transfer-encoding: chunked\r\ncontent-length: 1",
        CHUNKS,
        RefusedUnless(ReadsTwoFramings, "{}"),
    ),
    (
        "transfer-encoding: chunked, chunked",
        CHUNKS,
        RefusedUnless(ReadsTwoFramings, "{}"),
    ),
    (
        "transfer-encoding: gzip, chunked",
        CHUNKS,
        RefusedUnless(ReadsTwoFramings, "{}"),
    ),
    (
        "transfer-encoding: identity",
        "{}",
        RefusedUnless(ReadsTwoFramings, "{}"),
    ),
];

const CHUNKED: &str = "transfer-encoding: chunked";
const CHUNKS: &str = "2\r\n{}\r\n0\r\n\r\n";

fn answers() -> impl Iterator<Item = (String, Expected)> {
    let heads = HEADS.iter().map(|(head, expected)| {
        let answer = format!("{head}\r\ncontent-length: 2\r\n\r\n{{}}");
        (answer, *expected)
    });
    let bodies = BODIES.iter().map(|(field, body, expected)| {
        let answer = format!("HTTP/1.1 200 X\r\n{field}\r\n\r\n{body}");
        (answer, *expected)
    });
    let others = [
        ("HTTP/1.1 200 X\ncontent-length: 2\n\n{}", Read(200, "{}")),
        (
            "HTTP/1.0 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            RefusedUnless(ReadsChunksInHttp10, CHUNKS),
        ),
        ("{}", Refused),
        ("\u{16}\u{3}\u{3}\0\u{2}\u{1}\0", Refused),
    ];
    let others = others.map(|(answer, expected)| (answer.to_owned(), expected));
    heads.chain(bodies).chain(others)
}

/// The answers alone.
pub(crate) fn texts() -> impl Iterator<Item = String> {
    answers().map(|(answer, _)| answer)
}

fn every_answer_is_read_or_refused<S: Subject>() {
    for (bytes, expected) in answers() {
        let answer = bytes.clone();
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(answer.as_bytes());
        });
        let result = send::<S>(&server, PATIENCE);
        let seen = match &result {
            Ok(response) => {
                let body = String::from_utf8_lossy(response.body().as_bytes());
                Ok((response.status().as_u16(), body.into_owned()))
            }
            Err(error) => Err((error.kind(), error.delivery())),
        };
        let refused = Err((TransportErrorKind::Other, Delivery::Unknown));
        let is_expected = match expected {
            Read(status, body) => seen == Ok((status, body.to_owned())),
            RefusedUnless(difference, body) if S::DIFFERENCES.contains(&difference) => {
                seen == Ok((200, body.to_owned()))
            }
            Refused | RefusedUnless(..) => seen == refused,
        };
        assert!(
            is_expected,
            "expected {expected:?}, got {seen:?} for {bytes:?}"
        );
        assert_eq!(
            (server.connections(), server.requests().len()),
            (1, 1),
            "expected nothing to be sent twice after {bytes:?}"
        );
    }
}

fn redirects_to_where_it_came_from_are_answers<S: Subject>() {
    for status in 301..=308 {
        for to_itself in [true, false] {
            let server = Server::start(move |connection| {
                while let Some(request) = connection.read_request() {
                    let (host, path) = (request.field("host").concat(), request.line());
                    let path = path.split(' ').nth(1).unwrap().to_owned();
                    let scheme = if to_itself { "http" } else { "https" };
                    connection.write(&redirect(status, &format!("{scheme}://{host}{path}")));
                }
            });
            let response = send::<S>(&server, PATIENCE).expect("a redirect is an answer");
            assert_eq!(response.status(), status, "expected the redirect itself");
            assert_eq!(
                (server.connections(), server.requests().len()),
                (1, 1),
                "expected a {status} not to be followed"
            );
        }
    }
}

fn redirects_from_tls_to_clear_text_are_answers<S: Subject>() {
    let (authority, trap) = (Authority::new(), Server::trap());
    for status in 301..=308 {
        let target = trap.url();
        let server = Server::start_tls(authority.server(Leaf::Good), move |connection| {
            connection.read_request();
            connection.write(&redirect(status, &target));
        });
        let transport = S::transport(Settings {
            root_certificates_pem: Some(authority.pem()),
            ..settings(PATIENCE)
        });
        let result = transport.unwrap().send(request(&server.https_url()));
        let response = result.expect("a redirect is an answer");
        assert_eq!(response.status(), status, "expected the redirect itself");
    }
    assert_eq!(trap.connections(), 0, "expected no credentials in clear");
}

fn redirect(status: u16, location: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: 5\r\n\r\nmoved").into()
}

/// What is no body, without end and as fast as it can be written.
fn floods_end<S: Subject>(subject: &str) {
    if S::DIFFERENCES.contains(&Difference::StarvesItsThread) {
        return;
    }
    let chunks = format!("HTTP/1.1 200 X\r\n{CHUNKED}\r\n\r\n");
    for (flood, beginning, piece) in [
        ("100 Continue", "", "HTTP/1.1 100 Continue\r\n\r\n"),
        ("103 Early Hints", "", "HTTP/1.1 103 X\r\nlink: x\r\n\r\n"),
        ("a chunk's size", &chunks, "0"),
        ("a chunk's extension", &format!("{chunks}2;"), "a"),
        ("a chunk's extensions", &format!("{chunks}2"), ";a=b"),
        ("trailers", &format!("{chunks}0\r\n"), "x: y\r\n"),
        ("a trailer", &format!("{chunks}0\r\nx: "), "y"),
    ] {
        let (beginning, pieces) = (beginning.to_owned(), piece.repeat(1000));
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(beginning.as_bytes());
            while connection.write(pieces.as_bytes()) {}
        });
        let start = Instant::now();
        let error = send::<S>(&server, SHORT).expect_err("the answer never ends");
        let place = format!("flood of {flood}");
        print_overshoot(subject, &place, start.elapsed().saturating_sub(SHORT));
        assert_eq!(
            error.delivery(),
            Delivery::Unknown,
            "expected the request to have been sent before the {place}: {error}"
        );
        assert_ne!(
            error.kind(),
            TransportErrorKind::Connect,
            "expected to have been connected before the {place}: {error}"
        );
    }
}

fn endless_bodies_are_too_large<S: Subject>() {
    for (field, piece) in [
        (CHUNKED, format!("1000\r\n{}\r\n", "y".repeat(0x1000))),
        ("connection: close", "y".repeat(0x1000)),
    ] {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(format!("HTTP/1.1 200 X\r\n{field}\r\n\r\n").as_bytes());
            while connection.write(piece.as_bytes()) {}
        });
        let error = send::<S>(&server, PATIENCE).expect_err("the body never ends");
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::TooLarge, Delivery::Unknown),
            "expected the limit of the body to end the call ({field}): {error}"
        );
    }
}

/// One byte in 150 ms for ever. By how much the deadline was missed is printed, not asserted.
fn the_deadline_ends_a_slow_drip<S: Subject>(subject: &str) {
    const PAUSE: Duration = Duration::from_millis(150);

    for (place, beginning, drops) in [
        ("head", "HTTP/1.1 200 X\r\nx: ", "y"),
        (
            "body with a length",
            "HTTP/1.1 200 X\r\ncontent-length: 9999\r\n\r\n",
            "y",
        ),
        (
            "body in chunks",
            "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n",
            "1\r\ny\r\n",
        ),
        ("body until the end", "HTTP/1.1 200 X\r\n\r\n", "y"),
    ] {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(beginning.as_bytes());
            connection.drip(iter::repeat(drops).flat_map(str::bytes), PAUSE);
        });
        let start = Instant::now();
        let error = send::<S>(&server, SHORT).expect_err("the answer never ends");
        print_overshoot(
            subject,
            &format!("drip of the {place}"),
            start.elapsed().saturating_sub(SHORT),
        );
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Timeout, Delivery::Unknown),
            "expected the deadline to end the drip of the {place}: {error}"
        );
    }
}

#[expect(clippy::print_stdout, reason = "it is measured, and not asserted")]
fn print_overshoot(subject: &str, place: &str, overshoot: Duration) {
    println!("{subject}: the {place} ended {overshoot:?} after the deadline");
}

/// The longest time for a call that is to end by itself.
const PATIENCE: Duration = Duration::from_secs(15);

/// The time for a call that is to end by its deadline: enough to be connected before, on a busy machine.
const SHORT: Duration = Duration::from_secs(1);

fn settings(timeout: Duration) -> Settings {
    Settings {
        timeout: Some(timeout),
        connect_timeout: Some(PATIENCE),
        ..Settings::default()
    }
}

/// One call by a transport of its own.
fn send<S: Subject>(server: &Server, timeout: Duration) -> Result<Response, TransportError> {
    let transport = S::transport(settings(timeout));
    transport
        .expect("the settings are valid")
        .send(request(&server.url()))
}

fn request(base_url: &str) -> Request {
    let project = Project::at(base_url, "project-test-1", "secret");
    project
        .unwrap()
        .request(&CreateParams::new("organization-1", "member-1"))
        .unwrap()
}

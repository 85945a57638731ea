//! Answers that no server should give, for every adapter: a table, and what does not fit into one.
//! Beside these stand the cases of the common suite, in `adapters`.

use std::iter;
use std::time::{Duration, Instant};

use totps_core::{
    AuthenticateResponse, CreateParams, CreateResponse, Delivery, Project, Request, Response,
    TransportError, TransportErrorKind, http,
};
use totps_tests::hostile::Server;

use crate::adapters::{Settings, Subject};

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
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    /// An answer with this status and this body.
    Read(u16, &'static str),
    /// An error, after which a code may be spent.
    Refused,
    /// One of the two: RFC 9112 leaves it to the client, or the caller's own agent is no stricter.
    /// Whoever reads it reads this body and no other.
    RefusedOrRead(&'static str),
}

use Expected::{Read, Refused, RefusedOrRead};

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
const BODIES: [(&str, &str, Expected); 20] = [
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
    (CHUNKED, "{}", Refused),
    // Two ways to tell the end, and codings that are not known.
    (
        "content-length: 3\r\ntransfer-encoding: chunked",
        CHUNKS,
        RefusedOrRead("{}"),
    ),
    (
        "transfer-encoding: chunked\r\ncontent-length: 1",
        CHUNKS,
        RefusedOrRead("{}"),
    ),
    (
        "transfer-encoding: chunked, chunked",
        CHUNKS,
        RefusedOrRead("{}"),
    ),
    (
        "transfer-encoding: gzip, chunked",
        CHUNKS,
        RefusedOrRead("{}"),
    ),
    ("transfer-encoding: identity", "{}", RefusedOrRead("{}")),
];

const CHUNKED: &str = "transfer-encoding: chunked";
const CHUNKS: &str = "2\r\n{}\r\n0\r\n\r\n";

fn every_answer_is_read_or_refused<S: Subject>() {
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
            RefusedOrRead(CHUNKS),
        ),
        ("{}", Refused),
        ("\u{16}\u{3}\u{3}\0\u{2}\u{1}\0", Refused),
    ];
    let others = others.map(|(answer, expected)| (answer.to_owned(), expected));
    for (bytes, expected) in heads.chain(bodies).chain(others) {
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
            Refused => seen == refused,
            RefusedOrRead(body) => seen == refused || seen == Ok((200, body.to_owned())),
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
    for status in [301, 302, 303, 307, 308] {
        for to_itself in [true, false] {
            let server = Server::start(move |connection| {
                while let Some(request) = connection.read_request() {
                    let (host, path) = (request.field("host").concat(), request.line());
                    let path = path.split(' ').nth(1).unwrap().to_owned();
                    let scheme = if to_itself { "http" } else { "https" };
                    connection.write(
                        format!(
                            "HTTP/1.1 {status} X\r\nlocation: {scheme}://{host}{path}\r\n\
                             content-length: 5\r\n\r\nmoved"
                        )
                        .as_bytes(),
                    );
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
    const TIMEOUT: Duration = Duration::from_millis(400);
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
        let error = send::<S>(&server, TIMEOUT).expect_err("the answer never ends");
        print_overshoot(subject, place, start.elapsed().saturating_sub(TIMEOUT));
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Timeout, Delivery::Unknown),
            "expected the deadline to end the drip of the {place}: {error}"
        );
    }
}

#[expect(clippy::print_stdout, reason = "it is measured, and not asserted")]
fn print_overshoot(subject: &str, place: &str, overshoot: Duration) {
    println!("{subject}: the drip of the {place} ended {overshoot:?} after the deadline");
}

/// The longest time for a call that is to end by itself.
const PATIENCE: Duration = Duration::from_secs(15);

/// One call by a transport of its own.
fn send<S: Subject>(server: &Server, timeout: Duration) -> Result<Response, TransportError> {
    let transport = S::transport(Settings {
        timeout: Some(timeout),
        connect_timeout: Some(PATIENCE),
        ..Settings::default()
    });
    let transport = transport.expect("the settings are valid");
    transport.send(request(server))
}

fn request(server: &Server) -> Request {
    let url = server.url().parse().unwrap();
    let project = Project::at(url, "project-test-1", "secret").unwrap();
    project
        .request(&CreateParams::new("organization-1", "member-1"))
        .unwrap()
}

/// Sizes, depths and bytes that the core must stand; the other JSON is in `responses`.
#[test]
fn large_deep_and_odd_json_costs_no_session() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let long = "y".repeat(5_000_000);
    for (what, field) in [
        ("a long name", format!(r#""member": {{"name": "{long}"}}"#)),
        ("a long unknown text", format!(r#""new": "{long}""#)),
        ("a long key", format!(r#""{long}": 1"#)),
        (
            "a long number",
            format!(r#""new": {}"#, "9".repeat(1_000_000)),
        ),
        ("NUL, escaped", r#""member": {"name": "\u0000"}"#.to_owned()),
    ]
    .into_iter()
    .chain([126, 127, 128, 129, 20_000].map(|depth| {
        let metadata = format!(r#"{{"trusted_metadata": {{"x": {}}}}}"#, nested(depth));
        ("depth in a part", format!(r#""member": {metadata}"#))
    }))
    .chain([127, 128, 20_000].map(|depth| {
        let field = format!(r#""new": {}"#, nested(depth));
        ("depth in an unknown field", field)
    })) {
        let body = format!(r#"{{"member_id": "m", {field}, "session_token": "T\u0000OKEN"}}"#);
        let read = AuthenticateResponse::try_from(http::Response::new(body));
        let read = read.unwrap_or_else(|error| panic!("{what} must not cost the answer: {error}"));
        let token = read.session_token.expect("the token is in the answer");
        assert_eq!(
            token.expose(),
            "T\0OKEN",
            "expected the token beside {what}"
        );
    }

    // Not even JSON: the answer is there whole.
    let body = "{\"member_id\": \"m\", \"session_token\": \"TOKEN\", \"new\": \"a\0b\"}";
    match AuthenticateResponse::try_from(http::Response::new(body)) {
        Ok(read) => {
            let token = read.session_token.expect("the token is in the answer");
            assert_eq!(token.expose(), "TOKEN", "expected the token");
        }
        Err(error) => {
            let kept = error.into_body().expect("an answer that cannot be read");
            assert_eq!(kept.as_bytes(), body.as_bytes(), "expected the body");
        }
    }

    let codes = vec![r#""abcd-efgh-ijkl""#; 100_000].join(",");
    let body = format!(
        r#"{{"totp_registration_id": "t", "secret": "S", "qr_code": "", "recovery_codes": [{codes}]}}"#
    );
    let created = CreateResponse::try_from(http::Response::new(body)).expect("an answer");
    assert_eq!(created.recovery_codes.len(), 100_000, "expected all codes");
}

//! How large an answer may be.

use totps_conformance::hostile::{chunked_response as chunked_answer, response as answer};
use totps_core::{Delivery, TransportErrorKind};

use super::*;

fn assert_too_large(result: Result<Response, TransportError>) {
    assert_error(result, TransportErrorKind::TooLarge, Delivery::Unknown);
}

pub(crate) fn body_limit<S: Subject>() {
    let limited = Settings {
        response_limit: Some(1000),
        ..patient()
    };
    let (fits, larger) = ("x".repeat(1000), "x".repeat(1001));
    let until_close = |body: &str| answering_once(format!("HTTP/1.1 200 OK\r\n\r\n{body}"));
    for server in [
        answering(answer(200, &fits)),
        answering(chunked_answer(200, &fits, 100)),
        until_close(&fits),
    ] {
        assert_answer(call::<S>(limited.clone(), &server), 200, &fits);
    }
    for server in [
        answering(answer(200, &larger)),
        answering(answer(500, &larger)),
        answering(chunked_answer(200, &larger, 100)),
        until_close(&larger),
    ] {
        assert_too_large(call::<S>(limited.clone(), &server));
    }
}

pub(crate) fn default_body_limit<S: Subject>() {
    let fits = "x".repeat(1024 * 1024);
    let server = answering(chunked_answer(200, &fits, 50_000));
    assert_answer(call::<S>(patient(), &server), 200, &fits);
    let server = answering(chunked_answer(200, &(fits + "x"), 50_000));
    assert_too_large(call::<S>(patient(), &server));
}

/// Refused without waiting for what will never come.
pub(crate) fn announced_length<S: Subject>() {
    for length in ["1073741824", "18446744073709551615"] {
        let server = answering(format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nbeginning"
        ));
        in_time(|| assert_too_large(call::<S>(patient(), &server)));
    }
}

pub(crate) fn header_fields<S: Subject>() {
    let with_fields = |count: usize| {
        let others: String = (1..count).map(|n| format!("x-{n}: y\r\n")).collect();
        answering(format!(
            "HTTP/1.1 200 OK\r\n{others}content-length: 2\r\n\r\n{{}}"
        ))
    };
    assert_answer(call::<S>(patient(), &with_fields(64)), 200, "{}");
    assert_too_large(call::<S>(patient(), &with_fields(65)));
    // ureq has a limit of its own at 128 and says only that it is broken.
    let error = call::<S>(patient(), &with_fields(200)).expect_err("200 fields are refused");
    assert_eq!(error.delivery(), Delivery::Unknown, "the request was sent");
}

pub(crate) fn head_size<S: Subject>() {
    let with_head = |size: usize| {
        let begin = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: ";
        let filler = "y".repeat(size - begin.len() - 4);
        answering(format!("{begin}{filler}\r\n\r\n{{}}"))
    };
    assert_answer(call::<S>(patient(), &with_head(31 * 1024)), 200, "{}");
    assert_too_large(call::<S>(patient(), &with_head(33 * 1024)));
}

pub(crate) fn endless_heads<S: Subject>() {
    for piece in ["x: y\r\n", "y"] {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(b"HTTP/1.1 200 OK\r\nx: ");
            while connection.write(piece.repeat(1000).as_bytes()) {}
        });
        let error = in_time(|| call::<S>(patient(), &server).expect_err("the head never ends"));
        assert_eq!(error.delivery(), Delivery::Unknown, "the request was sent");
    }
}

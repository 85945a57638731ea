//! What comes back.

use totps_conformance::hostile::{Server, chunked_response as chunked_answer, response as answer};
use totps_conformance::sentinel::leaks;
use totps_core::http::header;
use totps_core::{Delivery, TransportErrorKind};

use super::*;

pub(crate) fn redirects_are_answers<S: Subject>() {
    let trap = Server::trap();
    let transport = transport::<S>(patient());
    for status in [300, 301, 302, 303, 307, 308] {
        for location in [
            format!("location: {}/elsewhere\r\n", trap.url()),
            "location: /v1/b2b/totp/again\r\n".to_owned(),
            String::new(),
        ] {
            let server = answering(format!(
                "HTTP/1.1 {status} Redirect\r\n{location}content-length: 5\r\n\r\nmoved"
            ));
            assert_answer(transport.send(request(&server.url())), status, "moved");
            assert_eq!(server.requests().len(), 1, "a {status} is not followed");
        }
    }
    assert_eq!(trap.connections(), 0, "nothing goes where a redirect leads");
}

pub(crate) fn errors_are_answers<S: Subject>() {
    let transport = transport::<S>(patient());
    for status in [400, 401, 403, 404, 429, 500, 503] {
        let server = answering(answer(status, r#"{"error_type":"x"}"#));
        let result = transport.send(request(&server.url()));
        assert_answer(result, status, r#"{"error_type":"x"}"#);
    }

    let html = "<html><body>Bad gateway</body></html>";
    let server = answering_once(format!(
        "HTTP/1.1 502 Bad Gateway\r\nRetry-After: 7\r\nContent-Type: text/html\r\n\r\n{html}"
    ));
    let response = transport.send(request(&server.url())).expect("an answer");
    assert_eq!(response.status(), 502, "the status");
    assert_eq!(body(&response), html, "the body");
    assert_eq!(response.headers()[header::RETRY_AFTER], "7", "the fields");
}

pub(crate) fn interim_answers_are_passed_over<S: Subject>() {
    let mut bytes =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".to_vec();
    bytes.extend(answer(200, "final"));
    assert_answer(call::<S>(patient(), &answering(bytes)), 200, "final");
}

pub(crate) fn answers_may_be_framed_in_any_way<S: Subject>() {
    let text = "0123456789".repeat(5_000);
    for (server, status, expected) in [
        (answering(answer(200, &text)), 200, text.as_str()),
        (answering(answer(200, "")), 200, ""),
        (answering(chunked_answer(200, &text, 7)), 200, &text),
        (answering(chunked_answer(200, &text, 40_000)), 200, &text),
        (answering(chunked_answer(200, "", 1)), 200, ""),
        (
            answering_once(format!("HTTP/1.1 200 OK\r\n\r\n{text}")),
            200,
            &text,
        ),
        (
            answering_once(format!("HTTP/1.0 200 OK\r\n\r\n{text}")),
            200,
            &text,
        ),
        (answering("HTTP/1.1 204 No Content\r\n\r\n"), 204, ""),
        (
            answering("HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n"),
            304,
            "",
        ),
    ] {
        assert_answer(call::<S>(patient(), &server), status, expected);
    }
}

pub(crate) fn cut_answers_are_errors<S: Subject>() {
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
        let server = answering_once(bytes);
        assert_error(
            call::<S>(patient(), &server),
            TransportErrorKind::Other,
            Delivery::Unknown,
        );
        assert_eq!(server.requests().len(), 1, "not sent again after {bytes:?}");
    }
}

pub(crate) fn broken_answers_are_errors<S: Subject>() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/3.7 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    ] {
        let server = answering_once(bytes);
        assert_error(
            call::<S>(patient(), &server),
            TransportErrorKind::Other,
            Delivery::Unknown,
        );
        assert_eq!(server.requests().len(), 1, "not sent again after {bytes:?}");
    }
}

pub(crate) fn reset_answers_are_errors<S: Subject>() {
    let bodies = [
        ("content-length: 100", true),
        ("transfer-encoding: chunked", true),
        (
            "connection: close",
            !S::DIFFERENCES.contains(&Difference::ResetEndsBody),
        ),
    ];
    for (field, noticed) in bodies {
        let server = Server::start(move |connection| {
            connection.read_request();
            connection.write(format!("HTTP/1.1 200 OK\r\n{field}\r\n\r\n5\r\nabc").as_bytes());
            // The client is to read this much before the rest is lost.
            std::thread::sleep(SHORT);
            connection.reset_at_end();
        });
        let result = call::<S>(patient(), &server);
        if noticed {
            assert_error(result, TransportErrorKind::Other, Delivery::Unknown);
        } else {
            assert_answer(result, 200, "5\r\nabc");
        }
    }
}

pub(crate) fn encoded_answers_are_not_decoded<S: Subject>() {
    // What `printf '{}' | gzip -n` writes.
    let gzip =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";
    let length = gzip.len();
    for coding in ["gzip", "br"] {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n"
        );
        let server = answering([head.as_bytes(), gzip].concat());
        let response = call::<S>(patient(), &server).expect("an answer");
        assert_eq!(
            response.body().as_bytes(),
            gzip,
            "a body is passed on as it came"
        );
        assert_eq!(response.headers()[header::CONTENT_ENCODING], coding);
    }
}

pub(crate) fn cookies_are_not_kept<S: Subject>() {
    let server =
        answering("HTTP/1.1 200 OK\r\nset-cookie: a=b; Path=/\r\ncontent-length: 2\r\n\r\n{}");
    let transport = transport::<S>(patient());
    for _ in 0..2 {
        assert_answer(transport.send(request(&server.url())), 200, "{}");
    }
    let cookies = server.requests()[1].field("cookie");
    assert_eq!(cookies, [""; 0], "no cookie is sent back");
}

/// The server repeats what it was sent where it breaks the protocol.
pub(crate) fn errors_do_not_repeat_the_server<S: Subject>() {
    for template in [
        "SENTINEL\r\n\r\n",
        "HTTP/1.1 200 SENTINEL\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSENTINEL\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: SENTINEL\r\n\r\n",
        "HTTP/1.1 307 OK\r\nlocation: SENTINEL\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nSENTINEL\r\n",
    ] {
        let server = answering_once(template.replace("SENTINEL", CODE));
        let error = call::<S>(patient(), &server).expect_err("the answer is broken");
        let shown = leaks(&chain(&error), CODE);
        assert!(shown.is_empty(), "{template:?} is repeated: {shown:?}");
    }
}

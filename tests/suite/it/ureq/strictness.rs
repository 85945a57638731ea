//! Where the exchange of our own is stricter than ureq's.

use totps_core::{
    CreateParams, Delivery, Project, Response, Transport, TransportError, TransportErrorKind,
};
use totps_tests::hostile::Server;
use totps_ureq::UreqTransport;

fn call(bytes: impl Into<Vec<u8>>) -> Result<Response, TransportError> {
    let bytes = bytes.into();
    let server = Server::start(move |connection| {
        connection.read_request();
        connection.write(&bytes);
    });
    let project = Project::at(server.url(), "project-1", "secret-1").expect("the project is valid");
    let params = CreateParams::new("organization-1", "member-1");
    let request = project.request(&params).expect("the parameters are valid");
    UreqTransport::new().send(request)
}

/// An answer whose end two readers could see in different places may hide another answer.
#[test]
fn ambiguous_framing_is_refused() {
    let chunked = "transfer-encoding: chunked";
    for head in [
        format!("HTTP/1.1 200 OK\r\n{chunked}\r\ncontent-length: 2"),
        format!("HTTP/1.1 200 OK\r\n{chunked}\r\n{chunked}"),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: identity".to_owned(),
        format!("HTTP/1.0 200 OK\r\n{chunked}"),
        "HTTP/1.1 200 OK\r\ncontent-length: 2, 3".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: +2".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length:".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999".to_owned(),
    ] {
        let error = call(format!("{head}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n")).expect_err(&head);
        assert_eq!(error.kind(), TransportErrorKind::Other, "{head}: {error}");
        assert_eq!(error.delivery(), Delivery::Unknown, "{head}: {error}");
    }
}

#[test]
fn lengths_may_be_repeated() {
    for fields in [
        "content-length: 2\r\ncontent-length: 2",
        "content-length: 2, 2",
        "content-length: 002",
    ] {
        let response = call(format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{{}}")).expect(fields);
        assert_eq!(response.body().as_bytes(), b"{}", "{fields}");
    }
}

#[test]
fn chunks_are_read_by_the_letter() {
    let with_body = |body: &str| {
        call(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}"
        ))
    };
    for body in [
        "2;name=value\r\n{}\r\n0\r\n\r\n",
        "1\r\n{\r\n01\r\n}\r\n0\r\nx: y\r\n\r\n",
    ] {
        let response = with_body(body).expect(body);
        assert_eq!(response.body().as_bytes(), b"{}", "{body:?}");
    }
    for body in [
        "2\r\n{}0\r\n\r\n",
        "2\r\n{}xx0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\n",
    ] {
        let error = with_body(body).expect_err(body);
        assert_eq!(error.kind(), TransportErrorKind::Other, "{body:?}: {error}");
    }
    for body in [
        format!("2;{}\r\n", "x".repeat(5000)),
        format!("0\r\n{}\r\n", "x: y\r\n".repeat(100)),
        "ffffffffffffffff\r\n{}".to_owned() + &"x".repeat(2 * 1024 * 1024),
    ] {
        let error = with_body(&body).expect_err("too large");
        assert_eq!(error.kind(), TransportErrorKind::TooLarge, "{error}");
    }
}

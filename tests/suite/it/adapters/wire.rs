//! What goes out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use totps_conformance::hostile::response as answer;
use totps_core::http::Method;
use totps_core::http::header::CONTENT_TYPE;
use totps_core::{Delivery, TransportErrorKind};

use super::*;

pub(crate) fn request_as_sent<S: Subject>() {
    let server = answering(answer(200, "{}"));
    assert_answer(call::<S>(patient(), &server), 200, "{}");

    let expected = request(&server.url());
    let received = &server.requests()[0];
    assert_eq!(
        received.line(),
        "POST /v1/b2b/totp/authenticate HTTP/1.1",
        "the request line"
    );
    assert_eq!(received.body, expected.body().as_bytes(), "the body");

    let credentials = BASE64.encode(format!("{PROJECT_ID}:{PROJECT_SECRET}"));
    let mut fields = received.fields();
    fields.sort();
    let expected = [
        ("accept", "application/json".to_owned()),
        ("accept-encoding", "identity".to_owned()),
        ("authorization", format!("Basic {credentials}")),
        ("content-length", received.body.len().to_string()),
        ("content-type", "application/json".to_owned()),
        ("host", server.address().to_string()),
        ("user-agent", format!("totps/{}", env!("CARGO_PKG_VERSION"))),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(fields, expected, "these header fields and no others");
}

pub(crate) fn credentials_leave_by_tls_only<S: Subject>() {
    let transport = transport::<S>(patient());
    for url in [
        "http://api.example.com/",
        "http://192.0.2.1/",
        "http://127.0.0.1.example.com/",
        "ftp://127.0.0.1/",
        "/v1/b2b/totp",
    ] {
        let mut request = request("http://127.0.0.1");
        *request.uri_mut() = url.parse().expect("the URL can be written");
        assert_error(
            transport.send(request),
            TransportErrorKind::Refused,
            Delivery::NotSent,
        );
    }
}

pub(crate) fn large_requests_arrive_whole<S: Subject>() {
    let server = answering(answer(200, "{}"));
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let mut request = request(&server.url());
    *request.body_mut() = Body::from(large.clone());
    assert_answer(transport::<S>(patient()).send(request), 200, "{}");
    assert!(
        server.requests()[0].body == large,
        "expected all bytes of a large body in order"
    );
}

pub(crate) fn an_empty_body_is_none<S: Subject>() {
    let server = answering(answer(200, "{}"));
    let transport = transport::<S>(patient());
    for method in [Method::GET, Method::DELETE, Method::POST, Method::PUT] {
        let mut request = request(&server.url());
        *request.method_mut() = method;
        request.headers_mut().remove(CONTENT_TYPE);
        *request.body_mut() = Body::default();
        assert_answer(transport.send(request), 200, "{}");
    }
    for received in server.requests() {
        for header in ["content-length", "transfer-encoding"] {
            // RFC 9110 recommends a length of 0 where a body is usual, and ureq sends it.
            let usual = ["POST ", "PUT "];
            let is_usual = usual
                .iter()
                .any(|method| received.line().starts_with(method));
            let sent = received.field(header);
            assert!(
                sent.is_empty() || is_usual && sent == ["0"],
                "expected no {header} without a body: {}",
                received.head
            );
        }
    }
}

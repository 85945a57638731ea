//! Bodies with an encoding and cookies, where ureq can read them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use totps_tests::hostile::Server;
use totps_ureq::ureq::Agent;
use totps_ureq::{
    CreateParams, Delivery, Project, Response, Transport, TransportError, TransportErrorKind,
    UreqTransport,
};

/// The body `{}` in brotli's encoding.
const BR: &[u8] = b"\x8b\x00\x80\x7b\x7d\x03";

/// 2 MiB of spaces in brotli's encoding.
const BR_OF_2_MIB: &[u8] = b"\x9b\xff\xff\x1f\xf8\x25\x40\xe2\xb1\x40\x20\xf7\xfe\x03";

const MIB: usize = 1024 * 1024;

fn gzip(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; size]).unwrap();
    encoder.finish().unwrap()
}

/// With the features, an agent reads these encodings.
fn callers_agent() -> UreqTransport {
    UreqTransport::with_agent(Agent::config_builder().proxy(None).build().into())
}

fn answering(encoding: &'static str, body: &[u8]) -> Server {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\nset-cookie: a=b; Path=/\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let answer = [head.as_bytes(), body].concat();
    Server::start(
        move |connection| {
            while connection.read_request().is_some() && connection.write(&answer) {}
        },
    )
}

fn call(transport: &UreqTransport, server: &Server) -> Result<Response, TransportError> {
    let project = Project::at(server.url(), "project-test-1", "secret");
    let params = CreateParams::new("organization-1", "member-1");
    transport.send(project.unwrap().request(&params).unwrap())
}

#[test]
fn the_transports_own_exchange_decodes_nothing() {
    let transport = UreqTransport::new();
    let small = gzip(2);
    let bomb = gzip(2 * MIB);
    for (encoding, body) in [
        ("gzip", &*small),
        ("gzip", &*bomb),
        ("br", BR),
        ("br", BR_OF_2_MIB),
    ] {
        let server = answering(encoding, body);
        for _ in 0..2 {
            let response = call(&transport, &server).expect("an answer");
            assert!(
                response.body().as_bytes() == body,
                "expected {encoding} as it came"
            );
            assert_eq!(response.headers()["content-encoding"], encoding);
        }
        for request in server.requests() {
            assert_eq!(request.field("accept-encoding"), ["identity"]);
            assert_eq!(request.field("cookie"), [""; 0], "expected no cookie");
        }
    }
}

#[test]
fn a_callers_agent_asks_for_no_encoding_and_decodes_what_comes_all_the_same() {
    let server = answering("br", BR);
    let response = call(&callers_agent(), &server).expect("an answer");
    assert_eq!(response.body().as_bytes(), b"{}", "expected it decoded");
    assert_eq!(server.requests()[0].field("accept-encoding"), ["identity"]);
}

#[test]
fn the_limit_counts_what_a_callers_agent_has_decoded() {
    let transport = callers_agent();
    let fits = answering("gzip", &gzip(MIB));
    let response = call(&transport, &fits).expect("an answer of 1 MiB");
    assert_eq!(response.body().as_bytes().len(), MIB);
    for (encoding, body) in [
        ("gzip", &*gzip(MIB + 1)),
        ("gzip", &*gzip(64 * MIB)),
        ("br", BR_OF_2_MIB),
    ] {
        let error = call(&transport, &answering(encoding, body)).expect_err("a larger one");
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::TooLarge, Delivery::Unknown),
            "expected {encoding} to be too large: {error}"
        );
    }
}

#[test]
fn a_broken_encoding_is_an_error() {
    let transport = callers_agent();
    let whole = gzip(1000);
    let (cut, _) = whole.split_at(whole.len() / 2);
    for (encoding, body) in [("gzip", cut), ("gzip", b"{}"), ("br", &BR[..3])] {
        let error = call(&transport, &answering(encoding, body)).expect_err("a broken body");
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Other, Delivery::Unknown),
            "expected {encoding} to be refused: {error}"
        );
    }
}

//! Tests of encoded bodies and cookies where ureq can read them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use totps_conformance::hostile::Server;
use totps_ureq::ureq::Agent;
use totps_ureq::{
    CreateParams, Delivery, Project, Response, Transport, TransportError, TransportErrorKind,
    UreqTransport,
};

/// The body `{}`, encoded with brotli.
const BR: &[u8] = b"\x8b\x00\x80\x7b\x7d\x03";

/// 2 MiB of spaces, encoded with brotli.
const BR_OF_2_MIB: &[u8] = b"\x9b\xff\xff\x1f\xf8\x25\x40\xe2\xb1\x40\x20\xf7\xfe\x03";

const MIB: usize = 1024 * 1024;

fn gzip(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; size]).unwrap();
    encoder.finish().unwrap()
}

/// Returns transports for both ways to use the adapter.
fn transports() -> [UreqTransport; 2] {
    let agent = Agent::config_builder().proxy(None).build().into();
    [UreqTransport::new(), UreqTransport::with_agent(agent)]
}

fn responding(encoding: &'static str, body: &[u8]) -> Server {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\nset-cookie: a=b; Path=/\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let response = [head.as_bytes(), body].concat();
    Server::start(
        move |connection| {
            while connection.read_request().is_some() && connection.write(&response) {}
        },
    )
}

fn call(transport: &UreqTransport, server: &Server) -> Result<Response, TransportError> {
    let project = Project::at(server.url(), "project-test-1", "secret");
    let params = CreateParams::new("organization-1", "member-1");
    transport.send(project.unwrap().request(&params).unwrap())
}

#[test]
fn encoded_responses_are_decoded_although_none_is_requested() {
    for transport in transports() {
        for (encoding, body) in [("br", BR), ("gzip", &*gzip(2))] {
            let server = responding(encoding, body);
            let response = call(&transport, &server).expect("a response");
            let body = response.body().as_bytes();
            assert!(
                body == b"{}" || body == b"  ",
                "expected a decoded {encoding} body"
            );
            assert_eq!(server.requests()[0].field("accept-encoding"), ["identity"]);
        }
    }
}

/// The agent keeps cookies.
#[test]
fn cookies_are_sent_only_to_their_origin() {
    for transport in transports() {
        let (server, other) = (responding("gzip", &gzip(2)), responding("gzip", &gzip(2)));
        for server in [&server, &server] {
            call(&transport, server).expect("a response");
        }
        let cookies = server
            .requests()
            .into_iter()
            .map(|request| request.field("cookie"));
        assert_eq!(
            cookies.collect::<Vec<_>>(),
            [vec![], vec!["a=b".to_owned()]]
        );
        let url = other.url().replace("127.0.0.1", "localhost");
        let project = Project::at(url, "project-test-1", "secret").unwrap();
        let params = CreateParams::new("organization-1", "member-1");
        let request = project.request(&params).unwrap();
        transport.send(request).expect("a response");
        assert_eq!(other.requests()[0].field("cookie"), [""; 0]);
    }
}

#[test]
fn the_limit_counts_decoded_bytes() {
    for transport in transports() {
        let fits = responding("gzip", &gzip(MIB));
        let response = call(&transport, &fits).expect("a response of 1 MiB");
        assert_eq!(response.body().as_bytes().len(), MIB);
        for (encoding, body) in [
            ("gzip", &*gzip(MIB + 1)),
            ("gzip", &*gzip(64 * MIB)),
            ("br", BR_OF_2_MIB),
        ] {
            let error = call(&transport, &responding(encoding, body)).expect_err("a larger body");
            assert_eq!(
                (error.kind(), error.delivery()),
                (TransportErrorKind::TooLarge, Delivery::Unknown),
                "expected `TooLarge` for {encoding}: {error}"
            );
        }
    }
}

#[test]
fn a_broken_encoding_is_an_error() {
    let whole = gzip(1000);
    let (cut, _) = whole.split_at(whole.len() / 2);
    for transport in transports() {
        for (encoding, body) in [("gzip", cut), ("gzip", b"{}"), ("br", &BR[..3])] {
            let error = call(&transport, &responding(encoding, body)).expect_err("a broken body");
            assert_eq!(
                (error.kind(), error.delivery()),
                (TransportErrorKind::Other, Delivery::Unknown),
                "expected {encoding} to be refused: {error}"
            );
        }
    }
}

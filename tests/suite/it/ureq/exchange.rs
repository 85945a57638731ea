//! Tests of what totps-ureq's own agent does differently from plain ureq.

use std::time::{Duration, Instant};

use totps_conformance::hostile::{Authority, Leaf, Server, Tap, TlsVersion, response};
use totps_core::{
    AuthenticateParams, Body, Delivery, Project, Request, Response, Transport, TransportError,
    TransportErrorKind,
};
use totps_ureq::ureq::config::IpFamily;
use totps_ureq::{UreqTransport, UreqTransportBuilder};

fn request(base_url: &str) -> Request {
    let project = Project::at(base_url, "project-1", "secret-1").expect("the project is valid");
    let params = AuthenticateParams::new("organization-1", "member-1", "123456");
    project.request(&params).expect("the parameters are valid")
}

fn send(builder: UreqTransportBuilder, base_url: &str) -> Result<Response, TransportError> {
    builder.build().expect("valid").send(request(base_url))
}

/// The server responds before it has read the whole request, and does not read the rest.
#[test]
fn early_responses_to_large_requests_are_read() {
    let authority = Authority::new();
    let handle = |connection: &mut totps_conformance::hostile::Connection| {
        connection.read_bytes(1000);
        connection.write(&response(413, "too large"));
    };
    let plain = Server::start(handle);
    let secure = Server::start_tls(authority.server(Leaf::Good), handle);
    for url in [plain.url(), secure.https_url()] {
        let builder = UreqTransport::builder().root_certificates_pem(authority.pem());
        let transport = builder.build().expect("valid");
        for _ in 0..10 {
            let mut request = request(&url);
            *request.body_mut() = Body::from(vec![b' '; 30_000_000]);
            let response = transport.send(request).expect("a response");
            assert_eq!(response.status(), 413, "from {url}");
            assert_eq!(response.body().as_bytes(), b"too large", "from {url}");
        }
    }
}

/// If the server closes the connection without a response, the error is that of sending.
#[test]
fn an_unread_large_request_may_have_arrived() {
    let server = Server::start(|connection| {
        connection.read_bytes(1000);
    });
    let mut request = request(&server.url());
    *request.body_mut() = Body::from(vec![b' '; 30_000_000]);
    let error = UreqTransport::new().send(request).expect_err("no response");
    assert_eq!(error.kind(), TransportErrorKind::Other, "got {error:?}");
    assert_eq!(error.delivery(), Delivery::Unknown, "got {error:?}");
}

/// In TLS 1.2, only the request is sent in records of application data.
#[test]
fn head_and_body_are_sent_in_one_record() {
    let authority = Authority::new();
    let config = authority.server_with_versions(Leaf::Good, &[TlsVersion::Tls12]);
    let server = Server::start_tls(config, |connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
    });
    let tap = Tap::before(server.address());
    let builder = UreqTransport::builder().root_certificates_pem(authority.pem());
    let transport = builder.build().expect("valid");
    transport
        .send(request(&tap.https_url()))
        .expect("a response");
    drop(transport);
    tap.wait_for_closed(1);
    let records = tap.tls_records().expect("only TLS records are sent");
    let data = records.iter().filter(|(kind, _)| *kind == 23).count();
    assert_eq!(data, 1, "expected one record in {records:?}");
}

#[test]
fn sessions_are_resumed() {
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let authority = Authority::new();
        let config = authority.server_with_versions(Leaf::Good, &[version]);
        let server = Server::start_tls(config, |connection| {
            connection.read_request();
            connection.write(&response(200, "{}"));
        });
        // Retries are on, but none happens. Only a retry sets a timeout on its request, which
        // prevents resumption; a first try must not.
        let builder = UreqTransport::builder().max_retries(2);
        let builder = builder.root_certificates_pem(authority.pem());
        let transport = builder.build().expect("valid");
        for calls in 1..=5 {
            let result = transport.send(request(&server.https_url()));
            result.expect("a response");
            server.wait_for_closed(calls);
        }
        assert_eq!(server.resumed(), 4, "of 5 connections with {version:?}");
    }
}

/// A proxy may send endless data, byte by byte, before the tunnel is open, and so may the server
/// behind it.
#[test]
fn a_dripping_proxy_is_bounded_by_both_timeouts() {
    let drip = |head: &'static [u8]| {
        Server::start(move |connection| {
            connection.read_request();
            let endless = std::iter::repeat(b'x');
            connection.drip(
                head.iter().copied().chain(endless),
                Duration::from_millis(20),
            );
        })
    };
    let long = Duration::from_secs(60);
    let short = Duration::from_millis(300);
    for (timeout, connect_timeout) in [(long, short), (short, long), (short, short)] {
        for head in [&b"HTTP/1.1 200 OK\r\nx: "[..], b"HTTP/1.1 200 OK\r\n\r\n"] {
            let proxy = drip(head);
            let builder = UreqTransport::builder().proxy(proxy.url());
            let builder = builder.timeout(timeout).connect_timeout(connect_timeout);
            let start = Instant::now();
            let error = send(builder, "https://api.example.com").expect_err("no tunnel");
            assert!(
                start.elapsed() < long,
                "the call must end by the timeout of 300 ms"
            );
            assert_eq!(error.kind(), TransportErrorKind::Timeout, "got {error:?}");
            assert_eq!(error.delivery(), Delivery::NotSent, "got {error:?}");
        }
    }
}

#[test]
fn only_the_chosen_ip_family_is_used() {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
    });
    let family = |family| UreqTransport::builder().ip_family(family);
    send(family(IpFamily::Ipv4Only), &server.url()).expect("the server has an IPv4 address");
    let error =
        send(family(IpFamily::Ipv6Only), &server.url()).expect_err("it has no IPv6 address");
    assert_eq!(error.kind(), TransportErrorKind::Connect, "got {error:?}");
    assert_eq!(error.delivery(), Delivery::NotSent, "got {error:?}");
}

//! Every call ends.

use std::iter;
use std::thread;

use totps_conformance::hostile::{DeafServer, Server};
use totps_core::{Delivery, TransportErrorKind};

use super::*;

/// Between two bytes of a server that drips: short beside the timeout.
const PAUSE: Duration = Duration::from_millis(20);

fn assert_timeout<S: Subject>(server: &Server) {
    let result = in_time(|| call::<S>(hurried(), server));
    assert_error(result, TransportErrorKind::Timeout, Delivery::Unknown);
    assert!(server.connections() == 1, "a call is not tried again");
}

pub(crate) fn silent_server<S: Subject>() {
    assert_timeout::<S>(&Server::start(|connection| {
        connection.read_request();
        connection.hold();
    }));
}

pub(crate) fn dripping_head<S: Subject>() {
    assert_timeout::<S>(&Server::start(|connection| {
        connection.read_request();
        let head = b"HTTP/1.1 200 OK\r\nx: ".iter().copied();
        connection.drip(head.chain(iter::repeat(b'y')), PAUSE);
    }));
}

pub(crate) fn dripping_body<S: Subject>() {
    for framing in ["content-length: 1000", "connection: close"] {
        assert_timeout::<S>(&Server::start(move |connection| {
            connection.read_request();
            connection.write(format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n").as_bytes());
            connection.drip(iter::repeat(b'y'), PAUSE);
        }));
    }
    assert_timeout::<S>(&Server::start(|connection| {
        connection.read_request();
        connection.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
        connection.drip(b"1\r\ny\r\n".iter().copied().cycle(), PAUSE);
    }));
}

pub(crate) fn endless_interim_answers<S: Subject>() {
    let server = Server::start(|connection| {
        connection.read_request();
        while connection.write(b"HTTP/1.1 100 Continue\r\n\r\n") {
            thread::sleep(Duration::from_millis(1));
        }
    });
    let result = in_time(|| call::<S>(hurried(), &server));
    let error = result.expect_err("no final answer ever comes");
    assert_eq!(error.delivery(), Delivery::Unknown, "the request was sent");
    assert_ne!(
        error.kind(),
        TransportErrorKind::Connect,
        "it was connected"
    );
}

pub(crate) fn server_that_does_not_read<S: Subject>() {
    let server = Server::start(|_| thread::sleep(LONG));
    let mut request = request(&server.url());
    // More than the buffers between the two take.
    *request.body_mut() = Body::from(vec![b'x'; 64 * 1024 * 1024]);
    let result = in_time(|| transport::<S>(hurried()).send(request));
    assert_error(result, TransportErrorKind::Timeout, Delivery::Unknown);
}

pub(crate) fn deaf_server<S: Subject>() {
    let server = DeafServer::start();
    let url = format!("http://{}", server.address());
    let impatient = Settings {
        connect_timeout: Some(SHORT),
        ..patient()
    };
    let result = in_time(|| transport::<S>(impatient).send(request(&url)));
    assert_error(result, TransportErrorKind::Timeout, Delivery::NotSent);

    let result = in_time(|| transport::<S>(hurried()).send(request(&url)));
    assert_not_sent::<S>(
        result,
        TransportErrorKind::Timeout,
        Difference::UnprovenDeadline,
    );
}

pub(crate) fn stalled_handshake<S: Subject>() {
    let impatient = Settings {
        connect_timeout: Some(SHORT),
        ..patient()
    };
    let silent = Server::start(|connection| connection.hold());
    // A handshake record of 16 KiB that never comes to its end.
    let dripping = Server::start(|connection| {
        let record = [22, 3, 3, 64, 0].into_iter();
        connection.drip(record.chain(iter::repeat(2)), PAUSE);
    });
    for server in [silent, dripping] {
        let transport = transport::<S>(impatient.clone());
        let result = in_time(|| transport.send(request(&server.https_url())));
        assert_error(result, TransportErrorKind::Timeout, Delivery::NotSent);
    }
}

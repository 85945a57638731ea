//! What is sent again: what was not sent, if the caller asked for it, and nothing else.

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use totps_conformance::hostile::{Authority, Leaf, Server, response as answer};
use totps_core::{Delivery, TransportErrorKind};

use super::*;

fn retrying(max_retries: u32) -> Settings {
    Settings {
        max_retries: Some(max_retries),
        ..patient()
    }
}

/// A server for HTTPS that answers everything.
fn secure(authority: &Authority) -> Server {
    Server::start_tls(authority.server(Leaf::Good), |connection| {
        while connection.read_request().is_some() {
            connection.write(&answer(200, "{}"));
        }
    })
}

/// Whether a failed handshake is known to have sent nothing.
fn proves_handshakes<S: Subject>() -> bool {
    !S::DIFFERENCES.contains(&Difference::UnprovenHandshake)
}

pub(crate) fn nothing_is_sent_again_unasked<S: Subject>() {
    let server = secure(&Authority::new());
    let result = transport::<S>(patient()).send(request(&server.https_url()));
    result.expect_err("the authority is not known");
    server.wait_for_closed(1);
    assert_eq!(server.connections(), 1, "one try, for no other was asked");
}

pub(crate) fn what_was_not_sent_is_sent_again<S: Subject>() {
    let authority = Authority::new();
    let server = secure(&authority);
    let settings = Settings {
        root_certificates_pem: Some(authority.pem()),
        ..retrying(1)
    };
    let port = closing_first(server.address());
    let transport = transport::<S>(settings);
    let result = transport.send(request(&format!("https://localhost:{port}")));
    if proves_handshakes::<S>() {
        assert_answer(result, 200, "{}");
        assert_eq!(server.requests().len(), 1, "one request arrives");
    } else {
        assert_error(result, TransportErrorKind::Other, Delivery::Unknown);
        assert_eq!(server.connections(), 0, "what is not proven is not tried");
    }
}

/// A port that closes the first connection at once, in the midst of the handshake, and leads the
/// second one to a server.
fn closing_first(server: SocketAddr) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || -> io::Result<()> {
        drop(listener.accept()?);
        let (client, server) = (listener.accept()?.0, TcpStream::connect(server)?);
        let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || {
            // Ends when either side goes.
            let _ = io::copy(&mut from_client, &mut to_server);
            let _ = to_server.shutdown(Shutdown::Both);
        });
        let _ = io::copy(&mut &server, &mut &client);
        client.shutdown(Shutdown::Both)
    });
    port
}

pub(crate) fn no_more_often_than_asked<S: Subject>() {
    for max_retries in 0..=2 {
        let (port, connections) = closing_always();
        let transport = transport::<S>(retrying(max_retries));
        let error = assert_not_sent::<S>(
            transport.send(request(&format!("https://localhost:{port}"))),
            TransportErrorKind::Connect,
            Difference::UnprovenHandshake,
        );
        let tries = match error.delivery() {
            Delivery::NotSent => 1 + max_retries as usize,
            _ => 1,
        };
        assert_eq!(connections.load(SeqCst), tries, "tries with {max_retries}");
    }
}

/// What TLS refuses would be refused again.
pub(crate) fn refused_certificates_are_not_tried_again<S: Subject>() {
    let server = secure(&Authority::new());
    let transport = transport::<S>(retrying(2));
    assert_not_sent::<S>(
        transport.send(request(&server.https_url())),
        TransportErrorKind::Tls,
        Difference::UnprovenHandshake,
    );
    server.wait_for_closed(1);
    assert_eq!(server.connections(), 1, "there is no second try");
    assert!(server.requests().is_empty(), "no request arrives");
}

/// A port that closes each connection in the midst of the handshake, and counts them.
fn closing_always() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        while let Ok((mut connection, _)) = listener.accept() {
            count.fetch_add(1, SeqCst);
            // Closed with the hello unread, it would be reset, which some take for an error of sending.
            let _ = connection.read(&mut [0; 4096]);
        }
    });
    (port, connections)
}

pub(crate) fn what_may_have_arrived_is_not_sent_again<S: Subject>() {
    let cut = answering_once("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{");
    for server in [answering_once(""), cut] {
        assert_error(
            call::<S>(retrying(2), &server),
            TransportErrorKind::Other,
            Delivery::Unknown,
        );
        assert_eq!(server.requests().len(), 1, "the request is sent once");
        assert_eq!(server.connections(), 1, "there is no second try");
    }
}

pub(crate) fn answers_are_not_asked_for_again<S: Subject>() {
    for status in [429, 500, 503] {
        let server = answering(format!(
            "HTTP/1.1 {status} No\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{{}}"
        ));
        assert_answer(call::<S>(retrying(2), &server), status, "{}");
        assert_eq!(server.requests().len(), 1, "{status} is an answer");
    }
}

pub(crate) fn the_deadline_holds_for_all_tries<S: Subject>() {
    let server = Server::start(|connection| connection.hold());
    let settings = Settings {
        timeout: Some(SHORT),
        connect_timeout: Some(SHORT / 2),
        ..retrying(2)
    };
    let transport = transport::<S>(settings);
    let error = in_time(|| transport.send(request(&server.https_url())))
        .expect_err("nobody answers the handshake");
    assert_eq!(error.kind(), TransportErrorKind::Timeout, "{error:?}");
    assert!(server.requests().is_empty(), "no request arrives");
}

/// For those that can be given a proxy.
pub(crate) fn refused_tunnels<S: Subject>() {
    let proxy = answering_once("HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n");
    let transport = transport::<S>(Settings {
        proxy: Some(proxy.url()),
        ..retrying(2)
    });
    assert_error(
        transport.send(request("https://api.example.com")),
        TransportErrorKind::Connect,
        Delivery::NotSent,
    );
    assert_eq!(proxy.requests().len(), 3, "the first try and two more");
}

//! How connections are made, kept and given up.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use totps_conformance::hostile::{Authority, Leaf, Server, refusing_address, response as answer};
use totps_core::{Delivery, TransportErrorKind};

use super::tls::trusting;
use super::*;

pub(crate) fn refused<S: Subject>() {
    let url = format!("http://{}", refusing_address());
    assert_error(
        transport::<S>(patient()).send(request(&url)),
        TransportErrorKind::Connect,
        Delivery::NotSent,
    );
}

pub(crate) fn name_that_does_not_resolve<S: Subject>() {
    // Too long for a name server, so that none is asked.
    let url = format!("https://{}.invalid", "a".repeat(64));
    assert_not_sent::<S>(
        in_time(|| transport::<S>(patient()).send(request(&url))),
        TransportErrorKind::Connect,
        Difference::UnprovenLookup,
    );
}

pub(crate) fn closed_after_the_request<S: Subject>() {
    let server = answering_once("");
    assert_error(
        call::<S>(patient(), &server),
        TransportErrorKind::Other,
        Delivery::Unknown,
    );
    assert_eq!(server.requests().len(), 1, "the request is sent once");
    assert_eq!(server.connections(), 1, "there is no second try");
}

pub(crate) fn closed_before_the_request_was_read<S: Subject>() {
    let server = Server::start(|connection| connection.reset_at_end());
    let error = call::<S>(patient(), &server).expect_err("there is no answer");
    // The reset may come before the first byte is sent.
    assert_ne!(error.delivery(), Delivery::Answered, "there is no answer");
    assert_eq!(server.connections(), 1, "there is no second try");
}

pub(crate) fn kept_and_used_again<S: Subject>() {
    let server = answering(answer(400, "{}"));
    let transport = transport::<S>(patient());
    for _ in 0..3 {
        assert_answer(transport.send(request(&server.url())), 400, "{}");
    }
    assert_eq!(server.connections(), 1, "one connection serves all calls");
    assert_eq!(server.requests().len(), 3, "each call is sent once");
}

pub(crate) fn closed_when_the_server_says_so<S: Subject>() {
    let server = answering("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
    let transport = transport::<S>(patient());
    for _ in 0..2 {
        assert_answer(transport.send(request(&server.url())), 200, "{}");
    }
    assert_eq!(server.connections(), 2, "each call has its own connection");
}

pub(crate) fn closed_while_idle<S: Subject>() {
    let server = answering_once(answer(200, "{}"));
    let transport = transport::<S>(patient());
    for calls in 1..=3 {
        assert_answer(transport.send(request(&server.url())), 200, "{}");
        server.wait_for_closed(calls);
    }
    assert_eq!(server.requests().len(), 3, "each call is sent once");
    assert_eq!(server.connections(), 3, "a closed connection is not used");
}

/// The close comes too late to be noticed before the request is sent.
pub(crate) fn closed_when_used_again<S: Subject>() {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&answer(200, "{}"));
        connection.read_request();
    });
    let transport = transport::<S>(patient());
    assert_answer(transport.send(request(&server.url())), 200, "{}");
    assert_error(
        transport.send(request(&server.url())),
        TransportErrorKind::Other,
        Delivery::Unknown,
    );
    assert_eq!(server.requests().len(), 2, "each call is sent once");
    assert_eq!(server.connections(), 1, "there is no second try");
}

/// An answer to a request that was never made must not answer the next one.
pub(crate) fn not_kept_after_unasked_bytes<S: Subject>() {
    let twice = [answer(200, "asked"), answer(200, "unasked")].concat();
    let server = answering(twice);
    let transport = transport::<S>(patient());
    for _ in 0..2 {
        assert_answer(transport.send(request(&server.url())), 200, "asked");
    }
    assert_eq!(server.connections(), 2, "such a connection is not kept");
}

/// The same over TLS, where what was not asked for may rest in the library of TLS or below it. Where it
/// does depends on how the records lie in the buffers, and so on the size of the first response.
pub(crate) fn not_kept_after_unasked_records<S: Subject>() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(Leaf::Good), |connection| {
        while let Some(request) = connection.read_request() {
            let asked = String::from_utf8(request.body).expect("the body is text");
            connection.write_together(&[&answer(200, &asked), &answer(200, "unasked")]);
        }
    });
    let transport = transport::<S>(trusting(&authority));
    for size in (3500..4200).step_by(4).chain((11_900..12_300).step_by(10)) {
        let asked = format!("{size:x>size$}");
        let mut request = request(&server.https_url());
        *request.body_mut() = Body::from(asked.clone());
        let result = transport.send(request);
        if !S::DIFFERENCES.contains(&Difference::KeepsUnaskedRecords) {
            assert_answer(result, 200, &asked);
        }
    }
}

/// A server that is done with the connection says so by TLS before it closes the socket.
pub(crate) fn not_used_after_close_notify<S: Subject>() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(Leaf::Good), |connection| {
        connection.read_request();
        connection.write_last(&answer(200, "{}"));
        connection.hold();
    });
    let transport = transport::<S>(trusting(&authority));
    for _ in 0..10 {
        let result = transport.send(request(&server.https_url()));
        if !S::DIFFERENCES.contains(&Difference::KeepsUnaskedRecords) {
            assert_answer(result, 200, "{}");
        }
    }
}

/// The rest of an answer that was too large must not answer the next request.
pub(crate) fn not_kept_after_an_unread_rest<S: Subject>() {
    let is_first = AtomicBool::new(true);
    let server = Server::start(move |connection| {
        while connection.read_request().is_some() {
            let is_first = is_first.swap(false, Ordering::Relaxed);
            connection.write(&answer(200, if is_first { "large" } else { "ok" }));
        }
    });
    let transport = transport::<S>(Settings {
        response_limit: Some(4),
        ..patient()
    });
    assert_error(
        transport.send(request(&server.url())),
        TransportErrorKind::TooLarge,
        Delivery::Unknown,
    );
    assert_answer(transport.send(request(&server.url())), 200, "ok");
    if !S::DIFFERENCES.contains(&Difference::ReadsRestAway) {
        assert_eq!(server.connections(), 2, "such a connection is not kept");
    }
}

pub(crate) fn as_many_idle_as_set<S: Subject>() {
    const CALLS: usize = 7;
    const IDLE: usize = 4;
    // No call ends before all have begun, so that each needs a connection.
    let all_begun = Barrier::new(CALLS);
    let server = Server::start(move |connection| {
        if connection.read_request().is_some() {
            all_begun.wait();
            connection.write(&answer(200, "{}"));
            connection.hold();
        }
    });
    let transport = transport::<S>(Settings {
        max_idle_connections: Some(IDLE),
        ..patient()
    });
    thread::scope(|scope| {
        for _ in 0..CALLS {
            scope.spawn(|| assert_answer(transport.send(request(&server.url())), 200, "{}"));
        }
    });
    server.wait_for_closed(CALLS - IDLE);
    thread::sleep(SHORT);
    assert_eq!(
        server.closed(),
        CALLS - IDLE,
        "{IDLE} connections stay open"
    );
}

pub(crate) fn every_caller_gets_its_own_answer<S: Subject>() {
    const THREADS: usize = 64;
    const CALLS: usize = 200;
    let server = Server::start(|connection| {
        while let Some(request) = connection.read_request() {
            let body = String::from_utf8(request.body).expect("the body is text");
            connection.write(&answer(200, &body));
        }
    });
    let transport = transport::<S>(patient());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (transport, server) = (&transport, &server);
            scope.spawn(move || {
                for call in 0..CALLS {
                    let mut request = request(&server.url());
                    let question = format!("{thread}/{call}");
                    *request.body_mut() = Body::from(question.clone());
                    assert_answer(transport.send(request), 200, &question);
                }
            });
        }
    });
    assert_eq!(
        server.requests().len(),
        THREADS * CALLS,
        "each call is sent once"
    );
}

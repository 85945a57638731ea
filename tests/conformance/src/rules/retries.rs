//! Rules about configured retries: only a request that was not sent is sent again.

use std::io::{self, Read};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use totps_core::Delivery;
use totps_core::TransportErrorKind::{Connect, Other, Timeout, Tls};

use crate::hostile::{Authority, Leaf, Server};
use crate::probe::Probe;
use crate::rule::{Needs, Rule, Severity};
use crate::subject::Seen;
use crate::target::{Setting, Target};

use super::certificates::secure;
use super::{responding, responding_once, rule};

const POLICY: &str = "let `Limits::retry_policy` decide whether to retry";

pub(super) const RULES: [Rule; 6] = [
    retrying(
        "retry-sends-what-was-not-sent",
        Severity::Minor,
        "With retries, a connection that breaks during the handshake is followed by a new one",
        not_sent_is_sent_again,
    ),
    retrying(
        "retry-count-kept",
        Severity::Critical,
        "No more retries are made than configured, and no request that may have been sent is retried",
        no_more_than_asked,
    ),
    retrying(
        "retry-not-after-bad-certificate",
        Severity::Minor,
        "A call whose certificate was refused is not retried",
        not_after_bad_certificate,
    ),
    retrying(
        "retry-not-after-sending",
        Severity::Critical,
        "With retries, a request that may have arrived is still sent only once",
        not_after_sending,
    ),
    retrying(
        "retry-not-after-response",
        Severity::Critical,
        "With retries, a call that got a response is not retried, whatever the status",
        not_after_response,
    ),
    retrying(
        "retry-within-deadline",
        Severity::Major,
        "The timeout of the call covers all attempts together",
        within_deadline,
    ),
];

const fn retrying(
    id: &'static str,
    severity: Severity,
    sentence: &'static str,
    case: fn(&Probe),
) -> Rule {
    rule(id, severity, sentence, POLICY, case).needs(Needs::Settings(&[Setting::MaxRetries]))
}

fn target(probe: &Probe, url: &str, max_retries: u32) -> Target {
    probe.target(url).with_max_retries(max_retries)
}

const PROOF: &str = "handshake-failure-is-not-sent";

fn not_sent_is_sent_again(probe: &Probe) {
    let server = secure(&probe.run.authority, Leaf::Good);
    let port = closing_first(server.address());
    let url = format!("https://localhost:{port}");
    let what = "a connection that breaks during the first handshake";
    let seen = probe.call(&target(probe, &url, 1));
    if let Seen::Error(error) = &seen {
        if error.delivery() == Delivery::Unknown && server.connections() > 0 {
            probe.fail(format!(
                "{what}: retried although the request may have been sent"
            ));
        }
    }
    probe.response(what, seen, 200, "{}");
    if server.request_count() > 1 {
        probe.fail(format!(
            "{what}: {} requests arrived",
            server.request_count()
        ));
    }
}

/// Returns a port that closes the first connection during the handshake, and forwards the second
/// one to a server.
#[expect(clippy::expect_used, reason = "a port on loopback is free")]
fn closing_first(server: SocketAddr) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || -> io::Result<()> {
        drop(listener.accept()?);
        let (client, server) = (listener.accept()?.0, TcpStream::connect(server)?);
        let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(move || {
            // Ends when either side disconnects.
            let _ = io::copy(&mut from_client, &mut to_server);
            let _ = to_server.shutdown(Shutdown::Both);
        });
        let _ = io::copy(&mut &server, &mut &client);
        client.shutdown(Shutdown::Both)
    });
    port
}

fn no_more_than_asked(probe: &Probe) {
    for max_retries in 0..=2 {
        let (port, connections) = closing_always();
        let url = format!("https://localhost:{port}");
        let what = format!("a handshake that always breaks, with {max_retries} retries");
        let seen = probe.call(&target(probe, &url, max_retries));
        let Some(error) = probe.not_sent(&what, seen, Connect, PROOF) else {
            continue;
        };
        let expected = match error.delivery() {
            Delivery::NotSent => 1 + max_retries as usize,
            _ => 1,
        };
        let tries = connections.load(SeqCst);
        if tries != expected {
            probe.fail(format!("{what}: got {tries} attempts, expected {expected}"));
        }
    }
}

/// Returns a port that closes each connection during the handshake, and the number of its
/// connections.
#[expect(clippy::expect_used, reason = "a port on loopback is free")]
fn closing_always() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    thread::spawn(move || {
        while let Ok((mut connection, _)) = listener.accept() {
            count.fetch_add(1, SeqCst);
            // Closing with an unread ClientHello resets the connection, which some stacks report as
            // an error of sending.
            let _ = connection.read(&mut [0; 4096]);
        }
    });
    (port, connections)
}

/// A retry would be useless: the certificate would be refused again.
fn not_after_bad_certificate(probe: &Probe) {
    let server = secure(&Authority::new(), Leaf::Good);
    let what = "a certificate from an unknown authority";
    let seen = probe.call(&target(probe, &server.https_url(), 2));
    probe.not_sent(what, seen, Tls, PROOF);
    server.wait_for_closed(1);
    if server.connections() > 1 {
        probe.fail(format!(
            "{what}: got {} attempts, expected 1",
            server.connections()
        ));
    }
}

fn not_after_sending(probe: &Probe) {
    let cut = responding_once("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{");
    for (what, server) in [
        ("closed after the request", responding_once("")),
        ("closed during the response", cut),
    ] {
        let seen = probe.call(&target(probe, &server.url(), 2));
        probe.error(what, seen, Other);
        once(probe, what, &server);
    }
}

fn not_after_response(probe: &Probe) {
    for status in [429, 500, 503] {
        let server = responding(format!(
            "HTTP/1.1 {status} No\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{{}}"
        ));
        let what = format!("a response {status}");
        let seen = probe.call(&target(probe, &server.url(), 2));
        probe.response(&what, seen, status, "{}");
        once(probe, &what, &server);
    }
}

fn once(probe: &Probe, what: &str, server: &Server) {
    let (requests, connections) = (server.request_count(), server.connections());
    if (requests, connections) != (1, 1) {
        probe.fail(format!(
            "{what}: {requests} requests arrived on {connections} connections"
        ));
    }
}

fn within_deadline(probe: &Probe) {
    // Three attempts of 6 s each take longer than the kit waits for a call with a timeout of 7 s.
    const TIMEOUT: Duration = Duration::from_secs(7);
    const ATTEMPT: Duration = Duration::from_secs(6);

    let server = Server::start(|connection| connection.hold());
    let target = target(probe, &server.https_url(), 2)
        .with_timeout(TIMEOUT)
        .with_connect_timeout(ATTEMPT);
    let what = "a server that never responds to the handshake";
    if let Some(error) = probe.some_error(what, probe.call(&target)) {
        probe.kind(what, &error, Timeout);
    }
    if server.request_count() > 0 {
        probe.fail(format!("{what}: a request arrived"));
    }
}

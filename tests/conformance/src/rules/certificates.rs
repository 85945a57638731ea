//! Whom the transport talks to over TLS.

use totps_core::TransportError;
use totps_core::TransportErrorKind::{self, Other};

use crate::hostile::{Authority, Leaf, Server, Tap, TlsVersion, response};
use crate::probe::Probe;
use crate::rule::{Needs, Rule, Severity};
use crate::subject::Seen;
use crate::target::{Setting, Target};

use super::{deadlines, rule};

const VERIFY: &str = "leave the verification of certificates and names on, with `Target::root_certificate_pem` as the only \
                      authority; look for settings such as `danger_accept_invalid_certs` or `disable_verification`";

pub(super) const RULES: [Rule; 14] = [
    rule(
        "own-root-trusted",
        Severity::Major,
        "A server whose certificate the given authority signed is talked to, and its connection is kept",
        "give `Target::root_certificate_pem` to the TLS library",
        own_root,
    ),
    bad(
        "certificate-unknown-issuer-refused",
        "A certificate of another authority ends the call before anything is sent",
        unknown_issuer,
    ),
    bad(
        "certificate-self-signed-refused",
        "A certificate that is signed by itself ends the call before anything is sent",
        |probe| refused(probe, Leaf::SelfSigned),
    ),
    bad(
        "certificate-other-name-refused",
        "A certificate for another name ends the call before anything is sent",
        |probe| refused(probe, Leaf::OtherName),
    ),
    bad(
        "certificate-expired-refused",
        "A certificate that is not valid any more ends the call before anything is sent",
        |probe| refused(probe, Leaf::Expired),
    ),
    bad(
        "certificate-not-yet-valid-refused",
        "A certificate that is not valid yet ends the call before anything is sent",
        |probe| refused(probe, Leaf::NotValidYet),
    ),
    bad(
        "certificate-signed-by-server-refused",
        "A certificate that the holder of a server's certificate signed ends the call before anything is sent",
        |probe| refused(probe, Leaf::SignedByServer),
    ),
    bad(
        "certificate-for-clients-refused",
        "A certificate that is for clients only ends the call before anything is sent",
        |probe| refused(probe, Leaf::ForClients),
    ),
    rule(
        "certificate-error-names-the-cause",
        Severity::Minor,
        "The error of a bad certificate says what is wrong with it",
        "keep the error of the TLS library as the source of the `TransportError`",
        causes,
    ),
    rule(
        "tls-1-1-refused",
        Severity::Critical,
        "A server whose newest version of TLS is 1.1 ends the call before anything is sent",
        "leave the lowest version of TLS at 1.2",
        tls_1_1,
    ),
    rule(
        "tls-on-plain-port-refused",
        Severity::Critical,
        "An `https` URL whose server speaks plain HTTP ends the call before anything is sent",
        "do not fall back to plain HTTP",
        plain_server,
    ),
    rule(
        "plain-on-tls-port-is-an-error",
        Severity::Major,
        "An `http` URL whose server speaks TLS ends the call with an error",
        "return the error of reading the response",
        tls_server,
    ),
    rule(
        "close-notify-required",
        Severity::Major,
        "A body that ends with its TLS connection is whole only after `close_notify`: anybody on the way can \
         end TCP",
        "do not take the end of TCP for the end of the body: TLS libraries report it as `UnexpectedEof`",
        close_notify,
    ),
    rule(
        "connect-timeout-covers-handshake",
        Severity::Major,
        "The timeout for connecting ends a TLS handshake that does not, with `Delivery::NotSent`",
        "let `Target::connect_timeout` cover connecting and the handshake",
        connect_timeout,
    )
    .needs(Needs::Setting(Setting::ConnectTimeout)),
];

const fn bad(id: &'static str, sentence: &'static str, case: fn(&Probe)) -> Rule {
    rule(id, Severity::Critical, sentence, VERIFY, case)
}

/// A server for HTTPS that responds to everything.
pub(super) fn secure(authority: &Authority, leaf: Leaf) -> Server {
    Server::start_tls(authority.server(leaf), |connection| {
        while connection.read_request().is_some() {
            connection.write(&response(200, "{}"));
        }
    })
}

fn own_root(probe: &Probe) {
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let tls = probe
            .run
            .authority
            .server_with_versions(Leaf::Good, &[version]);
        let server = Server::start_tls(tls, |connection| {
            while connection.read_request().is_some() {
                connection.write(&response(200, "{}"));
            }
        });
        let Some(calls) = probe.start(&probe.target(&server.https_url())) else {
            return;
        };
        for _ in 0..2 {
            let what = format!("a good certificate by {version:?}");
            if !probe.response(&what, calls.call(), 200, "{}") {
                return;
            }
        }
        if server.connections() > 1 {
            probe.fail_rule(
                "idle-connection-reused",
                format!(
                    "{version:?}: {} connections for 2 calls",
                    server.connections()
                ),
            );
        }
    }
}

fn refused(probe: &Probe, leaf: Leaf) {
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let tls = probe.run.authority.server_with_versions(leaf, &[version]);
        let server = reading(tls);
        let what = format!("{} by {version:?}", name(leaf));
        handshake_fails(probe, &what, &server, |url| probe.target(url));
    }
}

fn unknown_issuer(probe: &Probe) {
    let other = Authority::new();
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let server = reading(other.server_with_versions(Leaf::Good, &[version]));
        let what = format!("a certificate of an unknown authority by {version:?}");
        handshake_fails(probe, &what, &server, |url| probe.target(url));
    }
}

fn reading(tls: crate::hostile::Tls) -> Server {
    Server::start_tls(tls, |connection| {
        connection.read_request();
    })
}

fn name(leaf: Leaf) -> &'static str {
    match leaf {
        Leaf::Good => "a good certificate",
        Leaf::OtherName => "a certificate for another name",
        Leaf::Expired => "an expired certificate",
        Leaf::NotValidYet => "a certificate that is not valid yet",
        Leaf::SelfSigned => "a self-signed certificate",
        Leaf::SignedByServer => "a certificate that a server signed",
        Leaf::ForClients => "a certificate for clients",
    }
}

/// Nothing of a request leaves the client.
fn handshake_fails(
    probe: &Probe,
    what: &str,
    server: &Server,
    target: impl Fn(&str) -> Target,
) -> Option<TransportError> {
    let tap = Tap::before(server.address());
    let seen = probe.call(&target(&tap.https_url()));
    let proof = "handshake-failure-is-not-sent";
    let error = probe.not_sent(what, seen, TransportErrorKind::Tls, proof);
    tap.wait_for_all();
    only_handshakes(probe, what, &tap);
    if server.request_count() > 0 {
        probe.fail(format!("{what}: the server got the request"));
    }
    error
}

/// What was sent are a handshake and alerts.
fn only_handshakes(probe: &Probe, what: &str, tap: &Tap) {
    const HANDSHAKE: u8 = 22;
    const APPLICATION_DATA: u8 = 23;
    // In TLS 1.3 the alert that ends a handshake looks like application data, and so does the client's last
    // message of the handshake, by SHA-256 and by SHA-384. A request is longer.
    const SEALED: [usize; 3] = [19, 53, 69];

    let Some(records) = tap.tls_records() else {
        return probe.fail(format!("{what}: other bytes than TLS were sent"));
    };
    // On a busy machine, a timeout may elapse before the first byte.
    if records.first().is_some_and(|&(kind, _)| kind != HANDSHAKE) {
        probe.fail(format!("{what}: no handshake was begun: {records:?}"));
    }
    let mut data = records.iter();
    if data.any(|&(kind, length)| kind == APPLICATION_DATA && !SEALED.contains(&length)) {
        probe.fail(format!("{what}: data was sent: {records:?}"));
    }
}

/// In the words of the adapters, rustls, OpenSSL, or others.
fn causes(probe: &Probe) {
    let unknown = Authority::new();
    let issuer = &[
        "issuer",
        "self-signed",
        "self signed",
        "unknown ca",
        "untrusted",
        "trust",
    ];
    for (what, authority, leaf, words) in [
        ("an unknown authority", &unknown, Leaf::Good, &issuer[..]),
        (
            "a self-signed certificate",
            &probe.run.authority,
            Leaf::SelfSigned,
            &issuer[..],
        ),
        (
            "a certificate for another name",
            &probe.run.authority,
            Leaf::OtherName,
            &["name", "host"],
        ),
        (
            "an expired certificate",
            &probe.run.authority,
            Leaf::Expired,
            &["expired"],
        ),
        (
            "a certificate that is not valid yet",
            &probe.run.authority,
            Leaf::NotValidYet,
            &["not valid yet", "not yet valid", "notvalidyet"],
        ),
    ] {
        let server = secure(authority, leaf);
        let seen = probe.call(&probe.target(&server.https_url()));
        if let Seen::Error(error) = &seen {
            names_the_cause(probe, what, error, words);
        }
    }
}

fn names_the_cause(probe: &Probe, what: &str, error: &TransportError, words: &[&str]) {
    let text = crate::probe::chain(error);
    let lower = text.to_lowercase();
    if !words.iter().any(|word| lower.contains(word)) {
        probe.fail_rule(
            "certificate-error-names-the-cause",
            format!("{what}: expected one of {words:?} in the error, got {text}"),
        );
    }
}

/// What rustls cannot be: a server that speaks TLS 1.1 and nothing newer.
fn tls_1_1(probe: &Probe) {
    // The fatal alert `protocol_version`, as OpenSSL sends it.
    let alert = vec![21, 3, 3, 0, 2, 2, 70];
    // A hello of version 1.1: a random number, no session, TLS_RSA_WITH_AES_128_CBC_SHA.
    let hello = [
        &[22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..],
        &[7; 32],
        &[0, 0, 0x2f, 0],
    ]
    .concat();
    for (what, bytes) in [
        ("an alert for TLS 1.1", alert),
        ("a hello of TLS 1.1", hello),
    ] {
        let server = Server::start(move |connection| {
            connection.write(&bytes);
            connection.hold();
        });
        let error = handshake_fails(probe, what, &server, |url| probe.target(url));
        if let Some(error) = error {
            let words = ["version", "protocol", "tls12", "unsupported"];
            names_the_cause(probe, what, &error, &words);
        }
    }
}

fn plain_server(probe: &Probe) {
    let server = Server::start(|connection| {
        connection.write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.hold();
    });
    let what = "a server that speaks plain HTTP";
    let error = handshake_fails(probe, what, &server, |url| probe.target(url));
    if let Some(error) = error {
        let words = [
            "speak",
            "contenttype",
            "content type",
            "version",
            "record",
            "packet",
        ];
        names_the_cause(probe, what, &error, &words);
    }
}

fn tls_server(probe: &Probe) {
    let server = secure(&probe.run.authority, Leaf::Good);
    let seen = probe.call(&probe.target(&server.url()));
    probe.error("a server that speaks TLS", seen, Other);
}

fn close_notify(probe: &Probe) {
    if !probe.needs_trust() {
        return;
    }
    for (says_so, body) in [(true, "{}"), (false, "{}"), (false, "")] {
        let tls = probe.run.authority.server(Leaf::Good);
        let server = Server::start_tls(tls, move |connection| {
            connection.read_request();
            let response = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
            if says_so {
                connection.write_last(response.as_bytes());
            } else {
                connection.write(response.as_bytes());
            }
        });
        let seen = probe.call(&probe.target(&server.https_url()));
        if says_so {
            probe.response("a body that ends with `close_notify`", seen, 200, body);
        } else {
            let what = format!("a body of {} bytes without `close_notify`", body.len());
            probe.error(&what, seen, Other);
        }
    }
}

fn connect_timeout(probe: &Probe) {
    let servers = deadlines::stalled_handshakes();
    std::thread::scope(|scope| {
        for (what, server) in &servers {
            scope.spawn(move || {
                let tap = Tap::before(server.address());
                let target = probe.target(&tap.https_url());
                let seen = probe.call(&target.with_connect_timeout_alone(crate::probe::SHORT));
                let kind = TransportErrorKind::Timeout;
                probe.not_sent(what, seen, kind, probe.rule());
                tap.wait_for_all();
                only_handshakes(probe, what, &tap);
            });
        }
    });
}

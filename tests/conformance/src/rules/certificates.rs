//! Rules about certificates and TLS.

use totps_core::TransportError;
use totps_core::TransportErrorKind::{self, Other};

use crate::hostile::{Authority, Leaf, Server, Tap, Tls, TlsVersion, response};
use crate::probe::Probe;
use crate::rule::{Needs, Rule, Severity};
use crate::subject::Seen;
use crate::target::{Setting, Target};

use super::{deadlines, rule};

const VERIFY: &str = "leave the verification of certificates and host names on, with `Target::root_certificate_pem` as the \
                      only authority; look for settings such as `danger_accept_invalid_certs` or `disable_verification`";

pub(super) const RULES: [Rule; 14] = [
    rule(
        "own-root-trusted",
        Severity::Major,
        "A certificate signed by the given authority is accepted",
        "pass `Target::root_certificate_pem` to the TLS library",
        own_root,
    ),
    bad(
        "certificate-unknown-issuer-refused",
        "A certificate from another authority ends the call before the request is sent",
        unknown_issuer,
    ),
    bad(
        "certificate-self-signed-refused",
        "A self-signed certificate ends the call before the request is sent",
        |probe| refused(probe, Leaf::SelfSigned),
    ),
    bad(
        "certificate-other-name-refused",
        "A certificate for another host name ends the call before the request is sent",
        |probe| refused(probe, Leaf::OtherName),
    ),
    bad(
        "certificate-expired-refused",
        "An expired certificate ends the call before the request is sent",
        |probe| refused(probe, Leaf::Expired),
    ),
    bad(
        "certificate-not-yet-valid-refused",
        "A certificate that is not yet valid ends the call before the request is sent",
        |probe| refused(probe, Leaf::NotValidYet),
    ),
    bad(
        "certificate-signed-by-server-refused",
        "A certificate signed with the key of a server certificate ends the call before the request is sent",
        |probe| refused(probe, Leaf::SignedByServer),
    ),
    bad(
        "certificate-for-clients-refused",
        "A certificate for client authentication only ends the call before the request is sent",
        |probe| refused(probe, Leaf::ForClients),
    ),
    rule(
        "certificate-error-names-the-cause",
        Severity::Minor,
        "The error for a bad certificate says what is wrong with it",
        "keep the error of the TLS library as the source of the `TransportError`",
        causes,
    ),
    rule(
        "tls-1-1-refused",
        Severity::Critical,
        "If the newest TLS version of the server is 1.1, the call ends before the request is sent",
        "leave the minimum TLS version at 1.2",
        tls_1_1,
    ),
    rule(
        "tls-on-plain-port-refused",
        Severity::Critical,
        "If the server of an `https` URL speaks plain HTTP, the call ends before the request is sent",
        "do not fall back to plain HTTP",
        plain_server,
    ),
    rule(
        "plain-on-tls-port-is-an-error",
        Severity::Major,
        "If the server of an `http` URL speaks TLS, the call ends with an error",
        "return the error from reading the response",
        tls_server,
    ),
    rule(
        "close-notify-required",
        Severity::Major,
        "A body that ends with its TLS connection is complete only after `close_notify`, because anyone on the \
         network path can end a TCP connection",
        "do not accept the end of the TCP connection as the end of the body: TLS libraries report it as \
         `UnexpectedEof`",
        close_notify,
    ),
    rule(
        "connect-timeout-covers-handshake",
        Severity::Major,
        "The connect timeout ends a stalled TLS handshake, with `Delivery::NotSent`",
        "apply `Target::connect_timeout` to connecting and the TLS handshake together",
        connect_timeout,
    )
    .needs(Needs::Settings(&[Setting::ConnectTimeout])),
];

const fn bad(id: &'static str, sentence: &'static str, case: fn(&Probe)) -> Rule {
    rule(id, Severity::Critical, sentence, VERIFY, case)
}

/// Starts an HTTPS server that responds to every request.
pub(super) fn secure(authority: &Authority, leaf: Leaf) -> Server {
    secure_with(authority.server(leaf))
}

fn secure_with(tls: Tls) -> Server {
    Server::start_tls(tls, |connection| {
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
        let server = secure_with(tls);
        let Some(calls) = probe.start(&probe.target(&server.https_url())) else {
            return;
        };
        for _ in 0..2 {
            let what = format!("a good certificate over {version:?}");
            if !probe.response(&what, calls.call(), 200, "{}") {
                return;
            }
        }
        if server.connections() > 1 {
            probe.fail_rule(
                "idle-connection-reused",
                format!(
                    "{version:?}: 2 calls used {} connections",
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
        let what = format!("{} over {version:?}", name(leaf));
        handshake_fails(probe, &what, &server, |url| probe.target(url));
    }
}

fn unknown_issuer(probe: &Probe) {
    let other = Authority::new();
    for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
        let server = reading(other.server_with_versions(Leaf::Good, &[version]));
        let what = format!("a certificate from an unknown authority over {version:?}");
        handshake_fails(probe, &what, &server, |url| probe.target(url));
    }
}

fn reading(tls: Tls) -> Server {
    Server::start_tls(tls, |connection| {
        connection.read_request();
    })
}

fn name(leaf: Leaf) -> &'static str {
    match leaf {
        Leaf::Good => "a good certificate",
        Leaf::OtherName => "a certificate for another host name",
        Leaf::Expired => "an expired certificate",
        Leaf::NotValidYet => "a certificate that is not yet valid",
        Leaf::SelfSigned => "a self-signed certificate",
        Leaf::SignedByServer => "a certificate signed with the key of a server certificate",
        Leaf::ForClients => "a certificate for client authentication only",
    }
}

/// Expects an error of TLS with `Delivery::NotSent`, and no bytes of the request on the network.
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

/// Expects that the client sent nothing but a handshake and alerts.
fn only_handshakes(probe: &Probe, what: &str, tap: &Tap) {
    const HANDSHAKE: u8 = 22;
    const APPLICATION_DATA: u8 = 23;
    // In TLS 1.3, the alert that ends a handshake is encrypted as application data. So is the
    // client's last handshake message, whose length depends on SHA-256 or SHA-384. A request is
    // longer.
    const SEALED: [usize; 3] = [19, 53, 69];

    let Some(records) = tap.tls_records() else {
        return probe.fail(format!("{what}: bytes that are not TLS were sent"));
    };
    // On a busy machine, a timeout may elapse before the first byte, so there may be no record.
    if records.first().is_some_and(|&(kind, _)| kind != HANDSHAKE) {
        probe.fail(format!(
            "{what}: the first record is not a handshake: {records:?}"
        ));
    }
    let mut data = records.iter();
    if data.any(|&(kind, length)| kind == APPLICATION_DATA && !SEALED.contains(&length)) {
        probe.fail(format!("{what}: application data was sent: {records:?}"));
    }
}

/// Searches the errors for words that the adapters, rustls, OpenSSL and other libraries use.
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
            "a certificate for another host name",
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
            "a certificate that is not yet valid",
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

/// Tries servers that support no TLS version after 1.1. Their bytes are fixed, because rustls
/// cannot speak TLS 1.1.
fn tls_1_1(probe: &Probe) {
    // The fatal alert `protocol_version`, as OpenSSL sends it.
    let alert = vec![21, 3, 3, 0, 2, 2, 70];
    // A ServerHello of TLS 1.1: a random number, no session, TLS_RSA_WITH_AES_128_CBC_SHA.
    let hello = [
        &[22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..],
        &[7; 32],
        &[0, 0, 0x2f, 0],
    ]
    .concat();
    for (what, bytes) in [
        ("an alert `protocol_version`", alert),
        ("a ServerHello of TLS 1.1", hello),
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

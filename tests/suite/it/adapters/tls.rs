//! Who may answer.

use std::iter;

use totps_conformance::hostile::{Authority, Leaf, Server, Tap, TlsVersion, response as answer};
use totps_core::{Client, CreateParams, Delivery, TransportErrorKind};
use totps_emulator::{Emulator, authenticator_code};

use super::*;

/// A server for HTTPS that answers everything.
fn secure(authority: &Authority, leaf: Leaf) -> Server {
    Server::start_tls(authority.server(leaf), |connection| {
        while connection.read_request().is_some() {
            connection.write(&answer(200, "{}"));
        }
    })
}

pub(crate) fn trusting(authority: &Authority) -> Settings {
    Settings {
        root_certificates_pem: Some(authority.pem()),
        ..patient()
    }
}

pub(crate) fn own_authority_in_pem<S: Subject>() {
    let authority = Authority::new();
    let server = secure(&authority, Leaf::Good);
    let several = Settings {
        root_certificates_pem: Some(Authority::new().pem() + &authority.pem()),
        ..patient()
    };
    for settings in [trusting(&authority), several] {
        let transport = transport::<S>(settings);
        for _ in 0..2 {
            assert_answer(transport.send(request(&server.https_url())), 200, "{}");
        }
    }
    assert_eq!(
        server.connections(),
        2,
        "connections are kept with TLS, too"
    );
}

pub(crate) fn emulator_over_tls<S: Subject>() {
    let emulator = Emulator::builder().tls(true).start().unwrap();
    let transport = transport::<S>(Settings {
        root_certificates_pem: emulator.ca_pem().map(str::to_owned),
        ..patient()
    });
    let base_url = emulator.base_url();
    let project = Project::at(base_url, emulator.project_id(), emulator.secret()).unwrap();
    let client = Client::new(project, transport);
    let (organization, member) = (emulator.organization_id(), emulator.member_id());

    let created = client.create(&CreateParams::new(organization, member));
    let secret = created.expect("a TOTP by way of TLS").secret;
    let code = authenticator_code(secret.expose(), emulator.now()).unwrap();
    let params = AuthenticateParams::new(organization, member, code)
        .intermediate_session_token(emulator.intermediate_session_token());
    let session = client
        .authenticate(&params)
        .expect("a session by way of TLS");
    assert!(session.session_token.is_some(), "expected a session token");
}

pub(crate) fn unacceptable_certificates<S: Subject>() {
    let authority = Authority::new();
    // In the adapter's words, or in those of rustls or OpenSSL.
    let unknown_issuer = [
        "unknown issuer",
        "UnknownIssuer",
        "unable to get local issuer certificate",
        "self-signed certificate",
    ];
    let other_name = ["another name", "not valid for name", "ostname mismatch"];
    for (settings, leaf, reasons) in [
        (patient(), Leaf::Good, &unknown_issuer[..]),
        (trusting(&Authority::new()), Leaf::Good, &unknown_issuer),
        (trusting(&authority), Leaf::SelfSigned, &unknown_issuer),
        (trusting(&authority), Leaf::OtherName, &other_name),
        (trusting(&authority), Leaf::Expired, &["expired"]),
        (
            trusting(&authority),
            Leaf::NotValidYet,
            &["not valid yet", "not yet valid"],
        ),
    ] {
        for version in [TlsVersion::Tls12, TlsVersion::Tls13] {
            let config = authority.server_with_versions(leaf, &[version]);
            let server = Server::start_tls(config, |connection| {
                connection.read_request();
            });
            assert_handshake_fails::<S>(settings.clone(), &server, reasons);
            assert!(server.requests().is_empty(), "no request reached {leaf:?}");
        }
    }
}

/// What rustls cannot be: a server that speaks TLS 1.1 and nothing newer.
pub(crate) fn tls_1_1_only<S: Subject>() {
    // The fatal alert `protocol_version`, as OpenSSL sends it.
    let alert = vec![21, 3, 3, 0, 2, 2, 70];
    // A hello of version 1.1: a random number, no session, TLS_RSA_WITH_AES_128_CBC_SHA.
    let hello = [
        &[22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2][..],
        &[7; 32],
        &[0, 0, 0x2f, 0],
    ]
    .concat();
    // In the adapter's words, or in those of rustls or OpenSSL.
    for (answer, reasons) in [
        (alert, ["no version", "ProtocolVersion", "protocol version"]),
        (
            hello,
            [
                "no version",
                "ServerDoesNotSupportTls12Or13",
                "unsupported protocol",
            ],
        ),
    ] {
        let server = Server::start(move |connection| {
            connection.write(&answer);
            connection.hold();
        });
        assert_handshake_fails::<S>(patient(), &server, &reasons);
    }
}

/// Nothing of a request leaves the client, whose error gives one of the reasons.
#[track_caller]
fn assert_handshake_fails<S: Subject>(settings: Settings, server: &Server, reasons: &[&str]) {
    let tap = Tap::before(server.address());
    let result = transport::<S>(settings).send(request(&tap.https_url()));
    let error = assert_not_sent::<S>(
        result,
        TransportErrorKind::Tls,
        Difference::UnprovenHandshake,
    );
    let text = chain(&error);
    assert!(
        reasons.iter().any(|reason| text.contains(reason)),
        "expected one of {reasons:?} in {text}"
    );
    tap.wait_for_closed(1);
    assert_only_handshakes(&tap);
}

#[track_caller]
fn assert_only_handshakes(tap: &Tap) {
    const APPLICATION_DATA: u8 = 23;
    // In TLS 1.3 the alert that ends a handshake looks like application data.
    const SEALED_ALERT: usize = 19;

    let records = tap.tls_records().expect("nothing is sent but TLS");
    let is_hello = |&(kind, _): &(u8, usize)| kind == 22;
    assert!(
        records.first().is_some_and(is_hello),
        "expected a handshake to begin, got {records:?}"
    );
    let data: Vec<_> = records
        .iter()
        .filter(|&&(kind, length)| kind == APPLICATION_DATA && length != SEALED_ALERT)
        .collect();
    assert!(
        data.is_empty(),
        "expected no byte of a request, got {records:?}"
    );
}

/// Handshakes that never finish.
pub(crate) fn stalled_handshakes<S: Subject>() {
    let impatient = Settings {
        connect_timeout: Some(SHORT),
        ..patient()
    };
    let silent = Server::start(|connection| connection.hold());
    let stuck = Server::start(|connection| {
        connection.write(&[22, 3, 3, 64, 0, 2, 2]);
        connection.hold();
    });
    // A record of 16 KiB that never comes to its end.
    let dripping = Server::start(|connection| {
        let record = [22, 3, 3, 64, 0].into_iter();
        connection.drip(record.chain(iter::repeat(2)), Duration::from_millis(20));
    });
    for server in [silent, stuck, dripping] {
        let tap = Tap::before(server.address());
        let transport = transport::<S>(impatient.clone());
        let result = in_time(|| transport.send(request(&tap.https_url())));
        assert_error(result, TransportErrorKind::Timeout, Delivery::NotSent);
        tap.wait_for_closed(1);
        assert_only_handshakes(&tap);
    }
}

pub(crate) fn tls_to_a_plain_port<S: Subject>() {
    let server = Server::start(|connection| {
        connection.write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.hold();
    });
    // In the adapter's words or in those of rustls.
    let reasons = [
        "does not speak TLS",
        "InvalidContentType",
        "wrong version number",
    ];
    assert_handshake_fails::<S>(patient(), &server, &reasons);
}

pub(crate) fn plain_to_a_tls_port<S: Subject>() {
    let server = secure(&Authority::new(), Leaf::Good);
    assert_error(
        call::<S>(patient(), &server),
        TransportErrorKind::Other,
        Delivery::Unknown,
    );
}

/// A body that ends with its connection is whole only if TLS says so: anybody on the way could end TCP.
pub(crate) fn an_end_without_close_notify_is_a_cut<S: Subject>() {
    let authority = Authority::new();
    for (says_so, body) in [(true, "{}"), (false, "{}"), (false, "")] {
        let server = Server::start_tls(authority.server(Leaf::Good), move |connection| {
            connection.read_request();
            let response = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
            if says_so {
                connection.write_last(response.as_bytes());
            } else {
                connection.write(response.as_bytes());
            }
        });
        let result = transport::<S>(trusting(&authority)).send(request(&server.https_url()));
        if says_so {
            assert_answer(result, 200, body);
        } else if !S::DIFFERENCES.contains(&Difference::ResetEndsBody) {
            assert_error(result, TransportErrorKind::Other, Delivery::Unknown);
        }
    }
}

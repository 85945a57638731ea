//! Who may answer.

use totps_core::{Client, CreateParams, Delivery, TransportErrorKind};
use totps_emulator::{Emulator, authenticator_code};
use totps_tests::hostile::{Authority, Leaf, Server, answer};

use super::*;

/// A server for HTTPS that answers everything.
fn secure(authority: &Authority, leaf: Leaf) -> Server {
    Server::start_tls(authority.server(leaf), |connection| {
        while connection.read_request().is_some() {
            connection.write(&answer(200, "{}"));
        }
    })
}

fn trusting(authority: &Authority) -> Settings {
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
    let base_url = emulator.base_url().parse().unwrap();
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
    // In the adapter's words or in those of rustls.
    let unknown_issuer = ["unknown issuer", "UnknownIssuer"];
    let other_name = ["another name", "not valid for name"];
    for (settings, leaf, reasons) in [
        (patient(), Leaf::Good, unknown_issuer),
        (trusting(&Authority::new()), Leaf::Good, unknown_issuer),
        (trusting(&authority), Leaf::OtherName, other_name),
        (trusting(&authority), Leaf::Expired, ["expired"; 2]),
        (
            trusting(&authority),
            Leaf::NotValidYet,
            ["not valid yet"; 2],
        ),
    ] {
        let server = secure(&authority, leaf);
        let result = transport::<S>(settings).send(request(&server.https_url()));
        let error = assert_not_sent::<S>(
            result,
            TransportErrorKind::Connect,
            Difference::UnprovenHandshake,
        );
        let text = chain(&error);
        assert!(
            reasons.iter().any(|reason| text.contains(reason)),
            "expected one of {reasons:?} in {text}"
        );
        server.wait_for_closed(1);
        assert!(server.requests().is_empty(), "no request reached {leaf:?}");
    }
}

pub(crate) fn tls_to_a_plain_port<S: Subject>() {
    let server = Server::start(|connection| {
        connection.write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.hold();
    });
    let result = transport::<S>(patient()).send(request(&server.https_url()));
    assert_not_sent::<S>(
        result,
        TransportErrorKind::Connect,
        Difference::UnprovenHandshake,
    );
}

pub(crate) fn plain_to_a_tls_port<S: Subject>() {
    let server = secure(&Authority::new(), Leaf::Good);
    assert_error(
        call::<S>(patient(), &server),
        TransportErrorKind::Other,
        Delivery::Unknown,
    );
}

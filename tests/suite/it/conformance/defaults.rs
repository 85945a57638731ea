//! Tests of the adapters without the settings that the kit always gives them: the default limits
//! and authorities, several authorities, and the emulator over TLS.

use std::time::Duration;

use totps_conformance::hostile::{Authority, Leaf, Server, chunked_response, response};
use totps_core::{
    AuthenticateParams, Client, CreateParams, Delivery, Project, Request, Response, TransportError,
    TransportErrorKind,
};
use totps_emulator::{Emulator, authenticator_code};

use crate::subjects::{Settings, Subject, for_every_subject};

macro_rules! defaults {
    ($($name:ident: $subject:ty,)*) => {$(
        mod $name {
            #[test]
            fn body_limit_is_1_mib() {
                super::body_limit_is_1_mib::<$subject>();
            }

            #[test]
            fn an_unknown_authority_is_refused() {
                super::an_unknown_authority_is_refused::<$subject>();
            }

            #[test]
            fn several_authorities_are_trusted() {
                super::several_authorities_are_trusted::<$subject>();
            }

            #[test]
            fn the_emulator_speaks_tls() {
                super::the_emulator_speaks_tls::<$subject>();
            }
        }
    )*};
}

for_every_subject!(defaults);

/// Returns timeouts that are long enough on a busy machine, and defaults otherwise.
fn patient() -> Settings {
    const LONG: Duration = Duration::from_secs(15);
    Settings {
        timeout: Some(LONG),
        connect_timeout: Some(LONG),
        ..Settings::default()
    }
}

fn request(base_url: &str) -> Request {
    let project = Project::at(base_url, "project-test-1", "secret-test-1").unwrap();
    let params = AuthenticateParams::new("organization-1", "member-1", "123456");
    project.request(&params).unwrap()
}

fn call<S: Subject>(settings: Settings, url: &str) -> Result<Response, TransportError> {
    S::transport(settings).unwrap().send(request(url))
}

fn serving(bytes: Vec<u8>) -> Server {
    Server::start(
        move |connection| {
            while connection.read_request().is_some() && connection.write(&bytes) {}
        },
    )
}

fn body_limit_is_1_mib<S: Subject>() {
    let fits = "x".repeat(1024 * 1024);
    let server = serving(chunked_response(200, &fits, 50_000));
    let response = call::<S>(patient(), &server.url()).expect("1 MiB fits");
    assert!(
        response.body().as_bytes() == fits.as_bytes(),
        "expected the body of the server"
    );
    let server = serving(chunked_response(200, &(fits + "x"), 50_000));
    let error = call::<S>(patient(), &server.url()).expect_err("more than 1 MiB is refused");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::TooLarge, Delivery::Unknown),
        "expected `TooLarge`: {error:?}"
    );
}

fn secure(authority: &Authority) -> Server {
    Server::start_tls(authority.server(Leaf::Good), |connection| {
        while connection.read_request().is_some() {
            connection.write(&response(200, "{}"));
        }
    })
}

fn an_unknown_authority_is_refused<S: Subject>() {
    let server = secure(&Authority::new());
    call::<S>(patient(), &server.https_url()).expect_err("the authority is unknown");
    server.wait_for_closed(1);
    assert_eq!(server.connections(), 1, "expected one try");
    assert_eq!(server.request_count(), 0, "expected no request to arrive");
}

fn several_authorities_are_trusted<S: Subject>() {
    let authority = Authority::new();
    let server = secure(&authority);
    let settings = Settings {
        root_certificates_pem: Some(Authority::new().pem() + &authority.pem()),
        ..patient()
    };
    let response =
        call::<S>(settings, &server.https_url()).expect("the second authority signed it");
    assert_eq!(response.status(), 200, "expected the server's response");
}

fn the_emulator_speaks_tls<S: Subject>() {
    let emulator = Emulator::builder().tls(true).start().unwrap();
    let transport = S::transport(Settings {
        root_certificates_pem: emulator.ca_pem().map(str::to_owned),
        ..patient()
    });
    let base_url = emulator.base_url();
    let project = Project::at(base_url, emulator.project_id(), emulator.secret()).unwrap();
    let client = Client::new(project, transport.unwrap());
    let (organization, member) = (emulator.organization_id(), emulator.member_id());

    let created = client.create(&CreateParams::new(organization, member));
    let secret = created.expect("a TOTP over TLS").secret;
    let code = authenticator_code(secret.expose(), emulator.now()).unwrap();
    let params = AuthenticateParams::new(organization, member, code)
        .intermediate_session_token(emulator.intermediate_session_token());
    let session = client.authenticate(&params).expect("a session over TLS");
    assert!(session.session_token.is_some(), "expected a session token");
}

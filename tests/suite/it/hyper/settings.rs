//! Tests of the builders: the settings that they refuse, and their requirements.

use std::time::Duration;

use smol_hyper::rt::SmolTimer;
use totps_conformance::hostile::Server;
use totps_core::{
    AsyncTransport, ConfigError, CreateParams, Delivery, TransportError, TransportErrorKind,
};
use totps_hyper::{ConnTransport, HyperTransport, ServiceTransport};

use super::{TOKIO, connector, project, smol_client};
use crate::subjects::Settings;

#[test]
fn an_error_names_the_refused_setting() {
    type Refused = Result<(), ConfigError>;
    let hyper = HyperTransport::builder;
    let conn = || {
        let connect = |url| connector(&Settings::default()).connect(url);
        ConnTransport::builder(connect, SmolTimer::new())
    };
    let service = || ServiceTransport::builder(smol_client(), SmolTimer::new());
    let (zero, not_pem) = (
        Duration::ZERO,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    );
    let cases: [(&str, Refused); 17] = [
        ("timeout", hyper().timeout(zero).build().map(drop)),
        ("timeout", conn().timeout(zero).build().map(drop)),
        ("timeout", service().timeout(zero).build().map(drop)),
        (
            "connect timeout",
            hyper().connect_timeout(zero).build().map(drop),
        ),
        (
            "connect timeout",
            conn().connect_timeout(zero).build().map(drop),
        ),
        ("idle timeout", hyper().idle_timeout(zero).build().map(drop)),
        ("idle timeout", conn().idle_timeout(zero).build().map(drop)),
        (
            "response limit",
            hyper().response_limit(0).build().map(drop),
        ),
        ("response limit", conn().response_limit(0).build().map(drop)),
        (
            "response limit",
            service().response_limit(0).build().map(drop),
        ),
        (
            "number of retries",
            hyper().max_retries(3).build().map(drop),
        ),
        ("number of retries", conn().max_retries(3).build().map(drop)),
        (
            "number of retries",
            service().max_retries(3).build().map(drop),
        ),
        (
            "root certificates",
            hyper().root_certificates_pem("").build().map(drop),
        ),
        (
            "root certificates",
            hyper().root_certificates_pem(not_pem).build().map(drop),
        ),
        (
            "root certificates",
            hyper().rustls().root_certificates_pem("").build().map(drop),
        ),
        (
            "root certificates",
            hyper()
                .rustls()
                .root_certificates_pem(not_pem)
                .build()
                .map(drop),
        ),
    ];
    for (setting, refused) in cases {
        let error = refused.expect_err("a setting of zero, too many retries, or not PEM");
        assert_eq!(
            error.setting(),
            setting,
            "expected the error to name {setting}: {error}"
        );
    }
}

#[track_caller]
fn assert_refused(result: Result<impl Sized, TransportError>, hint: &str) {
    let error = result.map(drop).expect_err("a refusal");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Refused, Delivery::NotSent),
        "expected a refusal before anything is sent: {error:?}"
    );
    let text = format!("{error:?}");
    assert!(text.contains(hint), "expected `{hint}` in {text}");
}

/// A connector that performs no TLS would send the credentials in clear text.
#[test]
fn https_requires_allow_https() {
    let server = Server::trap();
    let connector = connector(&Settings::default());
    let connect = move |url| connector.clone().connect(url);
    let transport = ConnTransport::builder(connect, SmolTimer::new())
        .build()
        .unwrap();
    let request = project(&server.https_url())
        .request(&CreateParams::new("o", "m"))
        .unwrap();
    assert_refused(smol::block_on(transport.send(request)), "allow_https");
    assert_eq!(server.connections(), 0, "expected no connection");
}

#[test]
fn hyper_transport_refuses_without_a_tokio_runtime() {
    let server = Server::trap();
    let request = project(&server.url())
        .request(&CreateParams::new("o", "m"))
        .unwrap();
    let result = smol::block_on(HyperTransport::new().send(request));
    assert_refused(result, "no tokio runtime");
    assert_eq!(server.connections(), 0, "expected no connection");
}

/// A connector may return a `TransportError` with its own kind.
#[test]
fn the_kind_of_a_connectors_error_is_kept() {
    for (error, kind) in [
        (TransportError::tls("revoked"), TransportErrorKind::Tls),
        (
            TransportError::refused("not now"),
            TransportErrorKind::Refused,
        ),
        (
            TransportError::timed_out("late"),
            TransportErrorKind::Timeout,
        ),
        (TransportError::other("broken"), TransportErrorKind::Other),
    ] {
        let error = std::sync::Mutex::new(Some(error));
        let connect = move |_| {
            let error = error.lock().unwrap().take().unwrap();
            std::future::ready(Err::<super::smol_stack::Stream, _>(error))
        };
        let transport = ConnTransport::builder(connect, SmolTimer::new())
            .build()
            .unwrap();
        let request = project("http://127.0.0.1:1")
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        let error = smol::block_on(transport.send(request)).expect_err("no connection");
        assert_eq!(
            (error.kind(), error.delivery()),
            (kind, Delivery::NotSent),
            "expected the kind of the connector: {error:?}"
        );
    }
}

#[test]
fn without_idle_connections_each_call_opens_its_own() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some()
            && connection.write(&totps_conformance::hostile::response(200, "{}"))
        {}
    });
    let transport = HyperTransport::builder()
        .max_idle_connections(0)
        .build()
        .unwrap();
    for _ in 0..3 {
        let request = project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        TOKIO.block_on(transport.send(request)).expect("a response");
    }
    server.wait_for_closed(3);
    assert_eq!(server.connections(), 3, "expected no connection to be kept");
}

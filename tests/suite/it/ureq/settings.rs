//! Tests of the builder, and of the traits that programs rely on at compile time.

use std::env;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use totps_conformance::hostile::{Authority, Leaf, RefusingPort, Server, TlsVersion, response};
use totps_emulator::Emulator;
use totps_ureq::ureq::Agent;
use totps_ureq::ureq::config::{Config, IpFamily};
use totps_ureq::ureq::tls::{Certificate, RootCerts, TlsConfig, TlsConfigBuilder, TlsProvider};
use totps_ureq::ureq::unversioned::resolver::DefaultResolver;
use totps_ureq::ureq::unversioned::transport::TcpConnector;
use totps_ureq::{
    Client, CreateParams, Delivery, Error, Project, Transport, TransportErrorKind, UreqTransport,
    UreqTransportBuilder,
};

#[test]
fn wrong_settings_are_named() {
    let authority = Authority::new().pem();
    let broken = authority.replacen("MII", "!!!", 1);
    let not_x509 = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let builder = UreqTransport::builder;
    let pem = |pem: &str| builder().root_certificates_pem(pem);
    let agent = || Agent::new_with_config(Config::builder().proxy(None).build());
    let with_tls = |tls: TlsConfigBuilder| builder().tls_config(tls.build());
    let garbage = Certificate::from_der(b"no certificate at all").to_owned();
    let cases: Vec<(&str, UreqTransportBuilder)> = vec![
        ("timeout", builder().timeout(Duration::ZERO)),
        ("connect timeout", builder().connect_timeout(Duration::ZERO)),
        ("response limit", builder().response_limit(0)),
        ("number of retries", builder().max_retries(3)),
        ("root certificates", pem("")),
        ("root certificates", pem("no certificate at all")),
        ("root certificates", pem(&broken)),
        ("root certificates", pem(&authority[..authority.len() / 2])),
        ("root certificates", pem(&(authority.clone() + &broken))),
        ("root certificates", pem(not_x509)),
        ("proxy", builder().proxy("")),
        ("proxy", builder().proxy("not a url")),
        ("proxy", builder().proxy("http://")),
        ("proxy", builder().proxy("http://:3128")),
        ("proxy", builder().proxy("http://proxy:port")),
        ("proxy", builder().proxy("http://proxy:99999")),
        ("proxy", builder().proxy("http://user:pass@proxy:99999")),
        ("proxy", builder().proxy("socks5://proxy:1080")),
        ("proxy", builder().proxy("ftp://proxy:21")),
        ("proxy", builder().agent(agent()).proxy("http://proxy:3128")),
        ("TLS settings", pem(&authority).agent(agent())),
        (
            "TLS settings",
            with_tls(TlsConfig::builder()).agent(agent()),
        ),
        ("idle timeout", builder().idle_timeout(Duration::ZERO)),
        (
            "idle timeout",
            builder()
                .idle_timeout(Duration::from_secs(1))
                .agent(agent()),
        ),
        (
            "number of idle connections",
            builder().max_idle_connections(1).agent(agent()),
        ),
        (
            "IP family",
            builder().ip_family(IpFamily::Ipv4Only).agent(agent()),
        ),
        (
            "TLS config",
            with_tls(TlsConfig::builder().disable_verification(true)),
        ),
        (
            "TLS config",
            with_tls(TlsConfig::builder().provider(TlsProvider::NativeTls)),
        ),
        (
            "TLS config",
            with_tls(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier)),
        ),
        (
            "TLS config",
            with_tls(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[]))),
        ),
        (
            "TLS config",
            with_tls(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[garbage]))),
        ),
        (
            "TLS config",
            with_tls(TlsConfig::builder()).root_certificates_pem(authority.clone()),
        ),
    ];
    for (setting, builder) in cases {
        let error = builder.build().expect_err(setting);
        assert_eq!(error.setting(), setting, "expected this setting in {error}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("pass"), "{text} shows a password");
    }
}

#[test]
fn valid_proxy_urls_are_accepted() {
    for url in [
        "http://proxy.example.com:3128",
        "http://proxy.example.com:3128/",
        "https://proxy.example.com",
        "http://user:p%40ss@[::1]:3128",
    ] {
        let transport = UreqTransport::builder().proxy(url).build();
        assert!(transport.is_ok(), "expected {url} to be accepted");
    }
}

#[test]
fn very_long_timeouts_are_accepted() {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&response(400, "{}"));
    });
    let agent = Agent::new_with_config(Config::builder().proxy(None).build());
    for builder in [
        UreqTransport::builder(),
        UreqTransport::builder().agent(agent),
    ] {
        let transport = builder
            .timeout(Duration::MAX)
            .connect_timeout(Duration::MAX)
            .build()
            .expect("long timeouts are valid");
        let error = create(&transport, &server.url()).expect_err("the status is 400");
        assert_eq!(error.delivery(), Delivery::Answered, "got {error}");
    }
}

fn create(transport: &UreqTransport, base_url: &str) -> Result<(), Error> {
    let project = Project::at(base_url, "project-1", "secret-1").expect("the project is valid");
    let client = Client::new(project, transport.clone());
    client.create(&CreateParams::new("organization-1", "member-1"))?;
    Ok(())
}

#[test]
fn a_client_with_default_settings_works() {
    let emulator = Emulator::start().expect("the emulator starts");
    let url = emulator.base_url();
    let project = Project::at(url, emulator.project_id(), emulator.secret()).expect("valid");
    let client: Client = totps_ureq::client(project);
    let params = CreateParams::new(emulator.organization_id(), emulator.member_id());
    let created = client
        .clone()
        .create(&params)
        .expect("the emulator creates");
    assert!(!created.secret.expose().is_empty(), "expected a secret");
}

#[test]
fn transports_are_shared_by_threads() {
    fn assert_shareable<T: Clone + Send + Sync + 'static>() {}
    assert_shareable::<UreqTransport>();
    assert_shareable::<Client>();
    let erased: Arc<dyn Transport + Send + Sync> = Arc::new(UreqTransport::default());
    drop(erased);
}

#[test]
fn debug_shows_no_secret() {
    let url = "http://user:sentinel-0123-password@127.0.0.1:1";
    let builder = UreqTransport::builder().proxy(url);
    let text = format!("{builder:?}");
    let transport = builder.build().expect("the proxy is valid");
    let text = format!("{text} {transport:?} {transport:#?}");
    assert!(!text.contains("sentinel"), "a password is shown: {text}");
    assert!(text.contains("1048576"), "expected the limits in {text}");
}

#[test]
fn plain_http_to_loopback_does_not_use_a_remote_proxy() {
    let proxy = "http://192.0.2.1:3128";
    let transport = UreqTransport::builder()
        .proxy(proxy)
        .build()
        .expect("valid");
    let error = create(&transport, "http://127.0.0.1:1").expect_err("refused");
    assert_eq!(error.delivery(), Delivery::NotSent, "got {error}");

    // A proxy on this machine is used, but it refuses the connection.
    let port = RefusingPort::reserve();
    let proxy = port.url();
    let transport = UreqTransport::builder()
        .proxy(proxy)
        .build()
        .expect("valid");
    let error = create(&transport, "http://127.0.0.1:1").expect_err("no proxy listens");
    assert_eq!(error.delivery(), Delivery::NotSent, "got {error}");
}

#[test]
fn urls_with_user_info_are_refused() {
    let server = Server::trap();
    let url = server.url().replace("http://", "http://user:pass@");
    let mut request = totps_ureq::Request::default();
    *request.uri_mut() = url.parse().expect("the URL can be parsed");
    let error = UreqTransport::new().send(request).expect_err("refused");
    assert_eq!(error.kind(), TransportErrorKind::Refused, "got {error}");
    assert_eq!(error.delivery(), Delivery::NotSent, "got {error}");
    assert_eq!(server.connections(), 0, "expected no connection");
}

#[test]
fn an_agent_without_tls_sends_nothing() {
    let server = Server::trap();
    let config = Config::builder().proxy(None).build();
    let agent = Agent::with_parts(config, TcpConnector::default(), DefaultResolver::default());
    let error = create(&UreqTransport::with_agent(agent), &server.https_url())
        .expect_err("a connection without TLS must be refused");
    assert_eq!(error.delivery(), Delivery::NotSent, "got {error}");
    assert!(
        server.requests().is_empty(),
        "expected no request at the server"
    );
}

/// The default provider applies to the whole process, so the test runs in a child process.
#[test]
fn the_programs_default_crypto_provider_is_used() {
    const INSIDE: &str = "TOTPS_TESTS_PROVIDER";
    const NAME: &str = "ureq::settings::the_programs_default_crypto_provider_is_used";

    if env::var_os(INSIDE).is_none() {
        let output = Command::new(env::current_exe().expect("the path of the test program"))
            .args(["--exact", NAME])
            .env(INSIDE, "yes")
            .output()
            .expect("the test program can be run");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "expected TLS to work: {text}");
        assert!(
            text.contains("1 passed"),
            "expected one test to run: {text}"
        );
        return;
    }
    let authority = Authority::new();
    let of_tls_1_2 = CryptoProvider {
        cipher_suites: rustls::crypto::ring::ALL_CIPHER_SUITES
            .iter()
            .copied()
            .filter(|suite| suite.tls13().is_none())
            .collect(),
        ..rustls::crypto::ring::default_provider()
    };
    of_tls_1_2
        .install_default()
        .expect("no other provider is installed");
    for (version, works) in [(TlsVersion::Tls12, true), (TlsVersion::Tls13, false)] {
        let config = authority.server_with_versions(Leaf::Good, &[version]);
        let server = Server::start_tls(config, |connection| {
            connection.read_request();
            connection.write(&response(400, "{}"));
        });
        let builder = UreqTransport::builder().root_certificates_pem(authority.pem());
        let transport = builder.build().expect("valid");
        let error = create(&transport, &server.https_url()).expect_err("400, or no handshake");
        let has_response = error.delivery() == Delivery::Answered;
        assert_eq!(has_response, works, "with {version:?}: {error}");
    }
}

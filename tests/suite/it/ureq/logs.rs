//! Tests of the logs at the most verbose level, in addition to the kit's rules about logs.

use std::cell::{Cell, RefCell};
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};
use totps_conformance::hostile::{Authority, Leaf, Proxy, Server, response};
use totps_conformance::sentinel::leaks;
use totps_core::{
    AuthenticateParams, Delivery, Project, Response, Transport, TransportError, TransportErrorKind,
};
use totps_ureq::ureq::Agent;
use totps_ureq::{UreqTransport, UreqTransportBuilder};

const SECRET: &str = "sentinel-0815-project-secret";
const CODE: &str = "sentinel-0815-code";
const TOKEN: &str = "sentinel-0815-session-token";

thread_local! {
    static CAPTURED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    /// The most verbose level at which the logger of this thread accepts wire data.
    static WIRE: Cell<LevelFilter> = const { Cell::new(LevelFilter::Debug) };
}

/// A logger that keeps the lines of threads that ask for it.
struct Capture;

impl Log for Capture {
    fn enabled(&self, metadata: &Metadata) -> bool {
        let is_wire = metadata.target().starts_with("ureq_proto");
        CAPTURED.with_borrow(Option::is_some) && (!is_wire || metadata.level() <= WIRE.get())
    }

    fn log(&self, record: &Record) {
        if !self.enabled(record.metadata()) {
            return;
        }
        if let Some(lines) = CAPTURED.take() {
            let line = format!("{}: {}", record.target(), record.args());
            CAPTURED.set(Some([lines, vec![line]].concat()));
        }
    }

    fn flush(&self) {}
}

/// Makes a call and returns all lines that it logs on this thread at trace. Wire data is logged
/// only up to the level `wire`.
fn captured<T>(wire: LevelFilter, call: impl FnOnce() -> T) -> (T, Vec<String>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Capture).expect("no other logger is installed");
        log::set_max_level(LevelFilter::Trace);
    });
    WIRE.set(wire);
    CAPTURED.set(Some(Vec::new()));
    let result = call();
    (result, CAPTURED.take().expect("set above"))
}

fn send(transport: &UreqTransport, base_url: &str) -> Result<Response, TransportError> {
    let project = Project::at(base_url, "project-1", SECRET).expect("the project is valid");
    let params = AuthenticateParams::new("organization-1", "member-1", CODE);
    let request = project.request(&params).expect("the parameters are valid");
    transport.send(request)
}

/// Starts a server that responds with the token.
fn server() -> Server {
    Server::start(|connection| {
        while connection.read_request().is_some() {
            connection.write(&response(200, TOKEN));
        }
    })
}

/// Returns builders for both ways to use the adapter.
fn builders() -> [UreqTransportBuilder; 2] {
    let agent = Agent::config_builder().proxy(None).build().into();
    [
        UreqTransport::builder(),
        UreqTransport::builder().agent(agent),
    ]
}

/// Returns the secrets that some lines show.
fn shown(lines: &[String]) -> Vec<&'static str> {
    let text = lines.join("\n");
    [SECRET, CODE, TOKEN]
        .into_iter()
        .filter(|secret| !leaks(&text, secret).is_empty())
        .collect()
}

#[test]
fn a_proxy_leaves_no_secret_in_the_log() {
    let (authority, proxy) = (Authority::new(), Proxy::start());
    let server = Server::start_tls(authority.server(Leaf::Good), |connection| {
        connection.read_request();
        connection.write(&response(200, TOKEN));
    });
    let url = proxy
        .url()
        .replace("http://", &format!("http://user:{TOKEN}@"));
    let builder = UreqTransport::builder().proxy(url);
    let transport = builder
        .root_certificates_pem(authority.pem())
        .build()
        .expect("valid");
    let (result, lines) = captured(LevelFilter::Debug, || send(&transport, &server.https_url()));
    result.expect("a response");
    assert_eq!(
        shown(&lines),
        [""; 0],
        "expected no secret in the log: {lines:#?}"
    );
}

#[test]
fn a_logger_that_accepts_wire_data_is_refused() {
    for builder in builders() {
        let server = server();
        let transport = builder.build().expect("valid");
        let (result, lines) = captured(LevelFilter::Trace, || send(&transport, &server.url()));
        let error = result.expect_err("the logger would see secrets");
        assert_eq!(error.kind(), TransportErrorKind::Refused, "got {error:?}");
        assert_eq!(error.delivery(), Delivery::NotSent, "got {error:?}");
        let text = format!("{error:?}");
        for expected in ["`ureq_proto`", "ureq_proto=debug", "allow_wire_log"] {
            assert!(text.contains(expected), "expected {expected} in {text}");
        }
        assert_eq!(server.connections(), 0, "expected no connection");
        assert_eq!(lines, [""; 0], "expected no log lines");
    }
}

#[test]
fn at_debug_calls_work_and_no_secret_is_logged() {
    for builder in builders() {
        let server = server();
        let transport = builder.build().expect("valid");
        let (result, lines) = captured(LevelFilter::Debug, || send(&transport, &server.url()));
        result.expect("a response");
        assert!(
            lines.iter().any(|line| line.starts_with("ureq_proto")),
            "expected ureq_proto to log at debug: {lines:#?}"
        );
        assert_eq!(shown(&lines), [""; 0], "expected no secret: {lines:#?}");
    }
}

/// Shows why such a logger is refused: with permission, ureq logs the wire data.
#[test]
fn with_allow_wire_log_the_wire_data_is_logged() {
    for builder in builders() {
        let server = server();
        let transport = builder.allow_wire_log(true).build().expect("valid");
        let (result, lines) = captured(LevelFilter::Trace, || send(&transport, &server.url()));
        result.expect("a response");
        let is_row = |line: &&String| line.starts_with("ureq_proto::util");
        assert!(
            lines.iter().filter(is_row).count() > 10,
            "expected rows of bytes under `ureq_proto::util`: {lines:#?}"
        );
    }
}

/// A lookup needs a thread. ureq logs each lookup, so a call without such a line made no lookup.
#[test]
fn nothing_is_looked_up_for_a_kept_connection() {
    let server = server();
    let transport = UreqTransport::new();
    let call = || captured(LevelFilter::Off, || send(&transport, &server.url())).1;
    let (first, second) = (call(), call());
    assert_eq!(server.connections(), 1, "the connection must be kept");
    let is_lookup = |line: &String| line.contains("Resolve");
    assert!(
        first.iter().any(is_lookup),
        "expected the first call to log a lookup: {first:#?}"
    );
    assert!(
        !second.iter().any(is_lookup),
        "expected no lookup in the second call: {second:#?}"
    );
}

//! What is logged at the most verbose level, beside what `adapters::logs` looks at.

use std::cell::RefCell;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};
use totps_core::{AuthenticateParams, Body, Project, Transport};
use totps_tests::hostile::{Authority, Leaf, Proxy, Server, answer};
use totps_tests::sentinel::leaks;
use totps_ureq::UreqTransport;

const SECRET: &str = "sentinel-0815-project-secret";
const CODE: &str = "sentinel-0815-code";
const TOKEN: &str = "sentinel-0815-session-token";

thread_local! {
    static CAPTURED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Keeps what is logged on threads that ask for it.
struct Capture;

impl Log for Capture {
    fn enabled(&self, _: &Metadata) -> bool {
        CAPTURED.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record) {
        if let Some(lines) = CAPTURED.take() {
            let line = format!("{}: {}", record.target(), record.args());
            CAPTURED.set(Some([lines, vec![line]].concat()));
        }
    }

    fn flush(&self) {}
}

fn captured(call: impl FnOnce()) -> Vec<String> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Capture).expect("no other logger is installed");
        log::set_max_level(LevelFilter::Trace);
    });
    CAPTURED.set(Some(Vec::new()));
    call();
    CAPTURED.take().expect("it was set above")
}

fn send(transport: &UreqTransport, base_url: &str) {
    let project = Project::at(base_url, "project-1", SECRET).expect("the project is valid");
    let params = AuthenticateParams::new("organization-1", "member-1", CODE);
    let request = project.request(&params).expect("the parameters are valid");
    let _: Result<http::Response<Body>, _> = transport.send(request);
}

/// The secrets that can be read from lines.
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
        connection.write(&answer(200, TOKEN));
    });
    let url = proxy
        .url()
        .replace("http://", &format!("http://user:{TOKEN}@"));
    let builder = UreqTransport::builder().proxy(url);
    let transport = builder
        .root_certificates_pem(authority.pem())
        .build()
        .expect("valid");
    let lines = captured(|| send(&transport, &server.https_url()));
    assert_eq!(server.requests().len(), 1, "the call was made");
    assert_eq!(
        shown(&lines),
        [""; 0],
        "no secret is in the log: {lines:#?}"
    );
}

/// The lookup, which takes a thread, is logged; so a call that logs nothing has done without.
#[test]
fn nothing_is_looked_up_for_a_kept_connection() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() {
            connection.write(&answer(200, "{}"));
        }
    });
    let transport = UreqTransport::new();
    let first = captured(|| send(&transport, &server.url()));
    let second = captured(|| send(&transport, &server.url()));
    assert_eq!(server.requests().len(), 2, "the calls were made");
    assert!(
        first.iter().any(|line| line.contains("Resolved")),
        "the lookup is logged"
    );
    assert_eq!(second, [""; 0], "the second call looks nothing up");
}

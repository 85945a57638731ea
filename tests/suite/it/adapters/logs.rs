//! What is logged, printed and said in panics, at the most verbose level.
//!
//! hyper and tokio speak only if they are built for it:
//!
//! ```sh
//! RUSTFLAGS='--cfg hyper_unstable_tracing --cfg tokio_unstable' cargo test -p totps-tests \
//!     --features hyper/tracing,tokio/tracing --test it no_secret_is_logged
//! ```

use std::env;
use std::process::Command;

use log::{Level, LevelFilter, Log, Metadata, Record};
use totps_conformance::hostile::{
    Authority, Leaf, chunked_response as chunked_answer, refusing_address, response as answer,
};
use totps_conformance::sentinel::leaks;
use totps_core::Client;

use super::*;
use crate::secrets::{
    CANARIES, METADATA, PROJECT_SECRET, SESSION_JWT, SESSION_TOKEN, authenticate_params,
    authenticate_session_params, create_params, delete_totp_params, migrate_params, recover_params,
    revoke_sessions_params,
};
use crate::{hostile_answers, secrets};

/// Calls of all kinds, whose answers hold every secret. Loggers belong to the whole process, so
/// that another one is started for it.
pub(crate) fn no_secret_is_logged<S: Subject>() {
    const INSIDE: &str = "TOTPS_TESTS_LOGS";

    let subject = std::any::type_name::<S>();
    if let Some(wanted) = env::var_os(INSIDE) {
        if wanted == subject {
            log::set_logger(&Printer).expect("no other logger is installed");
            log::set_max_level(LevelFilter::Trace);
            calls::<S>();
        }
        return;
    }
    let output = Command::new(env::current_exe().expect("a test is a program"))
        .args(["--nocapture", "no_secret_is_logged"])
        .env(INSIDE, subject)
        .env("RUST_BACKTRACE", "full")
        .output()
        .expect("a test can be run");
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    let panics: Vec<_> = printed
        .lines()
        .filter(|line| line.contains("panicked"))
        .collect();
    assert!(output.status.success(), "expected calls, got {panics:#?}");
    for target in ["rustls::", "totps_tests", S::LOGS_TO] {
        let is_logged = |line: &str| line.starts_with(target);
        assert!(
            printed.lines().any(is_logged),
            "expected something to be logged by {target}"
        );
    }
    assert_eq!(shown(&printed), [""; 0], "expected no secret to be shown");
}

/// Prints what is logged; by way of a feature of theirs, also what spans and events tell. All but what
/// ureq is refused for, so that it shows if ureq logs secrets elsewhere, too.
struct Printer;

impl Log for Printer {
    fn enabled(&self, metadata: &Metadata) -> bool {
        !(metadata.level() == Level::Trace && metadata.target().starts_with("ureq_proto"))
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            eprintln!("{}: {}", record.target(), record.args());
        }
    }

    fn flush(&self) {}
}

/// The secrets that can be read, also where a hex dump breaks them into rows.
fn shown(printed: &str) -> Vec<&'static str> {
    let right_column: String = printed
        .lines()
        .filter_map(|line| line.get(line.len().saturating_sub(16)..))
        .collect();
    let is_shown = |canary: &&str| {
        let is_in = |text| !leaks(text, canary).is_empty();
        is_in(printed) || is_in(&right_column)
    };
    CANARIES.into_iter().filter(is_shown).collect()
}

/// Prints what a user would of an error.
fn report<T>(result: Result<T, impl std::error::Error>) {
    if let Err(error) = result {
        eprintln!("totps_tests: {error:#} | {error:#?} | {}", chain(&error));
    }
}

fn calls<S: Subject>() {
    every_call_is_answered::<S>();
    every_answer_is_broken::<S>();
    every_connection_fails::<S>();
}

fn client<S: Subject>(settings: Settings, url: &str) -> Client<SharedTransport> {
    let project = Project::at(url, "project-test-x", PROJECT_SECRET).expect("valid");
    Client::new(project, transport::<S>(settings))
}

fn call_all<S: Subject>(settings: Settings, url: &str) {
    let client = client::<S>(settings, url);
    report(client.create(&create_params()));
    report(client.authenticate(&authenticate_params()));
    report(client.migrate(&migrate_params()));
    report(client.delete_totp(&delete_totp_params()));
    report(client.recover(&recover_params()));
    report(client.authenticate_session(&authenticate_session_params()));
    report(client.revoke_sessions(&revoke_sessions_params()));
}

fn logs_some_headers<S: Subject>() -> bool {
    S::DIFFERENCES.contains(&Difference::LogsSomeHeaders)
}

/// Headers of a response that are secret, too.
fn secret_headers<S: Subject>() -> String {
    let location = if logs_some_headers::<S>() {
        ""
    } else {
        SESSION_TOKEN
    };
    format!(
        "x-token: {SESSION_TOKEN}\r\nset-cookie: jwt={SESSION_JWT}\r\n\
         location: /?{location}\r\nretry-after: {METADATA}\r\n"
    )
}

/// The answer with the secret fields and bytes behind its end.
fn with_secrets<S: Subject>(answer: &[u8]) -> Vec<u8> {
    let answer = String::from_utf8_lossy(answer);
    let fields = format!("\r\n{}\r\n", secret_headers::<S>());
    let answer = answer.replacen("\r\n\r\n", &fields, 1);
    format!("{answer}\r\n\r\n{SESSION_TOKEN}").into_bytes()
}

fn every_call_is_answered<S: Subject>() {
    let body = secrets::answer().to_string();
    let echo = secrets::echo().to_string();
    for (status, body) in [(200, &body), (307, &echo), (400, &echo), (503, &echo)] {
        for bytes in [answer(status, body), chunked_answer(status, body, 100)] {
            let server = answering_once(with_secrets::<S>(&bytes));
            call_all::<S>(patient(), &server.url());
            // And by a connection that is kept.
            let server = answering(bytes);
            call_all::<S>(patient(), &server.url());
        }
        let until_close = format!("HTTP/1.1 {status} {SESSION_TOKEN}\r\n\r\n{body}");
        let server = answering_once(with_secrets::<S>(until_close.as_bytes()));
        call_all::<S>(patient(), &server.url());
    }
}

fn every_answer_is_broken<S: Subject>() {
    for bytes in hostile_answers::texts() {
        let server = answering_once(with_secrets::<S>(bytes.as_bytes()));
        call_all::<S>(patient(), &server.url());
    }
    // Not in trailers: hyper's own tracing shows those, where it is built with what it calls unstable.
    for template in [
        "SECRET",
        "SECRET\r\n\r\n",
        "HTTP/1.1 SECRET\r\n\r\n",
        "HTTP/1.1 200 SECRET\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSECRET\0: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: SECRET\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: SECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: SECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: SECRET\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 101 OK\r\nconnection: upgrade\r\nupgrade: SECRET\r\n\r\nSECRET",
        "HTTP/1.1 103 OK\r\nlink: SECRET\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nSECRET\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;SECRET\r\n{}\r\n0\r\n\r\n",
    ] {
        if logs_some_headers::<S>() && template.contains("-encoding: SECRET") {
            continue;
        }
        let server = answering_once(template.replace("SECRET", SESSION_TOKEN));
        call_all::<S>(patient(), &server.url());
    }
    let whole = with_secrets::<S>(&answer(200, &secrets::answer().to_string()));
    for cut in (0..whole.len()).step_by(whole.len() / 8) {
        let server = answering_once(&whole[..cut]);
        call_all::<S>(patient(), &server.url());
    }
    let small = Settings {
        response_limit: Some(10),
        ..patient()
    };
    call_all::<S>(small, &answering_once(whole).url());
    let silent = Server::start(|connection| {
        connection.read_request();
        connection.hold();
    });
    call_all::<S>(hurried(), &silent.url());
}

fn every_connection_fails<S: Subject>() {
    let authority = Authority::new();
    let body = secrets::answer().to_string();
    for leaf in [Leaf::Good, Leaf::Expired] {
        let bytes = with_secrets::<S>(&answer(200, &body));
        let server = Server::start_tls(authority.server(leaf), move |connection| {
            connection.read_request();
            connection.write(&bytes);
        });
        for authority in [&authority, &Authority::new()] {
            let settings = Settings {
                root_certificates_pem: Some(authority.pem()),
                ..patient()
            };
            call_all::<S>(settings, &server.https_url());
        }
        call_all::<S>(patient(), &server.url());
    }
    let plain = answering_once(answer(200, &body));
    call_all::<S>(patient(), &format!("http://{}", refusing_address()));
    call_all::<S>(hurried(), &plain.https_url());
}

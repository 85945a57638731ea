//! Rules about printed and logged text, at the most verbose level.

use log::{LevelFilter, Log, Metadata, Record};
use serde_json::{Map, Value, json};
use totps_core::{
    AuthenticateParams, AuthenticateSessionParams, Client, CreateParams, DeleteTotpParams,
    MigrateParams, Project, RecoverParams, Request, Response, RevokeSessionsParams, TransportError,
    TransportErrorKind,
};

use crate::child;
use crate::hostile::{Authority, Leaf, RefusingPort, Server, chunked_response, response};
use crate::probe::{Calls, Probe, chain};
use crate::rule::{ChildOf, Needs, Rule, Severity};
use crate::sentinel::{Searched, leaks};
use crate::subject::Seen;
use crate::target::Target;

use super::{framing, responding, responding_once, rule, silent};

pub(super) const RULES: [Rule; 2] = [
    rule(
        "no-secret-logged",
        Severity::Critical,
        "Headers, bodies and the secrets in them are not printed or logged at any level",
        "do not print or log requests, responses or their errors; limit the log level of the stack's targets so \
         that no wire data is logged",
        |probe| watch(probe, &CANARIES),
    )
    .needs(Needs::Child(ChildOf(all_calls))),
    rule(
        "response-headers-not-logged",
        Severity::Minor,
        "No header of a response is logged, including the headers for framing and `Location`",
        "limit the log level of the stack's targets so that no header is logged",
        |probe| watch(probe, &[HEADER]),
    )
    .needs(Needs::Child(ChildOf(header_calls))),
];

// Each canary is unique, and none looks like a constant or an id of the API.
const PROJECT_SECRET: &str = "Canary-Project-Secret-01";
const TOTP_SECRET: &str = "Canary-Totp-Secret-02";
const CODE: &str = "Canary-Code-003";
const RECOVERY_CODE: &str = "Canary-Recovery-Code-04";
const QR_CODE: &str = "Canary-Qr-Code-05";
const INTERMEDIATE: &str = "Canary-Intermediate-06";
const SESSION_TOKEN: &str = "Canary-Session-Token-07";
const SESSION_JWT: &str = "Canary-Session-Jwt-08";
const METADATA: &str = "Canary-Metadata-09";
const CLAIM: &str = "Canary-Claim-10";
const SERVER_TEXT: &str = "Canary-Server-Text-11";
const HEADER: &str = "Canary-Response-Header-12";

const CANARIES: [&str; 11] = [
    PROJECT_SECRET,
    TOTP_SECRET,
    CODE,
    RECOVERY_CODE,
    QR_CODE,
    INTERMEDIATE,
    SESSION_TOKEN,
    SESSION_JWT,
    METADATA,
    CLAIM,
    SERVER_TEXT,
];

/// The start of the lines in which this rule prints errors.
const OWN: &str = "totps_conformance";

/// Starts the child, and searches its output.
fn watch(probe: &Probe, canaries: &[&'static str]) {
    let Some(printed) = child::start(probe, |command| {
        command.env("RUST_BACKTRACE", "full");
    }) else {
        return;
    };
    // `response-headers-not-logged`, with one canary, makes no calls over TLS.
    let logs_to = probe.run.options.logs_to.iter();
    for target in logs_to.filter(|_| canaries.len() > 1) {
        if !printed
            .lines()
            .any(|line| line.starts_with(target.as_str()))
        {
            probe.fail(format!(
                "nothing was logged by `{target}`, so the log records of the stack are not seen"
            ));
        }
    }
    // The right column of hex dumps, because a dump splits a text into rows.
    let rows: String = printed
        .lines()
        .filter_map(|line| line.get(line.len().saturating_sub(16)..))
        .collect();
    let (text, rows) = (Searched::new(&printed), Searched::new(&rows));
    for canary in canaries {
        if !text.leaks(canary).is_empty() {
            let line = line_with(&printed, canary);
            probe.fail(format!("{canary} was printed or logged: {line}"));
        } else if !rows.leaks(canary).is_empty() {
            probe.fail(format!(
                "{canary} was printed or logged in the rows of a hex dump"
            ));
        }
    }
}

/// Returns the first line that shows the canary.
fn line_with(printed: &str, canary: &str) -> String {
    const MOST: usize = 300;

    let line = printed.lines().find(|line| !leaks(line, canary).is_empty());
    let line = line.map(|line| line.chars().take(MOST).collect::<String>());
    line.map_or_else(
        || "across several lines".to_owned(),
        |line| format!("{line:?}"),
    )
}

/// Prints log records. With the feature `log` of `tracing`, this includes spans and events.
struct Printer(Vec<(String, LevelFilter)>);

impl Log for Printer {
    fn enabled(&self, metadata: &Metadata) -> bool {
        let mut limits = self.0.iter();
        limits.all(|(target, limit)| {
            !metadata.target().starts_with(target) || metadata.level() <= *limit
        })
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            eprintln!("{}: {}", record.target(), record.args());
        }
    }

    fn flush(&self) {}
}

/// Turns on logging at every level.
fn log_everything(probe: &Probe) {
    let limits = probe.run.options.log_limits.clone();
    // Fails if the test has its own logger. Then the output is what that logger prints.
    let _ = log::set_boxed_logger(Box::new(Printer(limits)));
    log::set_max_level(LevelFilter::Trace);
    tracing::trace!(target: OWN, "spans and events are logged from here on");
}

/// Makes all kinds of calls, with responses that contain every secret.
fn all_calls(probe: &Probe) {
    log_everything(probe);
    if !a_call_works(probe) {
        return;
    }
    every_call_is_responded_to(probe);
    every_response_is_broken(probe);
    every_connection_fails(probe);
}

/// Returns whether a call works while everything is logged. If not, the rule fails: a transport
/// that refuses to send logs nothing, so the rule would pass without a check.
fn a_call_works(probe: &Probe) -> bool {
    let server = responding(response(200, "{}"));
    match probe.call(&probe.target(&server.url())) {
        Seen::Response(_) => true,
        Seen::Error(error) if error.kind() == TransportErrorKind::Refused => {
            probe.fail(format!(
                "the transport refuses to send while everything is logged, so nothing was checked; exclude the \
                 forbidden log levels with `Kit::log_limit`: {}",
                chain(&error)
            ));
            false
        }
        other => {
            let seen = probe.describe(&other);
            probe.fail(format!("a call while everything is logged returned {seen}"));
            false
        }
    }
}

fn call_all(probe: &Probe, target: &Target) {
    let Some(calls) = probe.start(target) else {
        return;
    };
    let Ok(project) = Project::at(target.url(), "project-test-x", PROJECT_SECRET) else {
        return;
    };
    let client = Client::new(project, |request: Request| send(&calls, request));
    report(client.create(&create_params()));
    report(client.authenticate(&authenticate_params()));
    report(client.migrate(&migrate_params()));
    report(client.delete_totp(&delete_totp_params()));
    report(client.recover(&recover_params()));
    report(client.authenticate_session(&authenticate_session_params()));
    report(client.revoke_sessions(&revoke_sessions_params()));
}

fn send(calls: &Calls<'_>, request: Request) -> Result<Response, TransportError> {
    match calls.send(request) {
        Seen::Response(response) => Ok(response),
        Seen::Error(error) => Err(error),
        other => Err(TransportError::other(format!("{other:?}"))),
    }
}

/// Prints an error in the ways that a user might.
fn report<T>(result: Result<T, impl std::error::Error>) {
    if let Err(error) = result {
        eprintln!("{OWN}: {error:#} | {error:#?} | {}", chain(&error));
    }
}

/// Adds secret headers to a response, and secret bytes after its end.
fn with_secrets(response: &[u8]) -> Vec<u8> {
    let headers = format!(
        "\r\nx-token: {SESSION_TOKEN}\r\nset-cookie: jwt={SESSION_JWT}\r\nretry-after: {METADATA}\r\n"
    );
    let response = String::from_utf8_lossy(response);
    let response = response.replacen("\r\n\r\n", &format!("{headers}\r\n"), 1);
    format!("{response}\r\n\r\n{SESSION_TOKEN}").into_bytes()
}

fn every_call_is_responded_to(probe: &Probe) {
    let (body, echo) = (body().to_string(), echo().to_string());
    for (status, body) in [(200, &body), (307, &echo), (400, &echo), (503, &echo)] {
        for bytes in [response(status, body), chunked_response(status, body, 100)] {
            let server = responding_once(with_secrets(&bytes));
            call_all(probe, &probe.target(&server.url()));
            // The same on a connection that is kept.
            let server = responding(bytes);
            call_all(probe, &probe.target(&server.url()));
        }
        let until_close = format!("HTTP/1.1 {status} {SESSION_TOKEN}\r\n\r\n{body}");
        let server = responding_once(with_secrets(until_close.as_bytes()));
        call_all(probe, &probe.target(&server.url()));
    }
}

fn every_response_is_broken(probe: &Probe) {
    for bytes in framing::texts() {
        let server = responding_once(with_secrets(bytes.as_bytes()));
        call_all(probe, &probe.target(&server.url()));
    }
    // Not in trailers, because hyper's tracing shows them if it is built with
    // `hyper_unstable_tracing`.
    for template in [
        "SECRET",
        "SECRET\r\n\r\n",
        "HTTP/1.1 SECRET\r\n\r\n",
        "HTTP/1.1 200 SECRET\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSECRET\0: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: SECRET\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: SECRET\r\n\r\n",
        "HTTP/1.1 101 OK\r\nconnection: upgrade\r\nupgrade: SECRET\r\n\r\nSECRET",
        "HTTP/1.1 103 OK\r\nlink: SECRET\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nSECRET\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;SECRET\r\n{}\r\n0\r\n\r\n",
    ] {
        let server = responding_once(template.replace("SECRET", SESSION_TOKEN));
        call_all(probe, &probe.target(&server.url()));
    }
    let whole = with_secrets(&response(200, &body().to_string()));
    for cut in (0..whole.len()).step_by(whole.len() / 8) {
        let server = responding_once(&whole[..cut]);
        call_all(probe, &probe.target(&server.url()));
    }
    let server = responding_once(whole);
    call_all(probe, &probe.target(&server.url()).with_response_limit(10));
    let server = silent();
    probe.call(&probe.hurried(&server.url()));
}

fn every_connection_fails(probe: &Probe) {
    let body = body().to_string();
    let unknown = Authority::new();
    for leaf in [Leaf::Good, Leaf::Expired] {
        let bytes = with_secrets(&response(200, &body));
        let tls = probe.run.authority.server(leaf);
        let server = Server::start_tls(tls, move |connection| {
            connection.read_request();
            connection.write(&bytes);
        });
        let target = probe.target(&server.https_url());
        call_all(probe, &target);
        call_all(probe, &target.trusting(unknown.pem()));
        call_all(probe, &probe.target(&server.url()));
    }
    let plain = Server::start(move |connection| {
        connection.write(&response(200, &body));
        connection.hold();
    });
    let refusing = RefusingPort::reserve();
    call_all(probe, &probe.target(&refusing.url()));
    call_all(probe, &probe.target(&plain.https_url()));
}

/// Makes calls whose responses have a secret in a framing header or in `Location`.
fn header_calls(probe: &Probe) {
    log_everything(probe);
    if !a_call_works(probe) {
        return;
    }
    for template in [
        "HTTP/1.1 200 OK\r\nlocation: /?SECRET\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 307 OK\r\nlocation: /?SECRET\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: SECRET\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: SECRET\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nconnection: SECRET\r\ncontent-length: 2\r\n\r\n{}",
    ] {
        let server = responding_once(template.replace("SECRET", HEADER));
        call_all(probe, &probe.target(&server.url()));
    }
}

fn claims() -> Map<String, Value> {
    Map::from_iter([(CLAIM.to_owned(), json!(CLAIM))])
}

fn create_params() -> CreateParams {
    CreateParams::new("organization", "member")
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
}

fn authenticate_params() -> AuthenticateParams {
    AuthenticateParams::new("organization", "member", CODE)
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
        .session_custom_claims(claims())
}

fn migrate_params() -> MigrateParams {
    MigrateParams::new("organization", "member", TOTP_SECRET).recovery_codes([RECOVERY_CODE])
}

fn delete_totp_params() -> DeleteTotpParams {
    DeleteTotpParams::new("organization", "member")
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
}

fn recover_params() -> RecoverParams {
    RecoverParams::new("organization", "member", RECOVERY_CODE)
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
        .session_custom_claims(claims())
}

fn authenticate_session_params() -> AuthenticateSessionParams {
    AuthenticateSessionParams::session_token(SESSION_TOKEN).session_custom_claims(claims())
}

fn revoke_sessions_params() -> RevokeSessionsParams {
    RevokeSessionsParams::session_jwt(SESSION_JWT)
        .rbac_session_token(SESSION_TOKEN)
        .rbac_session_jwt(SESSION_JWT)
}

/// Returns a response for every call, with a canary wherever there can be a secret or application
/// data.
fn body() -> Value {
    let metadata = json!({METADATA: METADATA, "nested": [{METADATA: METADATA}]});
    json!({
        "request_id": "request-id-test-x",
        "member_id": "member-test-x",
        "totp_registration_id": "member-totp-test-x",
        "secret": TOTP_SECRET,
        "qr_code": QR_CODE,
        "recovery_codes": [RECOVERY_CODE],
        "session_token": SESSION_TOKEN,
        "session_jwt": SESSION_JWT,
        "member": {"status": SERVER_TEXT, "trusted_metadata": metadata, "untrusted_metadata": metadata},
        "organization": {"mfa_policy": SERVER_TEXT, "trusted_metadata": metadata},
        "member_session": {
            "custom_claims": {CLAIM: CLAIM},
            "authentication_factors": [{"type": SERVER_TEXT, "new_factor": metadata}],
        },
        "member_device": {},
        "verdict": {"granting_roles": []},
        "recovery_codes_remaining": 9,
    })
}

/// Returns an error response that contains every canary, as from a server that echoes its input.
fn echo() -> Value {
    let echo = CANARIES.join(" ");
    json!({
        "status_code": 400,
        "error_type": echo,
        "error_message": echo,
        "error_url": format!("https://stytch.com/{SESSION_TOKEN}?code={CODE}"),
        "request_id": SESSION_JWT,
        "error_details": {METADATA: [echo]},
    })
}

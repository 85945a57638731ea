//! What the core owns is wiped before it is freed, seen from the side of the allocator.
//!
//! What cannot be wiped is here, too, in `what_is_not_wiped`.

use totps_core::{
    AuthenticateParams, AuthenticateResponse, Body, CreateParams, CreateResponse, Error,
    LimitedBody, MigrateParams, MigrateResponse, Project, RecoveryCode, http,
};
use totps_wiping::{Watcher, readable_after};

#[global_allocator]
static ALLOCATOR: Watcher = Watcher;

/// Every secret of requests and answers, each with a text of its own.
const CANARIES: &[&str] = &[
    PROJECT_SECRET,
    BASIC,
    CODE,
    TOTP_SECRET,
    QR_CODE,
    RECOVERY_CODE,
    SESSION_TOKEN,
    SESSION_JWT,
    INTERMEDIATE_SESSION_TOKEN,
];
const PROJECT_SECRET: &str = "secret-test-canary-of-the-project";
/// The base64 of `project-test-wiping:`, the project's secret behind it.
const BASIC: &str = "cHJvamVjdC10ZXN0LXdpcGluZzpzZWNyZXQtdGVzdC1jYW5hcnktb2YtdGhlLXByb2plY3Q=";
const CODE: &str = "canary-of-the-code";
const TOTP_SECRET: &str = "canary-of-the-totp-secret";
const QR_CODE: &str = "canary-of-the-picture";
const RECOVERY_CODE: &str = "canary-of-the-recovery-code";
const SESSION_TOKEN: &str = "canary-of-the-session-token";
const SESSION_JWT: &str = "canary-of-the-jwt";
const INTERMEDIATE_SESSION_TOKEN: &str = "canary-of-the-intermediate-token";

const CREATED: &str = r#"{"totp_registration_id": "t", "secret": "canary-of-the-totp-secret",
    "qr_code": "canary-of-the-picture", "recovery_codes": ["canary-of-the-recovery-code", "b"]}"#;
const MIGRATED: &str =
    r#"{"totp_registration_id": "t", "recovery_codes": ["a", "canary-of-the-recovery-code"]}"#;
const AUTHENTICATED: &str = r#"{"member_id": "m", "session_token": "canary-of-the-session-token",
    "session_jwt": "canary-of-the-jwt",
    "intermediate_session_token": "canary-of-the-intermediate-token"}"#;

#[track_caller]
fn assert_wiped(what: &str, run: impl FnOnce()) {
    let readable = readable_after(CANARIES, run);
    assert!(
        readable.is_empty(),
        "expected {what} to be wiped, but freed memory holds {readable:?}"
    );
}

fn project() -> Project {
    let base_url = http::Uri::from_static("http://127.0.0.1");
    Project::at(base_url, "project-test-wiping", PROJECT_SECRET).unwrap()
}

fn answer(status: u16, body: impl Into<Body>) -> http::Response<Body> {
    let response = http::Response::builder().status(status);
    response.body(body.into()).unwrap()
}

/// Without it, the other tests would show nothing.
#[test]
fn what_is_not_wiped_is_found() {
    for &canary in CANARIES {
        let readable = readable_after(CANARIES, || drop(canary.to_owned()));
        assert_eq!(readable, [canary], "a string of nobody's");
        let readable = readable_after(CANARIES, || {
            let mut text = canary.to_owned();
            // The first buffer is left behind.
            text.reserve(1000);
            std::mem::forget(text);
        });
        assert_eq!(readable, [canary], "a string that has moved");
    }
}

#[test]
fn projects() {
    assert_wiped("a project", || drop(project()));
    assert_wiped("all copies of a project", || {
        let project = project();
        let other = project.clone();
        drop(project);
        let request = other.request(&CreateParams::new("o", "m")).unwrap();
        let value = &request.headers()[http::header::AUTHORIZATION];
        assert_eq!(value, &format!("Basic {BASIC}")[..], "the canary is right");
        drop((other, request));
    });
}

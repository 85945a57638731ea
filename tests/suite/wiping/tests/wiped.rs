//! Tests with a watching allocator that the core wipes its secrets before it frees their memory.
//!
//! `what_is_not_wiped` shows the limits.

use std::time::{Duration, SystemTime};

use totps_core::{
    AuthenticateParams, AuthenticateResponse, AuthenticateSessionParams,
    AuthenticateSessionResponse, Body, Call, CreateParams, CreateResponse, DeleteTotpParams, Error,
    GetRecoveryCodesResponse, Jwks, LimitedBody, MigrateParams, MigrateResponse, Project,
    RecoverParams, RecoverResponse, RecoveryCode, RevokeSessionsParams,
    RotateRecoveryCodesResponse, SessionJwt, TotpSecret, VerifyOptions, http,
};
use totps_forge::Forge;
use totps_wiping::{Watcher, readable_after};

#[global_allocator]
static ALLOCATOR: Watcher = Watcher;

/// All secrets of requests and responses, each with its own text.
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
/// The base64 of `project-test-wiping:` and the project's secret.
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
    "session_jwt": "canary-of-the-jwt"}"#;

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

fn response(status: u16, body: impl Into<Body>) -> http::Response<Body> {
    let response = http::Response::builder().status(status);
    response.body(body.into()).unwrap()
}

/// Checks that the search works. Without this, the other tests would prove nothing.
#[test]
fn unwiped_memory_is_found() {
    for &canary in CANARIES {
        let readable = readable_after(CANARIES, || drop(canary.to_owned()));
        assert_eq!(readable, [canary], "a plain string");
        let readable = readable_after(CANARIES, || {
            let mut text = canary.to_owned();
            // The first buffer is freed, and the string moves to a larger one.
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
        let value = request.headers()[http::header::AUTHORIZATION].as_bytes();
        assert!(value.ends_with(BASIC.as_bytes()), "the canary must be sent");
        drop((other, request));
    });
}

#[test]
fn parameters_and_requests() {
    let project = project();
    let sent = |request: &totps_core::Request, canaries: &[&str]| {
        let body = std::str::from_utf8(request.body().as_bytes()).unwrap();
        for canary in canaries {
            assert!(body.contains(canary), "expected {canary} in the request");
        }
    };
    assert_wiped("a Create", || {
        let params = CreateParams::new("o", "m")
            .session_token(SESSION_TOKEN)
            .session_jwt(SESSION_JWT)
            .intermediate_session_token(INTERMEDIATE_SESSION_TOKEN);
        let request = project.request(&params).unwrap();
        let tokens = [SESSION_TOKEN, SESSION_JWT, INTERMEDIATE_SESSION_TOKEN];
        sent(&request, &tokens);
        drop((params.clone(), params, request));
    });
    assert_wiped("an Authenticate", || {
        let params = AuthenticateParams::new("o", "m", CODE)
            .session_token(SESSION_TOKEN)
            .session_jwt(SESSION_JWT)
            .intermediate_session_token(INTERMEDIATE_SESSION_TOKEN);
        let request = project.request(&params).unwrap();
        sent(&request, &[CODE, SESSION_TOKEN]);
        drop((request, params));
    });
    // The body becomes larger than the initial capacity of its buffer.
    assert_wiped("a large Migrate", || {
        let codes = std::iter::repeat_n(RECOVERY_CODE, 1000).map(RecoveryCode::new);
        let params = MigrateParams::new("o", "m", TOTP_SECRET).recovery_codes(codes);
        let request = project.request(&params).unwrap();
        sent(&request, &[TOTP_SECRET, RECOVERY_CODE]);
        drop((request, params));
    });
    assert_wiped("a Migrate", || {
        let params = MigrateParams::new("o", "m", TOTP_SECRET)
            .recovery_codes([RecoveryCode::new("a"), RecoveryCode::new(RECOVERY_CODE)]);
        let request = project.request(&params).unwrap();
        sent(&request, &[TOTP_SECRET, RECOVERY_CODE]);
        drop((request, params));
    });
}

#[test]
fn parameters_and_requests_of_the_other_endpoints() {
    let project = project();
    // All copies of a header share one buffer.
    assert_wiped("a Delete TOTP", || {
        let params = DeleteTotpParams::new("o", "m")
            .session_token(SESSION_TOKEN)
            .session_jwt(SESSION_JWT);
        let request = project.request(&params).unwrap();
        assert_eq!(request.headers()["x-stytch-member-session"], SESSION_TOKEN);
        drop((params.clone(), params, request.headers().clone(), request));
    });
    assert_wiped("a custom call", || {
        let call = Call::post("/a").header("x-token", SESSION_TOKEN);
        let call = call.json(&["a"]).unwrap();
        drop((call.clone(), call));
    });
    assert_wiped("a Recover", || {
        let params = RecoverParams::new("o", "m", RECOVERY_CODE)
            .session_token(SESSION_TOKEN)
            .session_jwt(SESSION_JWT)
            .intermediate_session_token(INTERMEDIATE_SESSION_TOKEN);
        let request = project.request(&params).unwrap();
        drop((params.clone(), params, request));
    });
    assert_wiped("calls about sessions", || {
        let token = AuthenticateSessionParams::session_token(SESSION_TOKEN);
        let jwt = RevokeSessionsParams::session_jwt(SESSION_JWT);
        let requests = (
            project.request(&token).unwrap(),
            project.request(&jwt).unwrap(),
        );
        drop((token, jwt, requests));
    });
    assert_wiped("a typed recovery code", || {
        let typed = RecoveryCode::parse(RECOVERY_CODE).unwrap();
        assert_eq!(
            typed.expose(),
            RECOVERY_CODE,
            "the code must stay unchanged"
        );
    });
}

#[test]
fn imported_secrets() {
    const KEY: &[u8] = b"canary-of-the-key";
    const BASE32: &str = "MNQW4YLSPEWW6ZRNORUGKLLLMV4Q";
    let canaries = &["canary-of-the-key", BASE32];
    let readable = readable_after(canaries, || {
        for form in [BASE32.to_owned(), BASE32.to_lowercase()] {
            let secret = TotpSecret::parse(&form).unwrap();
            assert_eq!(secret.expose(), BASE32);
            // The caller's text. `Body` wipes it.
            drop(Body::from(form));
        }
        assert_eq!(TotpSecret::from_key(KEY).unwrap().expose(), BASE32);
    });
    assert!(
        readable.is_empty(),
        "expected all to be wiped, but found {readable:?}"
    );
}

#[test]
fn bodies() {
    assert_wiped("a body", || {
        let body = Body::from(CREATED);
        drop((body.clone(), body, Body::from(MIGRATED.to_owned())));
    });
    assert_wiped("a body that came in pieces", || {
        let mut body = LimitedBody::new(1000, None).unwrap();
        for piece in AUTHENTICATED.as_bytes().chunks(7) {
            body.push(piece).unwrap();
        }
        assert_eq!(body.finish().as_bytes(), AUTHENTICATED.as_bytes());
    });
    assert_wiped("a body that was too large", || {
        let mut body = LimitedBody::new(AUTHENTICATED.len(), None).unwrap();
        body.push(AUTHENTICATED.as_bytes()).unwrap();
        body.push(b"x").unwrap_err();
    });
}

#[test]
fn responses() {
    assert_wiped("a response of Create", || {
        let created = CreateResponse::try_from(response(200, CREATED)).unwrap();
        assert_eq!(created.secret.expose(), TOTP_SECRET);
        assert_eq!(created.qr_code.expose(), QR_CODE);
        assert_eq!(created.recovery_codes[0].expose(), RECOVERY_CODE);
    });
    assert_wiped("a response of Migrate", || {
        let migrated = MigrateResponse::try_from(response(200, MIGRATED)).unwrap();
        assert_eq!(migrated.recovery_codes[1].expose(), RECOVERY_CODE);
    });
    assert_wiped("a response of Recover", || {
        let read = RecoverResponse::try_from(response(200, AUTHENTICATED)).unwrap();
        assert_eq!(read.session_token.unwrap().expose(), SESSION_TOKEN);
    });
    assert_wiped("a response of Authenticate session", || {
        let read = AuthenticateSessionResponse::try_from(response(200, AUTHENTICATED)).unwrap();
        assert_eq!(read.session_jwt.unwrap().expose(), SESSION_JWT);
    });
    assert_wiped("responses with recovery codes", || {
        let read = GetRecoveryCodesResponse::try_from(response(200, MIGRATED)).unwrap();
        assert_eq!(read.recovery_codes[1].expose(), RECOVERY_CODE);
        let read = RotateRecoveryCodesResponse::try_from(response(200, MIGRATED)).unwrap();
        assert_eq!(read.recovery_codes[1].expose(), RECOVERY_CODE);
    });
    assert_wiped("a response of Authenticate", || {
        let read = AuthenticateResponse::try_from(response(200, AUTHENTICATED)).unwrap();
        assert_eq!(read.session_token.unwrap().expose(), SESSION_TOKEN);
        assert_eq!(read.session_jwt.unwrap().expose(), SESSION_JWT);
    });
}

/// The JWT and the decoded text of its claims are wiped. The values of the claims are in the
/// session, which is not a secret.
#[test]
fn session_jwts() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_000_000);
    let forge = Forge::new(now, "https://login.example.com");
    let (project, options) = (forge.project(), VerifyOptions::new());
    let jwks = Jwks::try_from(response(200, forge.jwks().to_string())).unwrap();
    let jwt: &str = forge.jwt().leak();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let claims = forge.claims().to_string().leak();
    let canaries: &[&str] = vec![signed, signature, claims].leak();
    let readable = readable_after(canaries, || {
        let good = SessionJwt::new(jwt);
        let session = jwks.verify(&good, &project, forge.time(), &options);
        assert!(session.is_ok(), "expected a session, got {session:?}");
        let late = forge.time() + Duration::from_secs(300);
        jwks.verify(&good, &project, late, &options).unwrap_err();
        let unsigned = SessionJwt::new([signed, "."].concat());
        jwks.verify(&unsigned, &project, forge.time(), &options)
            .unwrap_err();
        drop((session, good));
    });
    assert!(
        readable.is_empty(),
        "expected all to be wiped, but found {readable:?}"
    );
    let readable = readable_after(canaries, || drop((jwt.to_owned(), claims.to_owned())));
    assert_eq!(readable, canaries, "the canaries must be findable");
}

#[test]
fn parts_set_aside() {
    let wrong_type = r#"{"member_id": "m", "session_jwt": ["canary-of-the-jwt"],
        "session_token": "canary-of-the-session-token"}"#;
    assert_wiped("a part that cannot be read", || {
        let read = AuthenticateResponse::try_from(response(200, wrong_type)).unwrap();
        assert_eq!(read.undecoded()[0].json(), r#"["canary-of-the-jwt"]"#);
        drop(read.undecoded()[0].clone());
    });
}

#[test]
fn errors() {
    let error = r#"{"error_type": "x", "echo": "canary-of-the-code"}"#;
    let html = "<html>canary-of-the-code</html>";
    for body in [error, html] {
        assert_wiped("an error response", || {
            let error = CreateResponse::try_from(response(400, body)).unwrap_err();
            assert_eq!(error.into_body().unwrap().as_bytes(), body.as_bytes());
        });
    }
    let incomplete = r#"{"secret": "canary-of-the-totp-secret"}"#;
    let cut = &CREATED[..CREATED.len() - 1];
    for body in [incomplete, cut, html] {
        assert_wiped("a response that cannot be read", || {
            let error = CreateResponse::try_from(response(200, body)).unwrap_err();
            assert!(matches!(error, Error::Decode(_)), "expected a decode error");
        });
    }
}

/// The replacement of an invalid byte is longer than the byte, so the text could outgrow its
/// buffer.
#[test]
fn responses_that_are_not_utf8() {
    assert_wiped("a response that is not UTF-8", || {
        let head = AUTHENTICATED.trim_end_matches('}').as_bytes();
        let bad = [head, br#", "member": {"name": ""#, &[0xff; 300], b"\"}}"].concat();
        let read = AuthenticateResponse::try_from(response(200, bad)).unwrap();
        assert_eq!(
            read.undecoded().len(),
            1,
            "expected the Member to be set aside"
        );
    });
}

/// Shows the limits of the promise: each of these secrets is found in freed memory.
#[test]
fn what_is_not_wiped() {
    let readable = readable_after(CANARIES, || drop(Vec::from(Body::from(MIGRATED))));
    assert_eq!(readable, [RECOVERY_CODE], "a body turned into a `Vec`");

    let escaped = r#"{"member_id": "m", "session_token": "canary-of-the-session-token\n"}"#;
    let readable = readable_after(CANARIES, || {
        drop(AuthenticateResponse::try_from(response(200, escaped)).unwrap());
    });
    assert_eq!(
        readable,
        [SESSION_TOKEN],
        "serde_json's copy of a string with escapes"
    );

    let echo = r#"{"error_message": "canary-of-the-code"}"#;
    let readable = readable_after(CANARIES, || {
        drop(CreateResponse::try_from(response(400, echo)).unwrap_err());
    });
    assert_eq!(readable, [CODE], "the server's error message");

    let metadata = r#"{"member_id": "m", "member": {"name": "canary-of-the-code",
        "trusted_metadata": {"x": "canary-of-the-jwt"}}}"#;
    let readable = readable_after(CANARIES, || {
        drop(AuthenticateResponse::try_from(response(200, metadata)).unwrap());
    });
    assert_eq!(readable, [CODE, SESSION_JWT], "names and metadata");
}

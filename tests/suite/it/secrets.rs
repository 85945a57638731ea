//! Checks that no secret is shown by `Debug`, `Display`, errors or panics.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::{Map, Value, json};
use smol::net::TcpStream;
use smol_hyper::rt::{FuturesIo, SmolTimer};
use totps_conformance::sentinel::{assert_hidden, debug_texts, error_texts, leaks};
use totps_core::test_util::*;
use totps_core::*;
use totps_hyper::{ConnTransport, HyperTransport, HyperTransportBuilder, ServiceTransport};
use totps_ureq::{UreqTransport, UreqTransportBuilder};
use tower::util::{ServiceFn, service_fn};

use crate::session_jwt;

// Each canary is unique. None looks like a constant or an id of the API, which may be shown.
pub(crate) const PROJECT_SECRET: &str = "Canary-Project-Secret-01";
const TOTP_SECRET: &str = "Canary-Totp-Secret-02";
const CODE: &str = "Canary-Code-003";
const RECOVERY_CODE: &str = "Canary-Recovery-Code-04";
const QR_CODE: &str = "Canary-Qr-Code-05";
const INTERMEDIATE: &str = "Canary-Intermediate-06";
pub(crate) const SESSION_TOKEN: &str = "Canary-Session-Token-07";
pub(crate) const SESSION_JWT: &str = "Canary-Session-Jwt-08";
pub(crate) const METADATA: &str = "Canary-Metadata-09";
const CLAIM: &str = "Canary-Claim-10";
const SERVER_TEXT: &str = "Canary-Server-Text-11";

pub(crate) const CANARIES: [&str; 11] = [
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

#[track_caller]
fn assert_nothing_shown(what: &str, texts: &[String]) {
    for canary in CANARIES {
        assert_hidden(what, texts, canary);
    }
}

#[track_caller]
fn assert_quiet(what: &str, value: &impl Debug) {
    assert_nothing_shown(what, &debug_texts(value));
    assert_nothing_shown(what, &[panic_text(value)]);
}

/// Returns the message of a panic with a value.
fn panic_text(value: &impl Debug) -> String {
    fn fail<E>(error: E) -> Result<(), E> {
        Err(error)
    }

    let panic = catch_unwind(AssertUnwindSafe(|| fail(value).unwrap()));
    let text = panic.expect_err("an error").downcast::<String>();
    *text.expect("the message is a String")
}

#[track_caller]
fn assert_quiet_error(what: &str, error: &(dyn std::error::Error + 'static)) {
    assert_nothing_shown(what, &error_texts(error));
}

fn project() -> Project {
    Project::new("project-test-x", PROJECT_SECRET).unwrap()
}

pub(crate) fn create_params() -> CreateParams {
    CreateParams::new("organization", "member")
        .expiration_minutes(5)
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
}

pub(crate) fn authenticate_params() -> AuthenticateParams {
    let claims = Map::from_iter([(CLAIM.to_owned(), json!(CLAIM))]);
    AuthenticateParams::new("organization", "member", CODE)
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
        .session_custom_claims(claims)
        .set_mfa_enrollment(MfaEnrollment::Enroll)
}

pub(crate) fn migrate_params() -> MigrateParams {
    MigrateParams::new("organization", "member", TOTP_SECRET).recovery_codes([RECOVERY_CODE])
}

pub(crate) fn delete_totp_params() -> DeleteTotpParams {
    DeleteTotpParams::new("organization", "member")
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
}

pub(crate) fn recover_params() -> RecoverParams {
    let claims = Map::from_iter([(CLAIM.to_owned(), json!(CLAIM))]);
    RecoverParams::new("organization", "member", RECOVERY_CODE)
        .intermediate_session_token(INTERMEDIATE)
        .session_token(SESSION_TOKEN)
        .session_jwt(SESSION_JWT)
        .session_custom_claims(claims)
}

pub(crate) fn authenticate_session_params() -> AuthenticateSessionParams {
    let claims = Map::from_iter([(CLAIM.to_owned(), json!(CLAIM))]);
    AuthenticateSessionParams::session_token(SESSION_TOKEN).session_custom_claims(claims)
}

pub(crate) fn revoke_sessions_params() -> RevokeSessionsParams {
    RevokeSessionsParams::session_jwt(SESSION_JWT)
        .rbac_session_token(SESSION_TOKEN)
        .rbac_session_jwt(SESSION_JWT)
}

/// Returns a body that any call can read, with a canary in place of each secret and of the
/// application's data.
pub(crate) fn response_body() -> Value {
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
        "member": {
            "status": SERVER_TEXT,
            "default_mfa_method": SERVER_TEXT,
            "sso_registrations": [{"sso_attributes": metadata}],
            "roles": [{"sources": [{"type": SERVER_TEXT, "details": metadata}]}],
            "trusted_metadata": metadata,
            "untrusted_metadata": metadata,
        },
        "organization": {
            "mfa_policy": SERVER_TEXT,
            "email_invites": SERVER_TEXT,
            "allowed_auth_methods": [SERVER_TEXT],
            "trusted_metadata": metadata,
            "allowed_oauth_tenants": metadata,
        },
        "member_session": {
            "custom_claims": {CLAIM: CLAIM},
            "authentication_factors": [
                {"type": SERVER_TEXT, "delivery_method": SERVER_TEXT, "new_factor": metadata},
                {"type": "totp", format!("{SERVER_TEXT}_factor"): SERVER_TEXT},
            ],
        },
        "member_device": {},
        "verdict": {"granting_roles": []},
        "recovery_codes_remaining": 9,
    })
}

/// Returns the error response of a server that echoes all secrets.
pub(crate) fn echo() -> Value {
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

fn created(body: &Value) -> Result<CreateResponse, Error> {
    http::Response::new(body.to_string()).try_into()
}

fn authenticated(body: &Value) -> Result<AuthenticateResponse, Error> {
    http::Response::new(body.to_string()).try_into()
}

fn migrated(body: &Value) -> Result<MigrateResponse, Error> {
    http::Response::new(body.to_string()).try_into()
}

fn read<R: TryFrom<http::Response<String>, Error = Error>>(body: &Value) -> R {
    http::Response::new(body.to_string()).try_into().unwrap()
}

#[test]
fn the_search_finds_every_form() {
    let canary = "Canary-+/=~-42";
    let upper = |text: String| text.to_ascii_uppercase();
    let hex = |separator: &str| {
        let bytes: Vec<_> = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(separator)
    };
    let percent: String = canary.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (form, text) in [
        ("plain", format!("a {canary} b")),
        ("plain", upper(canary.to_owned())),
        ("plain", format!("{:?}", Some(canary))),
        ("base64", STANDARD.encode(canary)),
        ("base64", STANDARD.encode(format!("a{canary}"))),
        ("base64", STANDARD.encode(format!("ab{canary}"))),
        ("base64", STANDARD.encode(format!("abc{canary}d"))),
        ("base64", URL_SAFE_NO_PAD.encode(format!("é?>{canary}de"))),
        (
            "base64",
            STANDARD.encode(canary).replace("Y2Fu", "Y2Fu\r\n"),
        ),
        ("hex", hex("")),
        ("hex", upper(hex(""))),
        ("hex", hex(" ")),
        ("hex", hex(":")),
        ("hex", format!("{:x?}", canary.as_bytes())),
        ("hex", format!("{:#04X?}", canary.as_bytes())),
        ("percent", percent.clone()),
        ("percent", percent.to_lowercase()),
        ("percent", "a=100%&b=Canary-%2b%2F%3D~-42".to_owned()),
        (
            "percent",
            STANDARD
                .encode(canary)
                .replace('=', "%3D")
                .replace('+', "%2B"),
        ),
        (
            "decimal bytes",
            format!("{:?}", STANDARD.encode(format!("a{canary}")).as_bytes()),
        ),
        ("decimal bytes", format!("{:?}", canary.as_bytes())),
        (
            "decimal bytes",
            format!("{:#?}", format!("é{canary}").into_bytes()),
        ),
    ] {
        assert!(leaks(&text, canary).contains(&form), "{form} in {text:?}");
    }
}

#[test]
fn the_search_finds_nothing_in_other_texts() {
    let canary = "Canary-+/=~-42";
    for text in [
        "",
        "Canary-+/=~-43",
        "Canary",
        "%",
        "%4",
        "é%é",
        "[67, 97, 110]",
        "SessionToken(redacted)",
        &STANDARD.encode("another text of the same length, more or less"),
        &CANARIES.concat(),
    ] {
        assert_eq!(leaks(text, canary), [""; 0], "{text:?}");
    }
}

#[test]
fn canaries_are_sent_and_read() {
    // Otherwise the other tests would search for texts that do not occur.
    let project = project();
    for (request, canaries) in [
        (
            project.request(&create_params()).unwrap(),
            &[INTERMEDIATE, SESSION_TOKEN, SESSION_JWT][..],
        ),
        (
            project.request(&authenticate_params()).unwrap(),
            &[CODE, INTERMEDIATE, SESSION_TOKEN, SESSION_JWT, CLAIM],
        ),
        (
            project.request(&migrate_params()).unwrap(),
            &[TOTP_SECRET, RECOVERY_CODE],
        ),
        (
            project.request(&delete_totp_params()).unwrap(),
            &[SESSION_TOKEN, SESSION_JWT],
        ),
        (
            project.request(&recover_params()).unwrap(),
            &[
                RECOVERY_CODE,
                INTERMEDIATE,
                SESSION_TOKEN,
                SESSION_JWT,
                CLAIM,
            ],
        ),
        (
            project.request(&authenticate_session_params()).unwrap(),
            &[SESSION_TOKEN, CLAIM],
        ),
        (
            project.request(&revoke_sessions_params()).unwrap(),
            &[SESSION_TOKEN, SESSION_JWT],
        ),
    ] {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert_eq!(leaks(authorization, PROJECT_SECRET), ["base64"]);
        assert_nothing_shown("URL", &[request.uri().to_string()]);
        let rbac = ["x-stytch-member-session", "x-stytch-member-sessionjwt"];
        let rbac = rbac.map(|name| request.headers().get(name));
        let mut sent: Vec<u8> = rbac
            .iter()
            .flatten()
            .flat_map(|value| value.as_bytes())
            .copied()
            .collect();
        sent.extend(Vec::from(request.into_body()));
        let sent = String::from_utf8(sent).unwrap();
        for canary in canaries {
            assert_eq!(leaks(&sent, canary), ["plain"], "{sent}");
        }
    }
    let created = created(&response_body()).unwrap();
    assert_eq!(created.secret.expose(), TOTP_SECRET);
    assert_eq!(created.qr_code.expose(), QR_CODE);
    assert_eq!(created.recovery_codes[0].expose(), RECOVERY_CODE);
    let authenticated = authenticated(&response_body()).unwrap();
    assert_eq!(
        authenticated.session_token.as_ref().unwrap().expose(),
        SESSION_TOKEN
    );
    assert_eq!(
        authenticated.session_jwt.as_ref().unwrap().expose(),
        SESSION_JWT
    );
    let claims: HashMap<String, String> = authenticated.claims().unwrap();
    assert_eq!(claims[CLAIM], CLAIM);
    let member = serde_json::to_string(&authenticated.member).unwrap();
    assert_eq!(leaks(&member, METADATA), ["plain"]);
    assert_eq!(leaks(&member, SERVER_TEXT), ["plain"]);
}

#[test]
fn debug_shows_only_the_type_of_a_secret() {
    let intermediate = IntermediateSessionToken::new(INTERMEDIATE);
    assert_eq!(
        format!("{intermediate:?}"),
        "IntermediateSessionToken(redacted)"
    );
    // The length is not shown either.
    assert_eq!(
        format!("{:?}", TotpCode::new("")),
        format!("{:?}", TotpCode::new(CODE))
    );
}

#[test]
fn bodies_and_maps_are_redacted() {
    assert_quiet("Body", &Body::from(SESSION_TOKEN));
    assert_eq!(format!("{:?}", Body::from("12345")), "Body(5 bytes)");
    let mut limited = LimitedBody::new(100, None).unwrap();
    limited.push(SESSION_TOKEN.as_bytes()).unwrap();
    assert_quiet("LimitedBody", &limited);
    let object = JsonObject::from_iter([(METADATA.to_owned(), json!(METADATA))]);
    assert_quiet("JsonObject", &object);
}

#[test]
fn projects_params_requests_and_clients_are_redacted() {
    let project = project();
    assert_quiet("Project", &project);
    assert_quiet("CreateParams", &create_params());
    assert_quiet("AuthenticateParams", &authenticate_params());
    assert_quiet("MigrateParams", &migrate_params());
    assert_quiet(
        "request of Create",
        &project.request(&create_params()).unwrap(),
    );
    let request = project.request(&authenticate_params()).unwrap();
    assert_quiet("request of Authenticate", &request);
    assert_quiet("headers", request.headers());
    assert_quiet(
        "request of Migrate",
        &project.request(&migrate_params()).unwrap(),
    );
    assert_quiet("DeleteTotpParams", &delete_totp_params());
    let request = project.request(&delete_totp_params()).unwrap();
    assert_quiet("request of Delete TOTP", &request);
    assert_quiet("headers of Delete TOTP", request.headers());
    let described = delete_totp_params().describe().unwrap();
    assert_quiet("Call of Delete TOTP", &described);
    assert_quiet("RecoverParams", &recover_params());
    let request = project.request(&recover_params()).unwrap();
    assert_quiet("request of Recover", &request);
    assert_quiet("AuthenticateSessionParams", &authenticate_session_params());
    let by_jwt = AuthenticateSessionParams::session_jwt(SESSION_JWT);
    assert_quiet("AuthenticateSessionParams", &by_jwt);
    let request = project.request(&authenticate_session_params()).unwrap();
    assert_quiet("request of Authenticate session", &request);
    assert_quiet("RevokeSessionsParams", &revoke_sessions_params());
    let by_token = RevokeSessionsParams::session_token(SESSION_TOKEN);
    assert_quiet("RevokeSessionsParams", &by_token);
    let request = project.request(&revoke_sessions_params()).unwrap();
    assert_quiet("request of Revoke sessions", &request);
    assert_quiet("headers of Revoke sessions", request.headers());

    type Send = fn(Request) -> Result<http::Response<Body>, std::io::Error>;
    let send: Send = |_| Ok(http::Response::new(Body::default()));
    assert_quiet("Client", &Client::new(project.clone(), send));
    assert_quiet(
        "AsyncClient",
        &AsyncClient::new(project, move |request: Request| ready(send(request))),
    );
}

#[test]
fn responses_are_redacted() {
    let response_body = response_body();
    let response = http::Response::new(Body::from(response_body.to_string()));
    assert_quiet("http::Response", &response);
    let created = created(&response_body).unwrap();
    assert_quiet("CreateResponse", &created);
    let authenticated = authenticated(&response_body).unwrap();
    assert_quiet("AuthenticateResponse", &authenticated);
    assert_quiet("MigrateResponse", &migrated(&response_body).unwrap());
    assert_quiet(
        "DeleteTotpResponse",
        &read::<DeleteTotpResponse>(&response_body),
    );
    assert_quiet(
        "GetMemberResponse",
        &read::<GetMemberResponse>(&response_body),
    );
    assert_quiet(
        "GetRecoveryCodesResponse",
        &read::<GetRecoveryCodesResponse>(&response_body),
    );
    assert_quiet(
        "RotateRecoveryCodesResponse",
        &read::<RotateRecoveryCodesResponse>(&response_body),
    );
    assert_quiet("RecoverResponse", &read::<RecoverResponse>(&response_body));
    assert_quiet(
        "AuthenticateSessionResponse",
        &read::<AuthenticateSessionResponse>(&response_body),
    );
    assert_quiet(
        "RevokeSessionsResponse",
        &read::<RevokeSessionsResponse>(&response_body),
    );
    let session = authenticated.member_session.unwrap();
    for factor in &session.authentication_factors {
        assert!(factor.factor.is_some(), "unknown factors must be read");
        assert_quiet("AuthenticationFactor", factor);
        assert_quiet("Factor", &factor.factor);
    }
}

#[test]
fn parts_set_aside_are_redacted() {
    let mut response_body = response_body();
    for part in ["member", "organization", "member_session", "member_device"] {
        response_body[part] = json!([{"token": SESSION_TOKEN, "metadata": METADATA}]);
    }
    response_body["session_token"] = json!({"token": SESSION_TOKEN});
    response_body["session_jwt"] = json!([SESSION_JWT]);
    response_body["request_id"] = json!([SERVER_TEXT]);
    let authenticated = authenticated(&response_body).unwrap();
    assert_eq!(authenticated.undecoded().len(), 7, "{authenticated:?}");
    assert_quiet("AuthenticateResponse", &authenticated);
    for part in authenticated.undecoded() {
        assert!(
            part.json().contains("Canary"),
            "{part:?} must have the text that was sent"
        );
        assert_quiet("Undecoded", part);
    }
}

#[test]
fn decode_errors_show_nothing_of_the_response() {
    let without = |field: &str, value: Value| {
        let mut response_body = response_body();
        response_body[field] = value;
        response_body.to_string()
    };
    let twice =
        response_body()
            .to_string()
            .replacen('{', &format!("{{\"secret\":\"{TOTP_SECRET}\","), 1);
    let whole = response_body().to_string();
    for body in [
        without("secret", json!([TOTP_SECRET])),
        without("secret", Value::Null),
        without("recovery_codes", json!(RECOVERY_CODE)),
        without("recovery_codes", json!([{RECOVERY_CODE: RECOVERY_CODE}])),
        without("totp_registration_id", json!({SERVER_TEXT: SERVER_TEXT})),
        twice,
        whole[..whole.len() - 1].to_owned(),
        format!("{whole} {SERVER_TEXT}"),
        format!("[\"{SESSION_TOKEN}\"]"),
        format!("\"{SESSION_TOKEN}\""),
        SERVER_TEXT.to_owned(),
        format!("{{{SERVER_TEXT}"),
        format!("{{\"{SERVER_TEXT}\"}}"),
    ] {
        let error = CreateResponse::try_from(http::Response::new(body.as_str()))
            .expect_err("an unreadable response");
        assert_quiet_error("Error::Decode", &error);
        let Error::Decode(error) = error else {
            panic!("expected a decode error, not {error:?}: {body}")
        };
        assert_quiet_error("DecodeError", &*error);
        assert_quiet("DecodeErrorKind", &error.kind());
        assert_eq!(error.body(), body.as_bytes(), "`body()` must return it");
    }
}

#[test]
fn api_errors_show_nothing_of_the_response() {
    let echo = CANARIES.join(" ");
    let json = self::echo();
    let oauth = json!({"error": CODE, "error_description": echo, "error_uri": echo});
    for (what, body) in [
        ("JSON", json.to_string()),
        ("OAuth", oauth.to_string()),
        ("cut JSON", json.to_string()[..200].to_owned()),
        ("text", echo.clone()),
        ("HTML", format!("<html>{echo}</html>")),
    ] {
        for status in [302, 400, 500] {
            let response = http::Response::builder()
                .status(status)
                .header("Retry-After", SERVER_TEXT)
                .header("Location", format!("https://example.com/?{SESSION_TOKEN}"))
                .body(body.as_str());
            let error = AuthenticateResponse::try_from(response.unwrap()).expect_err(what);
            assert_quiet_error(what, &error);
            let Error::Api(error) = error else {
                panic!("expected an API error, not {error:?}")
            };
            assert_quiet_error(what, &*error);
            assert_quiet(what, &error.error_type());
            assert_eq!(error.body(), body.as_bytes(), "`body()` must return it");
            assert_eq!(error.retry_after_text(), Some(SERVER_TEXT));
        }
    }
}

#[test]
fn config_errors_do_not_show_the_value() {
    type Attempt<'a> = &'a dyn Fn() -> Result<Project, ConfigError>;

    let uri = |text: String| text.parse::<http::Uri>().unwrap();
    let swapped = || Project::new(PROJECT_SECRET, "project-test-x");
    let colon = || Project::new(format!("project-test-x:{PROJECT_SECRET}"), "x");
    let line_break = || Project::new("project-test-x", format!("{PROJECT_SECRET}\n"));
    let live = || Project::new("project-live-x", format!("secret-test-{PROJECT_SECRET}"));
    let user_info = || project().with_base_url(uri(format!("https://x:{PROJECT_SECRET}@host")));
    let query = || project().with_base_url(uri(format!("https://host/?{SESSION_TOKEN}")));
    let http = || project().with_base_url(uri(format!("http://host/{SESSION_TOKEN}")));
    let user_agent = || project().with_user_agent(format!("{SESSION_TOKEN} {CODE}"));
    let cases: [(&str, Attempt<'_>); 8] = [
        ("secret given as id", &swapped),
        ("colon", &colon),
        ("line break", &line_break),
        ("mismatch", &live),
        ("user info", &user_info),
        ("query", &query),
        ("http", &http),
        ("user agent", &user_agent),
    ];
    for (what, make) in cases {
        assert_quiet_error(what, &make().expect_err(what));
    }
}

#[test]
fn other_errors_do_not_show_the_value() {
    struct Failing;
    impl serde::Serialize for Failing {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom(CLAIM))
        }
    }
    let refused = authenticate_params().session_claims_from(&Failing);
    assert_quiet_error(
        "InvalidParams",
        &refused.expect_err("the value cannot be serialised"),
    );
    let refused = authenticate_params().session_claims_from(CLAIM);
    assert_quiet_error(
        "InvalidParams",
        &refused.expect_err("a text is not an object"),
    );

    // serde's own text would be: invalid type: string "Canary-Claim-10", expected u32.
    let authenticated = authenticated(&response_body()).unwrap();
    let refused = authenticated.claims::<HashMap<String, u32>>();
    assert_quiet_error("ClaimsError", &refused.expect_err("texts are not numbers"));

    assert_quiet_error(
        "InvalidTotpCode",
        &TotpCode::parse(CODE).expect_err("letters"),
    );
    for text in [
        QR_CODE.to_owned(),
        format!("data:{QR_CODE}"),
        STANDARD.encode(QR_CODE),
    ] {
        assert_quiet_error(
            "QrCodeError",
            &QrCode::new(text).png().expect_err("not a PNG"),
        );
    }
    let timestamp = Timestamp::new(SERVER_TEXT);
    assert_quiet_error(
        "InvalidTimestamp",
        &timestamp.to_system_time().expect_err("a text"),
    );
    let mut limited = LimitedBody::new(1, None).unwrap();
    let too_large = limited.push(SESSION_TOKEN.as_bytes());
    assert_quiet_error("BodyTooLarge", &too_large.expect_err("over the limit"));
}

/// Formats a value of each type and returns the names of the types.
macro_rules! quiet {
    ($($type:ident $(<$($of:ty),+>)? = $value:expr),+ $(,)?) => {{
        $(
            let value: $type $(<$($of),+>)? = $value;
            assert_quiet(stringify!($type), &value);
        )+
        [$(stringify!($type)),+]
    }};
}

/// Does the same for models that are read from JSON.
macro_rules! quiet_models {
    ($json:expr => $($type:ident),+ $(,)?) => {
        quiet![$($type = serde_json::from_value($json).unwrap()),+]
    };
}

/// Returns an object of the API with all fields for data of the application, and an unknown key.
fn object() -> Value {
    let metadata = json!({METADATA: METADATA});
    json!({
        "trusted_metadata": metadata,
        "untrusted_metadata": metadata,
        "sso_attributes": metadata,
        "details": metadata,
        "allowed_oauth_tenants": metadata,
        "custom_claims": {CLAIM: CLAIM},
        "new_factor": metadata,
        METADATA: METADATA,
    })
}

/// Formats the types of the feature `session-jwt`, with secrets in the JWT, the key set and the
/// API's response, and returns their names.
fn session_jwt_types() -> Vec<&'static str> {
    type Shared = Arc<dyn Transport + Send + Sync>;

    let forge = session_jwt::forge();
    let keys = forge.jwks().to_string();
    let mut readable = response_body();
    readable["member_session"]["member_session_id"] = json!("member-session-test-x");
    readable["member_session"]["organization_id"] = json!("organization-test-x");
    let readable = readable.to_string();
    let send: Shared = Arc::new(move |request: Request| {
        let is_keys = request.uri().path().contains("jwks");
        let body = if is_keys { &keys } else { &readable };
        Ok::<_, Error>(http::Response::new(body.clone()))
    });
    let project = Project::at(&*forge.base_url, totps_forge::PROJECT_ID, PROJECT_SECRET).unwrap();
    let verifier = SessionVerifier::new(Client::new(project, send));
    let jwt = |claim| SessionJwt::new(forge.with_claim(claim, Some(json!(CLAIM))));
    let verified = verifier.verify(&jwt("/plan"), forge.time()).unwrap();
    assert_eq!(
        verified.claims::<Value>().unwrap()["plan"],
        CLAIM,
        "the claims must hold a secret"
    );
    let later = forge.time() + Duration::from_secs(600);
    let asked = verifier.authenticate(&jwt("/plan"), later).unwrap();
    let response = asked
        .response
        .as_ref()
        .expect("the API is asked about a stale JWT");
    let token = response.session_token.as_ref().expect("a session token");
    assert_eq!(token.expose(), SESSION_TOKEN);
    let refused = verifier.verify(&jwt("/aud"), forge.time()).unwrap_err();
    let SessionError::Jwt(error) = &refused else {
        panic!("expected an error of the JWT, got {refused:?}");
    };
    let error = *error;
    let unreadable = SessionError::Unreadable(response.clone());
    assert_quiet("SessionError", &refused);
    quiet![
        AuthenticatedSession = asked.clone(),
        GetJwks = GetJwks::new(totps_forge::PROJECT_ID),
        Jwks = (*verifier.jwks()).clone(),
        JwtError = error,
        JwtPart = JwtPart::Claims,
        SessionError = unreadable,
        SessionVerifier<Client<Shared>> = verifier.clone(),
        VerifiedSession = verified,
        VerifyOptions = VerifyOptions::new(),
    ]
    .into()
}

/// Formats the types of the feature `test-util`, with secrets in the steps, the requests and the
/// refusals, and returns their names.
fn test_util_types() -> Vec<&'static str> {
    let script = Script::new()
        .created(Created::from(TOTP_SECRET).qr_code(QR_CODE))
        .authenticated(SESSION_TOKEN)
        .refused(SERVER_TEXT)
        .unreadable(response_body().to_string())
        .json(response_body())
        .lost()
        .at_path("/v1/b2b/passwords/authenticate");
    let client = script.client();
    client.create(&create_params()).expect("the first step");
    client
        .authenticate(&authenticate_params())
        .expect("the second step");
    let sent = script.requests().pop().expect("a request");
    assert_eq!(sent.json()["code"], CODE, "the request must hold a secret");
    assert_eq!(
        sent.json()["session_token"],
        SESSION_TOKEN,
        "the request must hold a secret"
    );
    let unfinished = script.finish().unwrap_err();
    assert_quiet_error("ScriptError", &unfinished);
    let unexpected = script.clone().client().create(&create_params());
    assert_quiet_error("Error", &unexpected.unwrap_err());
    quiet![
        Script = script.clone(),
        ScriptError = unfinished.clone(),
        SentRequest = sent.clone(),
        Endpoint = Endpoint::Create,
        Refusal = Refusal::new(SERVER_TEXT)
            .message(SESSION_TOKEN)
            .details(response_body()),
        Created = Created::from(TOTP_SECRET).recovery_codes([RECOVERY_CODE]),
        Authenticated = Authenticated::from(SESSION_TOKEN).session_jwt(SESSION_JWT),
        Migrated = [RECOVERY_CODE].into(),
        TotpDeleted = TotpDeleted::default().set(METADATA, METADATA),
        MemberFound = MemberFound::default().set("member/trusted_metadata", METADATA),
        RecoveryCodes = [RECOVERY_CODE].into(),
        Recovered = SESSION_TOKEN.into(),
        SessionAuthenticated = SESSION_TOKEN.into(),
        SessionsRevoked = SessionsRevoked::default().set(METADATA, METADATA),
        FirstFactor = FirstFactor::mfa_required(INTERMEDIATE),
    ]
    .into()
}

/// Fails if a public type is missing here or has no `Debug`.
#[test]
fn every_public_type_is_redacted() {
    type Send = fn(Request) -> Result<http::Response<Body>, std::io::Error>;
    type Serve =
        fn(http::Request<Full<Bytes>>) -> Ready<std::io::Result<http::Response<Full<Bytes>>>>;
    type Connect = fn(http::Uri) -> Ready<std::io::Result<FuturesIo<TcpStream>>>;

    fn error<T>(result: Result<T, Error>) -> Error {
        result.err().expect("an error")
    }
    let send: Send = |_| Ok(http::Response::new(Body::default()));
    let serve: Serve = |_| ready(Ok(http::Response::default()));
    let connect: Connect = |_| ready(Err(std::io::ErrorKind::Other.into()));
    let echoed = || {
        http::Response::builder()
            .status(400)
            .body(echo().to_string())
    };
    let api_error = || error(CreateResponse::try_from(echoed().unwrap()));
    let decode_error = || error(created(&json!({"secret": [TOTP_SECRET]})));
    let factor = || {
        authenticated(&response_body())
            .unwrap()
            .member_session
            .unwrap()
    };
    let factor = || factor().authentication_factors.remove(0);
    let unknown_text = || json!(SERVER_TEXT);
    let aside = json!({"member_id": "m", "member": [SESSION_TOKEN]});
    let aside = authenticated(&aside).unwrap();

    let mut formatted = BTreeSet::new();
    formatted.extend(quiet![
        ProjectSecret = PROJECT_SECRET.into(),
        TotpSecret = TOTP_SECRET.into(),
        TotpCode = CODE.into(),
        RecoveryCode = RECOVERY_CODE.into(),
        QrCode = QR_CODE.into(),
        IntermediateSessionToken = INTERMEDIATE.into(),
        SessionToken = SESSION_TOKEN.into(),
        SessionJwt = SESSION_JWT.into(),
        ProjectId = "project-test-x".into(),
        OrganizationId = "organization".into(),
        MemberId = "member".into(),
        MemberSessionId = "session".into(),
        TotpRegistrationId = "registration".into(),
        Timestamp = Timestamp::new("2026-01-01T00:00:00Z"),
        Project = project(),
        CreateParams = create_params(),
        AuthenticateParams = authenticate_params(),
        MigrateParams = migrate_params(),
        DeleteTotpParams = delete_totp_params(),
        GetMemberParams = GetMemberParams::by_id("organization", "member"),
        GetRecoveryCodesParams = GetRecoveryCodesParams::new("organization", "member"),
        RotateRecoveryCodesParams = RotateRecoveryCodesParams::new("organization", "member"),
        RecoverParams = recover_params(),
        AuthenticateSessionParams = authenticate_session_params(),
        AuthorizationCheck = AuthorizationCheck::new("organization", "resource", "action"),
        RevokeSessionsParams = revoke_sessions_params(),
        MfaEnrollment = MfaEnrollment::Enroll,
        Call = Call::post("/v1/b2b/totp")
            .query("code", CODE)
            .header("X-Stytch-Member-Session", SESSION_TOKEN)
            .json(&response_body())
            .unwrap(),
        Json<Value> = Json(response_body()),
        RetryPolicy = RetryPolicy::default(),
        Limits = Limits::default(),
        Request = project().request(&authenticate_params()).unwrap(),
        Response = http::Response::new(response_body().to_string().into()),
        Body = SESSION_TOKEN.into(),
        LimitedBody = LimitedBody::new(100, None).unwrap(),
        JsonObject = JsonObject::from_iter([(METADATA.to_owned(), json!(METADATA))]),
        CreateResponse = created(&response_body()).unwrap(),
        AuthenticateResponse = authenticated(&response_body()).unwrap(),
        MigrateResponse = migrated(&response_body()).unwrap(),
        DeleteTotpResponse = read(&response_body()),
        GetMemberResponse = read(&response_body()),
        GetRecoveryCodesResponse = read(&response_body()),
        RotateRecoveryCodesResponse = read(&response_body()),
        RecoverResponse = read(&response_body()),
        AuthenticateSessionResponse = read(&response_body()),
        RevokeSessionsResponse = read(&response_body()),
        Reason = api_error().reason(),
        Undecoded = aside.undecoded()[0].clone(),
        AuthenticationFactor = factor(),
        Factor = factor().factor.unwrap(),
        OAuthProvider = OAuthProvider::Google,
        UnknownFactor = match factor().factor {
            Some(Factor::Unknown(factor)) => factor,
            other => panic!("expected an unknown factor, not {other:?}"),
        },
        Unrecognized = match ErrorType::from(SERVER_TEXT) {
            ErrorType::Unknown(text) => text,
            known => panic!("expected an unknown text, not {known:?}"),
        },
        Client<Send> = Client::new(project(), send),
        AsyncClient<HyperTransport> = AsyncClient::new(project(), HyperTransport::new()),
        Delivery = api_error().delivery(),
        Error = api_error(),
        ApiError = match api_error() {
            Error::Api(error) => *error,
            other => panic!("expected an API error, not {other:?}"),
        },
        DecodeError = match decode_error() {
            Error::Decode(error) => *error,
            other => panic!("expected a decode error, not {other:?}"),
        },
        DecodeErrorKind = match decode_error() {
            Error::Decode(error) => error.kind(),
            other => panic!("expected a decode error, not {other:?}"),
        },
        TransportError = TransportError::not_sent("no server listens"),
        TransportErrorKind = TransportErrorKind::Other,
        ConfigError = Project::new(PROJECT_SECRET, "x").unwrap_err(),
        InvalidParams = authenticate_params().session_claims_from(CLAIM).unwrap_err(),
        InvalidTotpCode = TotpCode::parse(CODE).unwrap_err(),
        InvalidTotpSecret = TotpSecret::parse(&format!("{TOTP_SECRET}!")).unwrap_err(),
        InvalidRecoveryCode = RecoveryCode::parse(&format!("{RECOVERY_CODE}\n")).unwrap_err(),
        InvalidTimestamp = Timestamp::new(SERVER_TEXT).to_system_time().unwrap_err(),
        QrCodeError = QrCode::new(QR_CODE).png().unwrap_err(),
        BodyTooLarge = LimitedBody::new(1, Some(2)).unwrap_err(),
        ClaimsError = authenticated(&response_body()).unwrap().claims::<u32>().unwrap_err(),
        UreqTransport = UreqTransport::new(),
        UreqTransportBuilder =
            UreqTransport::builder().proxy(format!("http://user:{SESSION_TOKEN}@127.0.0.1")),
        HyperTransport = HyperTransport::new(),
        HyperTransportBuilder = HyperTransport::builder(),
        ConnTransport<Connect, SmolTimer, FuturesIo<TcpStream>> =
            ConnTransport::builder(connect, SmolTimer::new()).build().expect("valid"),
        ServiceTransport<ServiceFn<Serve>, SmolTimer, std::io::Error> =
            ServiceTransport::builder(service_fn(serve), SmolTimer::new()).build().expect("valid"),
    ]);
    formatted.extend(quiet_models![unknown_text() =>
        AllowedType, AuthMethod, AuthenticationFactorDeliveryMethod, AuthenticationFactorType,
        ErrorType, MemberRoleSourceType, MemberStatus, MfaMethod, MfaPolicy,
    ]);
    formatted.extend(quiet_models![object() =>
        ActiveScimConnection, ActiveSsoConnection, AuthenticatorAppFactor, AuthorizationVerdict, BiometricFactor,
        CryptoWalletFactor, CustomRole, CustomRolePermission, DeviceAttributeDetails, DeviceInfo,
        EmailFactor, EmailImplicitRoleAssignment, EmbeddableMagicLinkFactor, ImpersonatedFactor,
        Member, MemberRole, MemberRoleSource, MemberSession, OAuthAccessTokenExchangeFactor,
        OAuthExchangeFactor, OAuthFactor, OAuthRegistration, Organization, PhoneNumberFactor,
        RecoveryCodeFactor, RetiredEmail, ScimAddress, ScimAttributes, ScimEnterpriseExtension,
        ScimGroup, ScimManager, ScimName, ScimRegistration, ScimValue, SsoFactor, SsoRegistration,
        TrustedAuthTokenFactor, WebAuthnFactor,
    ]);

    formatted.extend(session_jwt_types());
    formatted.extend(test_util_types());

    let missing: Vec<_> = public_types().difference(&formatted).copied().collect();
    // Three traits, and a type alias for a boxed error.
    let without_values = ["AsyncTransport", "BoxError", "Operation", "Transport"];
    assert_eq!(
        missing, without_values,
        "expected all other types to be formatted"
    );
}

/// Returns the names of the types that the crates export: words with upper-case and lower-case
/// letters.
fn public_types() -> BTreeSet<&'static str> {
    let sources = [
        include_str!("../../../totps-core/src/lib.rs"),
        include_str!("../../../totps-core/src/test_util.rs"),
        include_str!("../../../totps-ureq/src/lib.rs"),
        include_str!("../../../totps-hyper/src/lib.rs"),
    ];
    let is_type = |word: &&str| {
        word.starts_with(|first: char| first.is_ascii_uppercase())
            && word.contains(|other: char| other.is_ascii_lowercase())
    };
    sources
        .into_iter()
        .flat_map(|source| source.split("\npub ").skip(1))
        .filter_map(|item| item.split_once(['=', ';', '(']))
        .flat_map(|(item, _)| item.split(|c: char| !c.is_ascii_alphanumeric()))
        .filter(is_type)
        .collect()
}

/// A constant for whether a type implements a trait. If it does, the inherent constant hides
/// the constant of `Otherwise`.
macro_rules! implements {
    ($type:ty: $($trait:tt)+) => {{
        #[allow(dead_code, reason = "one of the constants is not used")]
        struct Probe<T>(PhantomData<T>);

        #[allow(dead_code, reason = "one of the constants is not used")]
        impl<T: $($trait)+> Probe<T> {
            const RESULT: bool = true;
        }

        #[allow(dead_code, reason = "one of the constants is not used")]
        trait Otherwise {
            const RESULT: bool = false;
        }
        impl<T> Otherwise for Probe<T> {}

        Probe::<$type>::RESULT
    }};
}

#[test]
fn secrets_have_no_trait_that_reveals_them() {
    macro_rules! probe {
        ($($type:ident),+ $(,)?) => {
            [$(
                (stringify!($type), "Display", implements!($type: std::fmt::Display)),
                (stringify!($type), "Serialize", implements!($type: serde::Serialize)),
                (stringify!($type), "PartialEq", implements!($type: PartialEq)),
                (stringify!($type), "PartialEq<str>", implements!($type: PartialEq<str>)),
                (stringify!($type), "PartialOrd", implements!($type: PartialOrd)),
                (stringify!($type), "Hash", implements!($type: std::hash::Hash)),
                (stringify!($type), "Deref", implements!($type: std::ops::Deref)),
                (stringify!($type), "AsRef<str>", implements!($type: AsRef<str>)),
                (stringify!($type), "Borrow<str>", implements!($type: std::borrow::Borrow<str>)),
                (stringify!($type), "Into<String>", implements!($type: Into<String>)),
            )+]
        };
    }
    for (r#type, r#trait, is_implemented) in probe!(
        ProjectSecret,
        TotpSecret,
        TotpCode,
        RecoveryCode,
        QrCode,
        SessionToken,
        SessionJwt,
        IntermediateSessionToken,
        Body,
    ) {
        assert!(!is_implemented, "{type} must not implement {trait}");
    }
    // Checks that the probe finds traits at all.
    for (_, r#trait, is_implemented) in probe!(OrganizationId) {
        let expected = !["Deref", "Borrow<str>"].contains(&r#trait);
        assert_eq!(is_implemented, expected, "OrganizationId and {trait}");
    }
}

#[test]
fn params_and_responses_cannot_be_serialised() {
    assert!(!implements!(CreateParams: serde::Serialize));
    assert!(!implements!(AuthenticateParams: serde::Serialize));
    assert!(!implements!(MigrateParams: serde::Serialize));
    assert!(!implements!(DeleteTotpParams: serde::Serialize));
    assert!(!implements!(RecoverParams: serde::Serialize));
    assert!(!implements!(AuthenticateSessionParams: serde::Serialize));
    assert!(!implements!(RevokeSessionsParams: serde::Serialize));
    assert!(!implements!(RecoverResponse: serde::Serialize));
    assert!(!implements!(AuthenticateSessionResponse: serde::Serialize));
    assert!(!implements!(GetRecoveryCodesResponse: serde::Serialize));
    assert!(!implements!(RotateRecoveryCodesResponse: serde::Serialize));
    assert!(!implements!(CreateResponse: serde::Serialize));
    assert!(!implements!(AuthenticateResponse: serde::Serialize));
    assert!(!implements!(MigrateResponse: serde::Serialize));
    assert!(
        implements!(Member: serde::Serialize),
        "models must be serialisable"
    );
}

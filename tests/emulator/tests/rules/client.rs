//! A client without types: JSON in, status and JSON out.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use totps_emulator::{Builder, Emulator, MemberHandle};
use ureq::http::Request;

pub(crate) const CREATE: &str = "/v1/b2b/totp";
pub(crate) const AUTHENTICATE: &str = "/v1/b2b/totp/authenticate";
pub(crate) const MIGRATE: &str = "/v1/b2b/totp/migrate";

pub(crate) const RECOVER: &str = "/v1/b2b/recovery_codes/recover";
/// The time after which there is another code.
pub(crate) const STEP: Duration = Duration::from_secs(30);

/// The value of the `Authorization` header for an id and a secret.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Sends a request as it is.
pub(crate) fn send(request: Request<String>) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .build()
        .into();
    let mut response = agent.run(request).unwrap();
    let body = response.body_mut().read_to_string().unwrap();
    let body = serde_json::from_str(&body).unwrap_or_else(|_| panic!("not JSON: {body}"));
    (response.status().as_u16(), body)
}

/// Sends an authorized request with a body.
pub(crate) fn call(emulator: &Emulator, method: &str, path: &str, body: String) -> (u16, Value) {
    send(
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", emulator.base_url()))
            .header(
                "Authorization",
                basic(emulator.project_id(), emulator.secret()),
            )
            .header("Content-Type", "application/json")
            .body(body)
            .unwrap(),
    )
}

/// Posts JSON and takes any answer.
pub(crate) fn post(emulator: &Emulator, path: &str, body: &Value) -> (u16, Value) {
    call(emulator, "POST", path, body.to_string())
}

/// Posts JSON that must be accepted.
#[track_caller]
pub(crate) fn accept(emulator: &Emulator, path: &str, body: &Value) -> Value {
    let (status, answer) = post(emulator, path, body);
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Posts JSON that must be refused with a status and type.
#[track_caller]
pub(crate) fn refuse(emulator: &Emulator, path: &str, body: &Value, status: u16, kind: &str) {
    let (got, answer) = post(emulator, path, body);
    assert_error(got, &answer, status, kind);
}

/// Checks the error form.
#[track_caller]
pub(crate) fn assert_error(got: u16, answer: &Value, status: u16, kind: &str) {
    assert_eq!(
        (got, &answer["error_type"]),
        (status, &json!(kind)),
        "{answer}"
    );
    assert_eq!(answer["status_code"], status);
    assert_prefix(&answer["request_id"], "request-id-test-");
    assert_prefix(&answer["error_url"], "https://stytch.com/docs/");
    assert!(!answer["error_message"].as_str().unwrap().is_empty());
}

/// Checks the start of a text.
#[track_caller]
pub(crate) fn assert_prefix(value: &Value, prefix: &str) {
    let text = value.as_str().unwrap_or_default();
    assert!(
        text.starts_with(prefix),
        "{value} does not start with {prefix}"
    );
}

/// Sends a request to the control interface, which must accept it.
#[track_caller]
pub(crate) fn control(emulator: &Emulator, method: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = ask_control(emulator, method, path, body);
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Sends a request to the control interface and takes any answer.
pub(crate) fn ask_control(
    emulator: &Emulator,
    method: &str,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let uri = format!("{}/__emulator{path}", emulator.base_url());
    let request = Request::builder().method(method).uri(uri);
    send(request.body(body.to_string()).unwrap())
}

/// Adds members to a JSON object.
pub(crate) fn with(mut object: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("not an object: {more}");
    };
    object.as_object_mut().unwrap().extend(more);
    object
}

/// The ids of the ready member.
pub(crate) fn ids(emulator: &Emulator) -> Value {
    json!({
        "organization_id": emulator.organization_id(),
        "member_id": emulator.member_id(),
    })
}

/// The ids of another member.
pub(crate) fn ids_of(member: &MemberHandle) -> Value {
    json!({
        "organization_id": member.organization_id,
        "member_id": member.member_id,
    })
}

/// Ids, present code and intermediate session token of the ready member.
pub(crate) fn login(emulator: &Emulator) -> Value {
    with(
        ids(emulator),
        json!({
            "code": emulator.code(emulator.member_id()),
            "intermediate_session_token": emulator.intermediate_session_token(),
        }),
    )
}

/// An emulator whose ids, secrets, codes and clock are the same in every run.
pub(crate) fn fixed() -> Builder {
    Emulator::builder().seed(1).clock(start_of_time())
}

/// Where the clock of [`fixed`] stands: 2023-11-14T22:13:20Z.
pub(crate) fn start_of_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// An emulator whose ready member has a pending TOTP.
pub(crate) fn created() -> Emulator {
    let emulator = fixed().start().unwrap();
    accept(&emulator, CREATE, &ids(&emulator));
    emulator
}

/// A code that is wrong: seed and clock are fixed, so that it is none of the neighbouring steps'
/// by chance either.
pub(crate) fn wrong_code(emulator: &Emulator) -> String {
    let right = emulator.code(emulator.member_id()).unwrap();
    let number: u32 = right.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// An emulator whose ready member has an active TOTP, and the answer that made it active.
pub(crate) fn authenticated(builder: Builder) -> (Emulator, Value) {
    let emulator = builder.start().unwrap();
    accept(&emulator, CREATE, &ids(&emulator));
    let answer = accept(&emulator, AUTHENTICATE, &login(&emulator));
    emulator.advance(STEP);
    (emulator, answer)
}

/// Ids and present code of the ready member with a session in the place of the intermediate one.
pub(crate) fn with_session(emulator: &Emulator, answer: &Value) -> Value {
    with(
        ids(emulator),
        json!({
            "code": emulator.code(emulator.member_id()),
            "session_token": answer["session_token"],
        }),
    )
}

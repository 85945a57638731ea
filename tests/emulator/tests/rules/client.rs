//! An untyped client: it sends JSON and returns the status and the JSON of the response.

use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use totps_emulator::{Builder, Emulator, Fault, MemberHandle, Settings};
use ureq::http::{Request, Response};

/// An emulator and a connection pool for it.
pub(crate) struct Client {
    emulator: Emulator,
    agent: ureq::Agent,
}

impl Deref for Client {
    type Target = Emulator;

    fn deref(&self) -> &Emulator {
        &self.emulator
    }
}

impl From<Emulator> for Client {
    fn from(emulator: Emulator) -> Self {
        Self {
            emulator,
            agent: agent(),
        }
    }
}

/// Starts an emulator for a test.
pub(crate) trait Run {
    fn run(self) -> Client;
}

impl Run for Builder {
    fn run(self) -> Client {
        self.start().unwrap().into()
    }
}

/// Starts an emulator with all defaults.
pub(crate) fn start() -> Client {
    Emulator::builder().run()
}

impl Client {
    /// Changes settings, which must be valid.
    #[track_caller]
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        self.change_settings(change).unwrap();
    }

    /// Injects a fault, which must be valid.
    #[track_caller]
    pub(crate) fn add_fault(&self, times: u32, fault: Fault) {
        self.inject(times, fault).unwrap();
    }

    /// Creates another active Member of the first Organization.
    pub(crate) fn another_member(&self) -> MemberHandle {
        self.create_member(self.organization_id(), |_| {}).unwrap()
    }

    /// Sends a request to the emulator as it is, with a path instead of a URL.
    pub(crate) fn exchange(&self, mut request: Request<String>) -> Response<String> {
        let url = format!("{}{}", self.base_url(), request.uri());
        *request.uri_mut() = url.parse().unwrap();
        exchange(&self.agent, request)
    }

    /// Returns the value of an `Authorization` header with the right credentials.
    pub(crate) fn authorization(&self) -> String {
        basic(self.project_id(), self.secret())
    }
}

/// Creates a connection pool.
pub(crate) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true);
    config.build().into()
}

/// Sends a request as it is.
pub(crate) fn exchange(agent: &ureq::Agent, request: Request<String>) -> Response<String> {
    let (parts, mut body) = agent.run(request).unwrap().into_parts();
    Response::from_parts(parts, body.read_to_string().unwrap())
}

/// Returns the status and the JSON of a response.
pub(crate) fn read(response: &Response<String>) -> (u16, Value) {
    let body = response.body();
    let json = serde_json::from_str(body).unwrap_or_else(|_| panic!("not JSON: {body}"));
    (response.status().as_u16(), json)
}

/// Returns the value of the `Authorization` header for an id and a secret.
pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Sends a request as it is, with a path instead of a URL.
pub(crate) fn send(emulator: &Client, request: Request<String>) -> (u16, Value) {
    read(&emulator.exchange(request))
}

/// Sends an authorized request with a body.
pub(crate) fn call(emulator: &Client, method: &str, path: &str, body: String) -> (u16, Value) {
    call_with(emulator, method, path, body, &[])
}

/// Sends an authorized request with a body and more headers.
pub(crate) fn call_with(
    emulator: &Client,
    method: &str,
    path: &str,
    body: String,
    headers: &[(&str, &str)],
) -> (u16, Value) {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("Authorization", emulator.authorization())
        .header("Content-Type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(emulator, request.body(body).unwrap())
}

/// Sends a GET, which must succeed.
#[track_caller]
pub(crate) fn get(emulator: &Client, path: &str) -> Value {
    let (status, response) = call(emulator, "GET", path, String::new());
    assert_eq!(status, 200, "{response}");
    response
}

/// Posts JSON and returns the response, whatever its status.
pub(crate) fn post(emulator: &Client, path: &str, body: &Value) -> (u16, Value) {
    call(emulator, "POST", path, body.to_string())
}

/// Posts JSON that must be accepted.
#[track_caller]
pub(crate) fn accept(emulator: &Client, path: &str, body: &Value) -> Value {
    let (status, response) = post(emulator, path, body);
    assert_eq!(status, 200, "{response}");
    response
}

/// Posts JSON that must be refused with a status and an error type.
#[track_caller]
pub(crate) fn refuse(emulator: &Client, path: &str, body: &Value, status: u16, kind: &str) {
    let (got, response) = post(emulator, path, body);
    assert_error(got, &response, status, kind);
}

/// Checks an error response.
#[track_caller]
pub(crate) fn assert_error(got: u16, response: &Value, status: u16, kind: &str) {
    assert_eq!(
        (got, &response["error_type"]),
        (status, &json!(kind)),
        "{response}"
    );
    assert_eq!(response["status_code"], status);
    assert_prefix(&response["request_id"], "request-id-test-");
    assert_prefix(&response["error_url"], "https://stytch.com/docs/");
    assert!(!response["error_message"].as_str().unwrap().is_empty());
}

/// Checks that a string starts with a prefix.
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
pub(crate) fn control(emulator: &Client, method: &str, path: &str, body: &Value) -> Value {
    let (status, response) = ask_control(emulator, method, path, body);
    assert_eq!(status, 200, "{response}");
    response
}

/// Sends a request to the control interface and returns the response, whatever its status.
pub(crate) fn ask_control(
    emulator: &Client,
    method: &str,
    path: &str,
    body: &Value,
) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("/__emulator{path}"));
    send(emulator, request.body(body.to_string()).unwrap())
}

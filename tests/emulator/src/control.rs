//! The control interface, through which tests in other languages control the emulator over HTTP. It
//! needs no credentials and shows every secret.

use std::collections::BTreeMap;

use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::api::respond;
use crate::clock::Clock;
use crate::config::{self, ConfigError};
use crate::endpoint::ENDPOINTS;
use crate::fault::Fault;
use crate::host::{Host, RecordedRequest};
use crate::settings::{self, Settings};
use crate::state::directory::MemberKey;
use crate::state::{Factor, NewMember};

/// The path prefix of the control interface, which Stytch does not use.
const PATH: &str = "/__emulator";

/// Largest request body in bytes. It does not depend on `http.max_body_bytes`, because the control
/// interface must always be able to change that setting back.
pub(crate) const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Why the control interface refuses a request.
struct Refusal(StatusCode, String);

impl Refusal {
    fn not_found(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("there is no {what}"))
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

/// A change of the clock.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockChange {
    /// Moves it forward.
    AdvanceSeconds(u64),
    /// Stops it at a time.
    Now(#[serde(deserialize_with = "config::time")] Timestamp),
    /// Switches to the system's clock if true; stops the clock if false.
    Real(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionRequest {
    member_id: String,
    #[serde(default = "magic_link")]
    factors: Vec<Factor>,
}

fn magic_link() -> Vec<Factor> {
    vec![Factor::MagicLink]
}

/// Whether a path belongs to the control interface.
pub(crate) fn is_meant(path: &str) -> bool {
    path.strip_prefix(PATH)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the response to a request whose body is too large or incomplete.
pub(crate) fn unread() -> Response<Vec<u8>> {
    let error = format!("the body is incomplete or larger than {MAX_BODY_BYTES} bytes");
    respond::json(
        StatusCode::BAD_REQUEST,
        json!({ "error": error }).to_string(),
    )
}

impl Host {
    /// Responds to a request to the control interface.
    pub(crate) fn control(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let (status, body) = match self.control_route(request) {
            Ok(body) => (StatusCode::OK, body),
            Err(Refusal(status, error)) => (status, json!({ "error": error })),
        };
        respond::json(status, body.to_string())
    }

    fn control_route(&mut self, request: &Request<Vec<u8>>) -> Result<Value, Refusal> {
        const GET: &Method = &Method::GET;
        const POST: &Method = &Method::POST;
        const PATCH: &Method = &Method::PATCH;
        const DELETE: &Method = &Method::DELETE;

        let path = request.uri().path();
        let path: Vec<&str> = path[PATH.len()..].split('/').skip(1).collect();
        let body = request.body().as_slice();
        match (request.method(), path.as_slice()) {
            (GET, []) => Ok(self.start_values()),
            (POST, ["reset"]) => {
                self.reset()?;
                Ok(self.start_values())
            }
            (GET, ["clock"]) => Ok(self.clock_value()),
            (POST, ["clock"]) => {
                self.clock.change(read(body)?);
                Ok(self.clock_value())
            }
            (POST, ["organizations"]) => self.create_organization_from_body(body),
            (POST, ["members"]) => self.create_member_from_body(body),
            (GET, ["members", member, "code"]) => {
                let member = percent_decode_str(member).decode_utf8_lossy();
                let code = self.code(&member);
                let code = code.ok_or_else(|| Refusal::not_found("TOTP of this Member"))?;
                Ok(json!({ "code": code }))
            }
            (POST, ["intermediate_sessions"]) => {
                let (member, factors) = self.session_request(body)?;
                let token = self.create_intermediate_session(member, &factors);
                Ok(json!({ "intermediate_session_token": token }))
            }
            (POST, ["sessions"]) => {
                let (member, factors) = self.session_request(body)?;
                Ok(Value::Object(self.create_session(member, &factors)))
            }
            (GET, ["endpoints"]) => Ok(json!({ "endpoints": ENDPOINTS })),
            (GET, ["guesses"]) => Ok(json!({ "guesses": settings::guesses() })),
            (GET, ["requests"]) => {
                let requests: Vec<Value> = self.requests.iter().map(request_value).collect();
                Ok(json!({ "requests": requests }))
            }
            (DELETE, ["requests"]) => {
                self.requests.clear();
                Ok(json!({}))
            }
            (GET, ["settings"]) => Ok(json!(*self.api.settings)),
            (PATCH, ["settings"]) => self.patch_settings(body),
            (GET, ["faults"]) => Ok(json!({ "faults": self.faults.to_json() })),
            (POST, ["faults"]) => {
                let (times, fault) = Fault::from_json(read(body)?)?;
                self.faults.push(times, fault)?;
                Ok(json!({}))
            }
            (DELETE, ["faults"]) => {
                self.faults.clear();
                Ok(json!({}))
            }
            _ => Err(Refusal::not_found("such route in the control interface")),
        }
    }

    fn start_values(&self) -> Value {
        let mut values = json!(self.ready);
        values["project_id"] = json!(self.api.project_id);
        values["secret"] = json!(self.api.secret);
        values["seed"] = json!(self.seed);
        values
    }

    fn clock_value(&self) -> Value {
        json!({
            "now": self.now(),
            "real": matches!(self.clock, Clock::Running { .. }),
        })
    }

    fn create_organization_from_body(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let created = self.create_organization(&read(body)?)?;
        Ok(json!(created))
    }

    /// Creates the Member that the body describes, in the Organization that `organization_id`
    /// names, or in the first one by default.
    fn create_member_from_body(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut description: Map<String, Value> = read(body)?;
        let directory = &self.api.directory;
        let organization = match description.remove("organization_id") {
            None => directory.first_organization(),
            Some(name) => name.as_str().and_then(|name| directory.organization(name)),
        };
        let organization =
            organization.ok_or_else(|| Refusal::not_found("Organization with this id"))?;
        let new: NewMember = config::read(Value::Object(description))?;
        Ok(json!(self.create_member(&new, organization)?))
    }

    /// Applies a JSON Merge Patch to the settings.
    fn patch_settings(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let patch: Map<String, Value> = read(body)?;
        let mut settings = json!(*self.api.settings);
        json_patch::merge(&mut settings, &Value::Object(patch));
        let settings: Settings = config::read(settings)?;
        self.set_settings(settings)?;
        Ok(json!(*self.api.settings))
    }

    fn session_request(&self, body: &[u8]) -> Result<(MemberKey, Vec<Factor>), Refusal> {
        let wanted: SessionRequest = read(body)?;
        let member = self.api.directory.member(&wanted.member_id);
        let member = member.ok_or_else(|| Refusal::not_found("Member with this id"))?;
        Ok((member, wanted.factors))
    }
}

impl Clock {
    fn change(&mut self, change: ClockChange) {
        match change {
            ClockChange::AdvanceSeconds(seconds) => {
                self.advance(std::time::Duration::from_secs(seconds));
            }
            ClockChange::Now(at) => *self = Self::Standing { at },
            ClockChange::Real(true) => *self = Self::REAL,
            ClockChange::Real(false) => self.stop(),
        }
    }
}

/// Deserializes a JSON object. An empty body is an empty object.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    // The body is parsed as an object first, because a struct can also be deserialized from an
    // array.
    let object: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| ConfigError::new(config::rule(&error.to_string())))?;
    Ok(config::read(Value::Object(object))?)
}

fn request_value(request: &RecordedRequest) -> Value {
    let mut headers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.as_str()).or_default().push(value);
    }
    json!({
        "endpoint": request.endpoint,
        "method": request.method.as_str(),
        "path": request.path,
        "headers": headers,
        "body": String::from_utf8_lossy(&request.body),
    })
}

//! The control interface: what tests in other languages do over HTTP. It needs no credentials and
//! shows every secret.

use std::collections::BTreeMap;

use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::backend::{Backend, RecordedRequest};
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::fault::Fault;
use crate::member::NewMember;
use crate::response;
use crate::session::Factor;
use crate::settings::Settings;

/// The path that Stytch does not use.
const PATH: &str = "/__emulator";

/// Apart from the setting, which it must be able to change back.
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

/// How the clock moves.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockChange {
    /// Forward.
    AdvanceSeconds(u64),
    /// To a moment where it stands.
    Now(Timestamp),
    /// Back to the system's clock, or not.
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

impl Backend {
    /// Answers a request to the control interface.
    pub(crate) fn control(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let (status, body) = match self.control_route(request) {
            Ok(body) => (StatusCode::OK, body),
            Err(Refusal(status, error)) => (status, json!({ "error": error })),
        };
        response::json(status, body.to_string())
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
            (POST, ["organizations"]) => self.make_organization(body),
            (POST, ["members"]) => self.make_member(body),
            (GET, ["members", member, "code"]) => {
                let member = percent_decode_str(member).decode_utf8_lossy();
                let code = self.code(&member);
                let code = code.ok_or_else(|| Refusal::not_found("TOTP of this member"))?;
                Ok(json!({ "code": code }))
            }
            (POST, ["intermediate_sessions"]) => {
                let wanted: SessionRequest = read(body)?;
                let (member, now) = (self.position_of(&wanted.member_id)?, self.now());
                let api = &mut self.api;
                let token = api.add_intermediate_session(member, &wanted.factors, now);
                Ok(json!({ "intermediate_session_token": token }))
            }
            (POST, ["sessions"]) => {
                let wanted: SessionRequest = read(body)?;
                let (member, now) = (self.position_of(&wanted.member_id)?, self.now());
                let session = self.api.add_session(member, &wanted.factors, now);
                session.map(Value::Object).map_err(|error| {
                    Refusal(error.status, Value::Object(error.into_body()).to_string())
                })
            }
            (GET, ["requests"]) => {
                let requests: Vec<Value> = self.requests().iter().map(request_value).collect();
                Ok(json!({ "requests": requests }))
            }
            (DELETE, ["requests"]) => {
                self.clear_requests();
                Ok(json!({}))
            }
            (GET, ["settings"]) => Ok(json!(*self.api.settings)),
            (PATCH, ["settings"]) => self.change_settings(body),
            (POST, ["faults"]) => self.add_fault(body),
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

    fn make_organization(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let (new, now) = (read(body)?, self.now());
        let position = self.api.add_organization(&new, now)?;
        let members = self.api.handles(position, now);
        let organization = &self.api.directory.organizations[position];
        Ok(json!({
            "organization_id": organization.id,
            "organization_slug": organization.slug,
            "members": members,
        }))
    }

    /// A member's description, with the organization that it joins; the first one by default.
    fn make_member(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut description: Map<String, Value> = read(body)?;
        let organization = match description.remove("organization_id") {
            None => 0,
            Some(name) => {
                let position = name
                    .as_str()
                    .and_then(|name| self.api.directory.organization(name));
                position.ok_or_else(|| Refusal::not_found("organization with this id"))?
            }
        };
        let new: NewMember = from_value(Value::Object(description))?;
        let now = self.now();
        let member = self.api.add_member(&new, organization, now)?;
        Ok(json!(self.api.handle(member, now)))
    }

    /// Replaces the settings that the body names.
    fn change_settings(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let changes: BTreeMap<String, Value> = read(body)?;
        let mut settings = json!(*self.api.settings);
        for (name, value) in changes {
            settings[name] = value;
        }
        let changed: Settings = from_value(settings)?;
        self.api.settings = changed.into();
        Ok(json!(*self.api.settings))
    }

    /// A fault with the number of calls that it spoils; one by default.
    fn add_fault(&mut self, body: &[u8]) -> Result<Value, Refusal> {
        let mut fault: Map<String, Value> = read(body)?;
        let times = match fault.remove("times") {
            None => 1,
            Some(times) => from_value(times)?,
        };
        let fault: Fault = from_value(Value::Object(fault))?;
        self.faults.push(times, fault);
        Ok(json!({}))
    }

    fn position_of(&self, member: &str) -> Result<usize, Refusal> {
        let position = self.api.directory.member(member);
        position.ok_or_else(|| Refusal::not_found("member with this id"))
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
            ClockChange::Real(false) => *self = Self::Standing { at: self.now() },
        }
    }
}

/// Reads a JSON object; an empty body is an empty one.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    // Not at once, because a structure would take a list for an object.
    let object: Map<String, Value> = serde_json::from_slice(body).map_err(bad_request)?;
    from_value(Value::Object(object))
}

fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(bad_request)
}

fn bad_request(error: serde_json::Error) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, error.to_string())
}

fn request_value(request: &RecordedRequest) -> Value {
    let mut headers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.entry(name.as_str()).or_default().push(value);
    }
    json!({
        "method": request.method.as_str(),
        "path": request.path,
        "headers": headers,
        "body": String::from_utf8_lossy(&request.body),
    })
}

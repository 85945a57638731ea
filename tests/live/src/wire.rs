//! Sends one call at a time, at the pace of the run.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use serde_json::{Map, Value};
use totps_emulator::{ENDPOINTS, Endpoint};
use totps_ureq::http::{HeaderMap, Method, StatusCode, header};
use totps_ureq::{Delivery, Project, Request, Transport as _, UreqTransport};

use crate::clock::{Clock, nap};
use crate::halt::{Halt, Stop};
use crate::pace::Pace;
use crate::target::Target;

/// This many calls in a row without a response end the run.
const MOST_LOST: u32 = 3;

/// A call and its response.
#[derive(Clone)]
pub(crate) struct Exchange {
    /// The endpoint, if the emulator knows it.
    pub(crate) endpoint: Option<&'static Endpoint>,
    pub(crate) method: Method,
    pub(crate) sent: Vec<u8>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) received: Vec<u8>,
    /// The body as an object; empty if it is not JSON.
    pub(crate) body: Map<String, Value>,
}

impl fmt::Debug for Exchange {
    /// Shows neither headers nor bodies, which can contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("endpoint", &self.endpoint.map(Endpoint::name))
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    /// Returns a text of the body; empty if it has none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Returns whether the server limits the request rate. A 429 of any other type means that the
    /// Member is locked.
    pub(crate) fn is_rate_limited(&self) -> bool {
        self.status == 429 && self.text("error_type") == "too_many_requests"
    }

    /// Returns the method, and the path with the names of its parameters if the emulator knows the
    /// endpoint.
    pub(crate) fn request_line(&self) -> String {
        let path = self.endpoint.map_or("(no endpoint)", Endpoint::path);
        format!("{} {path}", self.method)
    }
}

/// Sends the calls of a run.
pub(crate) struct Wire {
    transport: UreqTransport,
    pub(crate) project: Project,
    pub(crate) base_url: String,
    pub(crate) clock: Box<dyn Clock>,
    pace: Pace,
    pub(crate) stop: Arc<Stop>,
    lost: u32,
    pub(crate) calls: u32,
}

impl Wire {
    pub(crate) fn new(target: &Target, clock: Box<dyn Clock>, stop: Arc<Stop>) -> Self {
        Self {
            transport: target.transport.clone(),
            project: target.project.clone(),
            base_url: target.base_url.clone(),
            clock,
            pace: Pace::new(target.distance),
            stop,
            lost: 0,
            calls: 0,
        }
    }

    /// Waits as long as the pace requires, sends a request, and reads the response.
    pub(crate) fn exchange(&mut self, request: Request) -> Result<Exchange, Halt> {
        nap(self.pace.wait(Instant::now()), &self.stop);
        self.stop.check()?;
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let sent = request.body().as_bytes().to_vec();
        let sent_at = SystemTime::now();
        self.pace.begins(Instant::now());
        self.calls += 1;
        let response = match self.transport.send(request) {
            Ok(response) => response,
            Err(error) => return Err(self.lost(&error)),
        };
        self.lost = 0;
        let (head, body) = response.into_parts();
        let failed = matches!(head.status.as_u16(), 401 | 403 | 429);
        self.pace.ended(failed || head.status.is_server_error());
        let date = head.headers.get(header::DATE);
        let date = date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        if let Some(date) = date {
            self.clock.heard(date, sent_at);
        }
        let received = Vec::from(body);
        Ok(Exchange {
            endpoint: endpoint(&method, &path),
            method,
            sent,
            status: head.status,
            headers: head.headers,
            body: serde_json::from_slice(&received).unwrap_or_default(),
            received,
        })
    }

    /// Prepares the removal after the experiments: it goes on after a stop, and has its own pauses
    /// after a 429.
    pub(crate) fn begin_removal(&mut self) {
        self.stop = Arc::default();
        self.pace.forget_limits();
    }

    /// Waits after a rate limit (429). Returns `false` without waiting if there were too many.
    pub(crate) fn back_off(&mut self) -> bool {
        let pause = self.pace.limited();
        if let Some(pause) = pause {
            self.clock.sleep(pause, &self.stop);
        }
        pause.is_some()
    }

    fn lost(&mut self, error: &totps_ureq::TransportError) -> Halt {
        self.lost += 1;
        self.pace.ended(true);
        let cause = error.source().map(|cause| format!(": {cause}"));
        let text = format!("{error}{}", cause.unwrap_or_default());
        if self.lost >= MOST_LOST || error.delivery() == Delivery::NotSent {
            return Halt::run(format!("the server cannot be reached: {text}"));
        }
        Halt::experiment(format!("no response: {text}"))
    }
}

/// Returns the emulator's endpoint for a method and a path.
fn endpoint(method: &Method, path: &str) -> Option<&'static Endpoint> {
    let path = path.trim_end_matches('/');
    let matches = |pattern: &str| {
        let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
        loop {
            match (pattern.next(), path.next()) {
                (None, None) => return true,
                (Some(expected), Some(found)) if expected == found => {}
                (Some(expected), Some(_)) if expected.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let mut found: Vec<&Endpoint> = ENDPOINTS.to_vec();
    found.retain(|endpoint| endpoint.method() == *method && matches(endpoint.path()));
    // A literal segment takes precedence over a parameter.
    found
        .into_iter()
        .min_by_key(|endpoint| endpoint.path().matches('{').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_found_by_their_paths() {
        for (method, path, name) in [
            (Method::POST, "/v1/b2b/totp", "totp.create"),
            (
                Method::POST,
                "/v1/b2b/organizations/search",
                "organizations.search",
            ),
            (
                Method::GET,
                "/v1/b2b/organizations/acme/member",
                "members.get",
            ),
            (
                Method::DELETE,
                "/v1/b2b/organizations/a/members/b",
                "members.delete",
            ),
        ] {
            let found = endpoint(&method, path).map(Endpoint::name);
            assert_eq!(found, Some(name), "{method} {path}");
        }
        assert!(endpoint(&Method::GET, "/v1/b2b/nothing").is_none());
    }
}

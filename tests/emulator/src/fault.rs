//! Faults to inject into the next calls.

mod queue;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use self::queue::{Delivery, Effect, Faults};
use crate::api::error::Refusal;
use crate::api::respond;
use crate::config::{self, ConfigError};
use crate::endpoint::Endpoint;
use crate::sendable::{check_headers, check_status};
use crate::settings::ErrorCase;

/// A fault to inject into a call.
///
/// [`response`](Self::response) and [`rate_limited`](Self::rate_limited) replace the API, which
/// never sees the call. With all other faults the API processes the call, so that a right code is
/// used up, and the fault changes how the response arrives.
///
/// ```
/// use std::time::Duration;
/// use totps_emulator::{Emulator, Fault};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::start()?;
/// emulator.inject(1, Fault::response(503).body("<html>").header("content-type", "text/html"))?;
/// emulator.inject(2, Fault::lost_response().endpoint("totp.authenticate"))?;
/// emulator.inject(1, Fault::delay(Duration::from_millis(10)))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Fault {
    kind: Kind,
    /// The only endpoint whose calls get the fault; `None` for all endpoints.
    endpoint: Option<String>,
    /// The error of a builder method that this kind of fault does not support.
    misuse: Option<&'static str>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
enum Kind {
    Response {
        status: u16,
        #[serde(default)]
        body: Value,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    RateLimited {
        #[serde(default)]
        error_type: RateLimitError,
        #[serde(default)]
        retry_after_seconds: Option<u64>,
    },
    Delay {
        milliseconds: u64,
    },
    CloseAfter {
        bytes: usize,
    },
    #[serde(alias = "lost_answer")]
    LostResponse,
    Reset,
    Drip {
        bytes: usize,
        milliseconds: u64,
    },
}

/// The documented error types of a 429.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RateLimitError {
    /// `too_many_requests`
    #[default]
    TooManyRequests,
    /// `user_lock_limit_reached`
    UserLockLimitReached,
    /// `too_few_tokens_authenticated`
    TooFewTokensAuthenticated,
}

impl RateLimitError {
    fn case(self) -> ErrorCase {
        match self {
            Self::TooManyRequests => ErrorCase::TooManyRequests,
            Self::UserLockLimitReached => ErrorCase::MemberLocked,
            Self::TooFewTokensAuthenticated => ErrorCase::TooFewTokensAuthenticated,
        }
    }
}

impl Fault {
    /// Responds with this status, from 200 to 999, in place of the API. The response has no body
    /// unless [`body`](Self::body) adds one.
    pub fn response(status: u16) -> Self {
        Self::new(Kind::Response {
            status,
            body: Value::Null,
            headers: BTreeMap::new(),
        })
    }

    /// Responds with a 429 in Stytch's format, in place of the API.
    pub fn rate_limited(error: RateLimitError) -> Self {
        Self::new(Kind::RateLimited {
            error_type: error,
            retry_after_seconds: None,
        })
    }

    /// Delays the response.
    pub fn delay(by: Duration) -> Self {
        Self::new(Kind::Delay {
            milliseconds: milliseconds(by),
        })
    }

    /// Closes the connection after this number of bytes of head and body. A shorter response is
    /// sent in full.
    pub fn close_after(bytes: usize) -> Self {
        Self::new(Kind::CloseAfter { bytes })
    }

    /// Closes the connection without a byte of the response. The API processes the call.
    pub fn lost_response() -> Self {
        Self::new(Kind::LostResponse)
    }

    /// Resets the connection. The API processes the call.
    pub fn reset() -> Self {
        Self::new(Kind::Reset)
    }

    /// Sends the response in pieces of this number of bytes, at least 1, with a pause before each
    /// piece.
    pub fn drip(bytes: usize, pause: Duration) -> Self {
        Self::new(Kind::Drip {
            bytes,
            milliseconds: milliseconds(pause),
        })
    }

    /// Limits the fault to the calls of one endpoint. The name is one of
    /// [`ENDPOINTS`](crate::ENDPOINTS), e.g. `totp.create`. Default: all endpoints.
    pub fn endpoint(mut self, name: impl Into<String>) -> Self {
        self.endpoint = Some(name.into());
        self
    }

    /// Sets the body of a [`response`](Self::response). A string is sent as it is, any other value
    /// as JSON.
    pub fn body(mut self, content: impl Into<Value>) -> Self {
        match &mut self.kind {
            Kind::Response { body, .. } => *body = content.into(),
            _ => self.misuse = Some("only a response fault has a body"),
        }
        self
    }

    /// Sets a header of a [`response`](Self::response). `Content-Type` is `application/json` by
    /// default. The length is always that of the body.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        match &mut self.kind {
            Kind::Response { headers, .. } => {
                headers.insert(name.into(), value.into());
            }
            _ => self.misuse = Some("only a response fault has headers"),
        }
        self
    }

    /// Sets the `Retry-After` of a [`rate_limited`](Self::rate_limited) fault, rounded up to whole
    /// seconds. Default: no `Retry-After`.
    pub fn retry_after(mut self, after: Duration) -> Self {
        match &mut self.kind {
            Kind::RateLimited {
                retry_after_seconds,
                ..
            } => {
                let more = u64::from(after.subsec_nanos() > 0);
                *retry_after_seconds = Some(after.as_secs().saturating_add(more));
            }
            _ => self.misuse = Some("only a rate_limited fault has a retry_after"),
        }
        self
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            endpoint: None,
            misuse: None,
        }
    }

    /// Reads a fault of the control interface and the number of calls that it applies to.
    pub(crate) fn from_json(mut object: Map<String, Value>) -> Result<(u32, Self), ConfigError> {
        let mut take = |name| object.remove(name).filter(|value| !value.is_null());
        let times = match take("times") {
            None => 1,
            Some(times) => config::read(times).map_err(|error| error.within("times"))?,
        };
        let endpoint = match take("endpoint") {
            None => None,
            Some(name) => Some(config::read(name).map_err(|error| error.within("endpoint"))?),
        };
        let mut fault = Self::new(config::read(Value::Object(object))?);
        fault.endpoint = endpoint;
        Ok((times, fault))
    }

    /// Returns the effect on a call, or an error if the fault is invalid.
    fn effect(&self) -> Result<Effect, ConfigError> {
        if let Some(misuse) = self.misuse {
            return Err(ConfigError::new(misuse));
        }
        if let Some(name) = &self.endpoint {
            if Endpoint::named(name).is_none() {
                return Err(ConfigError::at(
                    "endpoint",
                    format!("there is no endpoint {name}"),
                ));
            }
        }
        Ok(match &self.kind {
            Kind::Response {
                status,
                body,
                headers,
            } => {
                let has_body = !matches!(body, Value::Null);
                let status =
                    check_status(*status, has_body).map_err(|error| error.within("status"))?;
                let headers = check_headers(headers).map_err(|error| error.within("headers"))?;
                let text = match body {
                    Value::String(text) => text.clone(),
                    Value::Null => String::new(),
                    json => json.to_string(),
                };
                let mut response = respond::json(status, text);
                response.headers_mut().extend(headers);
                Effect::Respond(response)
            }
            Kind::RateLimited {
                error_type,
                retry_after_seconds,
            } => {
                let after = retry_after_seconds.map(Duration::from_secs);
                Effect::Refuse(Refusal::from(error_type.case()).retry_after(after))
            }
            Kind::Delay { milliseconds } => {
                Effect::Deliver(Delivery::Delayed(Duration::from_millis(*milliseconds)))
            }
            Kind::CloseAfter { bytes } => Effect::Deliver(Delivery::CutAfter(*bytes)),
            Kind::LostResponse => Effect::Deliver(Delivery::CutAfter(0)),
            Kind::Reset => Effect::Deliver(Delivery::Reset),
            Kind::Drip { bytes: 0, .. } => {
                return Err(ConfigError::at("bytes", "must be at least 1"));
            }
            Kind::Drip {
                bytes,
                milliseconds,
            } => Effect::Deliver(Delivery::Drip {
                bytes: *bytes,
                pause: Duration::from_millis(*milliseconds),
            }),
        })
    }

    fn concerns(&self, endpoint: Option<&str>) -> bool {
        self.endpoint.is_none() || self.endpoint.as_deref() == endpoint
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

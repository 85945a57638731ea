//! What stands behind the server: the API, its clock and the log of requests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Request, Response};
use jiff::Timestamp;

use crate::api::Api;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::control;
use crate::emulator::MemberHandle;
use crate::error::BAD_REQUEST;
use crate::fault::{Delivery, Fault, Faults, custom_answer};
use crate::settings::Situation;

/// Requests that the log holds at most; older ones are dropped.
const LOG_CAPACITY: usize = 10_000;

/// A request as it came in, with everything that is secret in it.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers)
            .field("body", &String::from_utf8_lossy(&self.body))
            .finish()
    }
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UnreadBody {
    /// It is larger than the setting allows.
    TooLarge,
    /// It ended too early, took too long, or its framing is broken.
    Incomplete,
}

/// An answer and how it goes out.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) response: Response<Vec<u8>>,
    pub(crate) delivery: Delivery,
}

/// The state behind the server.
#[derive(Debug)]
pub(crate) struct Backend {
    config: Config,
    pub(crate) seed: u64,
    pub(crate) api: Api,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    /// The first member.
    pub(crate) ready: MemberHandle,
    log: VecDeque<RecordedRequest>,
}

/// The backend as the server and the handle share it.
#[derive(Clone, Debug)]
pub(crate) struct SharedBackend(Arc<Mutex<Backend>>);

impl SharedBackend {
    pub(crate) fn new(backend: Backend) -> Self {
        Self(Arc::new(Mutex::new(backend)))
    }

    /// Locks the backend. A panic elsewhere does not stop it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Backend> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend {
    pub(crate) fn new(config: Config, seed: u64) -> Result<Self, ConfigError> {
        let clock = config
            .clock
            .map_or(Clock::REAL, |at| Clock::Standing { at });
        let mut api = Api::new(&config, seed, clock.now())?;
        Ok(Self {
            // An organization is made with its members: the first one belongs to the first one.
            ready: api.handle(0, clock.now()),
            api,
            clock,
            config,
            seed,
            faults: Faults::default(),
            log: VecDeque::new(),
        })
    }

    /// Goes back to the start, with the same seed.
    pub(crate) fn reset(&mut self) -> Result<(), ConfigError> {
        *self = Self::new(self.config.clone(), self.seed)?;
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The largest body that a request with this path may have.
    pub(crate) fn max_body_bytes(&self, path: &str) -> usize {
        if control::is_meant(path) {
            control::MAX_BODY_BYTES
        } else {
            self.api.settings.max_body_bytes
        }
    }

    /// Answers a request. Those of the control interface are neither recorded nor spoiled.
    pub(crate) fn answer(&mut self, request: Request<Result<Vec<u8>, UnreadBody>>) -> Reply {
        let is_control = control::is_meant(request.uri().path());
        let (parts, body) = request.into_parts();
        let (body, unread) = match body {
            Ok(body) => (body, None),
            Err(unread) => (Vec::new(), Some(unread)),
        };
        let request = Request::from_parts(parts, body);
        let reply = match unread {
            Some(unread) => Reply::whole(self.refuse(unread)),
            None if is_control => Reply::whole(self.control(&request)),
            None => match self.faults.next() {
                Some(fault) => self.spoil(fault, &request),
                None => Reply::whole(self.api.answer(&request, self.now())),
            },
        };
        if !is_control {
            self.record(request);
        }
        reply
    }

    fn refuse(&mut self, unread: UnreadBody) -> Response<Vec<u8>> {
        let error = match unread {
            UnreadBody::TooLarge => self.api.settings.error(Situation::BodyTooLarge),
            UnreadBody::Incomplete => BAD_REQUEST.into(),
        };
        self.api.respond(Err(error))
    }

    /// The answer to a request that the HTTP library cannot parse.
    pub(crate) fn unparsable(&mut self) -> Response<Vec<u8>> {
        self.api.respond(Err(BAD_REQUEST.into()))
    }

    fn spoil(&mut self, fault: Fault, request: &Request<Vec<u8>>) -> Reply {
        let delivery = match fault {
            Fault::Answer {
                status,
                body,
                headers,
            } => return Reply::whole(custom_answer(status, &body, &headers)),
            Fault::RateLimited {
                error_type,
                retry_after_seconds,
            } => {
                let refusal = error_type.refusal(retry_after_seconds);
                return Reply::whole(self.api.respond(Err(refusal)));
            }
            Fault::Delay { milliseconds } => Delivery::Delayed(Duration::from_millis(milliseconds)),
            Fault::CloseAfter { bytes } => Delivery::CutAfter(bytes),
            Fault::Reset => Delivery::Reset,
            Fault::Drip {
                bytes,
                milliseconds,
            } => Delivery::Drip {
                bytes,
                pause: Duration::from_millis(milliseconds),
            },
        };
        Reply {
            response: self.api.answer(request, self.now()),
            delivery,
        }
    }

    fn record(&mut self, request: Request<Vec<u8>>) {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query();
        let path = path.map_or_else(|| parts.uri.to_string(), ToString::to_string);
        if self.log.len() == LOG_CAPACITY {
            self.log.pop_front();
        }
        self.log.push_back(RecordedRequest {
            method: parts.method,
            path,
            headers: parts.headers,
            body,
        });
    }

    /// The requests that came in, the oldest first.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.log.iter().cloned().collect()
    }

    /// Forgets the requests that came in.
    pub(crate) fn clear_requests(&mut self) {
        self.log.clear();
    }

    /// The present code of a member's TOTP, active or pending.
    pub(crate) fn code(&self, member: &str) -> Option<String> {
        let position = self.api.directory.member(member)?;
        let registration = self.api.directory.members[position].registration.as_ref()?;
        Some(registration.code(self.api.settings.totp_algorithm, self.now()))
    }
}

impl Reply {
    fn whole(response: Response<Vec<u8>>) -> Self {
        Self {
            response,
            delivery: Delivery::Whole,
        }
    }
}

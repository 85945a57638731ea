//! The state behind the server: the API, its clock, the faults and the recorded requests.

mod create;
mod requests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response};
use jiff::Timestamp;

use self::create::handle;
pub use self::create::{MemberHandle, OrganizationHandle, SessionTokens};
pub use self::requests::RecordedRequest;
use self::requests::RecordedRequests;
use crate::api::respond::Reply;
use crate::api::{Api, routes};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::control;
use crate::fault::{Delivery, Effect, Faults};
use crate::log::LogEntry;
use crate::settings::{ErrorCase, Settings};

/// Why a body was not read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UnreadBody {
    /// It is larger than the limit.
    TooLarge,
    /// It ended too early, took too long, or its framing is broken.
    Incomplete,
}

/// A response, serialized or not.
#[derive(Debug)]
pub(crate) enum Content {
    Api(Reply),
    Written(Response<Vec<u8>>),
}

impl Content {
    /// Whether serializing takes so long that other requests should not wait for it.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self, Self::Api(reply) if reply.is_slow())
    }

    /// Returns the status, `error_type` and `request_id`.
    fn summary(&self) -> (u16, Option<String>, Option<String>) {
        match self {
            Self::Api(reply) => {
                let text = |name| Some(reply.body.get(name)?.as_str()?.to_owned());
                (
                    reply.status.as_u16(),
                    text("error_type"),
                    text("request_id"),
                )
            }
            Self::Written(response) => (response.status().as_u16(), None, None),
        }
    }

    /// Serializes the response. This does not need the lock.
    pub(crate) fn into_response(self) -> Response<Vec<u8>> {
        match self {
            Self::Api(reply) => reply.into_response(),
            Self::Written(response) => response,
        }
    }
}

/// A response and how it is sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) content: Content,
    pub(crate) delivery: Delivery,
    /// Whether a fault replaced the response or changes how it is sent.
    spoiled: bool,
    /// `None` for the control interface.
    pub(crate) entry: Option<LogEntry>,
}

impl Outgoing {
    fn whole(content: Content) -> Self {
        Self {
            content,
            delivery: Delivery::Whole,
            spoiled: false,
            entry: None,
        }
    }
}

/// The state behind the server.
#[derive(Debug)]
pub(crate) struct Host {
    config: Config,
    pub(crate) seed: u64,
    pub(crate) api: Api,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    /// The first Member.
    pub(crate) ready: MemberHandle,
    pub(crate) requests: RecordedRequests,
}

/// The host, shared by the server and the [`Emulator`](crate::Emulator).
#[derive(Clone, Debug)]
pub(crate) struct SharedHost(Arc<Mutex<Host>>);

impl SharedHost {
    pub(crate) fn new(host: Host) -> Self {
        Self(Arc::new(Mutex::new(host)))
    }

    /// Locks the host. A lock that was poisoned by a panic is used nevertheless.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Host> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    pub(crate) fn new(config: Config, seed: u64) -> Result<Self, ConfigError> {
        let clock = config.clock.map_or(Clock::REAL, Clock::standing);
        let now = clock.now();
        let mut api = Api::new(&config, seed, now)?;
        let ready = api.directory.first_member();
        let ready = ready.ok_or_else(|| ConfigError::new("there is no Member"))?;
        Ok(Self {
            ready: handle(&mut api, ready, now),
            api,
            clock,
            config,
            seed,
            faults: Faults::default(),
            requests: RecordedRequests::default(),
        })
    }

    /// Resets the host to its start, with the same seed.
    pub(crate) fn reset(&mut self) -> Result<(), ConfigError> {
        *self = Self::new(self.config.clone(), self.seed)?;
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns the maximum size in bytes of the body of a request with this path.
    pub(crate) fn max_body_bytes(&self, path: &str) -> usize {
        if control::is_meant(path) {
            control::MAX_BODY_BYTES
        } else {
            self.api.settings.http.max_body_bytes
        }
    }

    /// Responds to a request. Requests to the control interface are not recorded, and faults do not
    /// apply to them.
    pub(crate) fn respond(&mut self, request: Request<Result<Vec<u8>, UnreadBody>>) -> Outgoing {
        let (parts, body) = request.into_parts();
        let is_control = control::is_meant(parts.uri.path());
        let (body, unread) = match body {
            Ok(body) => (body, None),
            Err(unread) => (Vec::new(), Some(unread)),
        };
        let request = Request::from_parts(parts, body);
        if is_control {
            let response = match unread {
                Some(_) => control::unread(),
                None => self.control(&request),
            };
            return Outgoing::whole(Content::Written(response));
        }
        let http = &self.api.settings.http;
        let endpoint = routes::endpoint(request.method(), request.uri().path(), http);
        let name = endpoint.map(|endpoint| endpoint.name);
        let at = format!("{:.0}", self.now());
        let mut outgoing = match unread {
            Some(UnreadBody::TooLarge) => self.refuse(ErrorCase::BodyTooLarge),
            Some(UnreadBody::Incomplete) => self.refuse(ErrorCase::MalformedRequest),
            None => self.respond_with_faults(&request, name),
        };
        let (status, error_type, request_id) = outgoing.content.summary();
        outgoing.entry = Some(LogEntry {
            at,
            method: request.method().clone(),
            endpoint: name,
            path: endpoint.map(|endpoint| endpoint.path),
            status,
            error_type,
            request_id,
            fault: outgoing.spoiled,
        });
        self.requests.push(RecordedRequest::new(request, name));
        outgoing
    }

    fn refuse(&mut self, case: ErrorCase) -> Outgoing {
        Outgoing::whole(Content::Api(self.api.refuse(case)))
    }

    fn respond_with_faults(
        &mut self,
        request: &Request<Vec<u8>>,
        endpoint: Option<&'static str>,
    ) -> Outgoing {
        let now = self.now();
        let effect = self.faults.next(endpoint);
        let spoiled = effect.is_some();
        let (content, delivery) = match effect {
            Some(Effect::Respond(response)) => (Content::Written(response), Delivery::Whole),
            Some(Effect::Refuse(refusal)) => {
                (Content::Api(self.api.refuse(refusal)), Delivery::Whole)
            }
            Some(Effect::Deliver(delivery)) => {
                (Content::Api(self.api.respond(request, now)), delivery)
            }
            None => (
                Content::Api(self.api.respond(request, now)),
                Delivery::Whole,
            ),
        };
        Outgoing {
            delivery,
            spoiled,
            ..Outgoing::whole(content)
        }
    }

    /// Returns the response to a request that the HTTP library cannot parse.
    pub(crate) fn unparsable(&mut self) -> Response<Vec<u8>> {
        self.api.refuse(ErrorCase::MalformedRequest).into_response()
    }

    /// Checks and replaces the settings.
    pub(crate) fn set_settings(&mut self, settings: Settings) -> Result<(), ConfigError> {
        settings.check()?;
        self.api.settings = settings.into();
        Ok(())
    }

    /// Returns the current code of a Member's TOTP, active or pending.
    pub(crate) fn code(&self, member: &str) -> Option<String> {
        let member = self.api.directory.member(member)?;
        let registration = self.api.directory[member].registration.as_ref()?;
        Some(registration.code(self.api.settings.totp.algorithm, self.now()))
    }
}

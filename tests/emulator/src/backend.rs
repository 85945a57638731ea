//! What stands behind the server: the API, its clock and the log of requests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, Method, Request, Response};
use jiff::Timestamp;

use crate::api::Api;
use crate::clock::{Clock, minutes_later};
use crate::config::{Config, ConfigError};
use crate::emulator::MemberHandle;
use crate::member::NewMember;
use crate::session::{AuthenticationFactor, Factor, Factors, IntermediateSession};

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

/// The state behind the server.
#[derive(Debug)]
pub(crate) struct Backend {
    config: Config,
    seed: u64,
    pub(crate) api: Api,
    pub(crate) clock: Clock,
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
        let clock = match config.clock {
            Some(at) => Clock::Standing { at },
            None => Clock::REAL,
        };
        Ok(Self {
            api: Api::new(&config, seed, clock.now())?,
            clock,
            config,
            seed,
            log: VecDeque::new(),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Answers a request and records it.
    pub(crate) fn answer(&mut self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let response = self.api.answer(&request, self.clock.now());
        let path = request.uri().path_and_query();
        let path = path.map_or_else(|| request.uri().to_string(), ToString::to_string);
        let (parts, body) = request.into_parts();
        if self.log.len() == LOG_CAPACITY {
            self.log.pop_front();
        }
        self.log.push_back(RecordedRequest {
            method: parts.method,
            path,
            headers: parts.headers,
            body,
        });
        response
    }

    /// The requests that came in, the oldest first.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.log.iter().cloned().collect()
    }

    /// Makes a member in an organization and returns its position.
    pub(crate) fn add_member(
        &mut self,
        new: &NewMember,
        organization: usize,
    ) -> Result<usize, ConfigError> {
        let now = self.now();
        let api = &mut self.api;
        api.directory
            .add_member(new, organization, &mut api.generate, now)
    }

    /// Makes an active member with made-up names in an organization and returns its position.
    pub(crate) fn add_default_member(&mut self, organization: usize) -> usize {
        let now = self.now();
        let api = &mut self.api;
        api.directory
            .add_default_member(organization, &mut api.generate, now)
    }

    /// A member's ids with a new intermediate session.
    pub(crate) fn handle(&mut self, member: usize) -> MemberHandle {
        MemberHandle {
            intermediate_session_token: self
                .add_intermediate_session(member, &[Factor::MagicLink]),
            organization_id: self.api.directory.organization_of(member).id.clone(),
            member_id: self.api.directory.members[member].id.clone(),
        }
    }

    /// Makes an intermediate session with these factors and returns its token.
    pub(crate) fn add_intermediate_session(&mut self, member: usize, factors: &[Factor]) -> String {
        let now = self.now();
        let token = self.api.generate.intermediate_session_token();
        let session = IntermediateSession {
            member,
            factors: self.factors(member, factors),
            expires_at: minutes_later(now, self.api.settings.intermediate_session_minutes),
        };
        self.api.sessions.insert_intermediate(token.clone(), session);
        token
    }

    /// The present code of a member's TOTP, active or pending.
    pub(crate) fn code(&self, member: &str) -> Option<String> {
        let position = self.api.directory.member(member)?;
        let registration = self.api.directory.members[position].registration.as_ref()?;
        Some(registration.code(self.api.settings.totp_algorithm, self.now()))
    }

    fn factors(&self, member: usize, factors: &[Factor]) -> Factors {
        let current = &self.api.directory.members[member];
        let mut all = Factors::default();
        for factor in factors {
            let details = current.factor_details(*factor);
            all.add(AuthenticationFactor::new(*factor, details, self.now()));
        }
        all
    }
}

//! The running emulator and how to start it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ring::rand::SystemRandom;
use serde::Serialize;

use crate::backend::{Backend, RecordedRequest, SharedBackend};
use crate::clock::{system_time, timestamp};
use crate::config::{Config, ConfigError};
use crate::fault::Fault;
use crate::member::NewMember;
use crate::organization::NewOrganization;
use crate::server::Server;
use crate::session::Factor;
use crate::settings::Settings;
use crate::tls::Tls;

/// A running emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    backend: SharedBackend,
    server: Server,
    ca_pem: Option<String>,
    seed: u64,
    project_id: String,
    secret: String,
    ready: MemberHandle,
}

/// A member with an intermediate session, ready for a call.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MemberHandle {
    /// The organization's id.
    pub organization_id: String,
    /// The member's id.
    pub member_id: String,
    /// A token with an email magic link behind it. It lives for ten minutes.
    pub intermediate_session_token: String,
}

/// The tokens of a session.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SessionTokens {
    /// `session_token`
    pub session_token: String,
    /// `session_jwt`
    pub session_jwt: String,
}

impl Emulator {
    /// Starts an emulator with one organization and one active member.
    ///
    /// # Errors
    ///
    /// If no port can be bound or no thread be started.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// For everything that differs from the default.
    pub fn builder() -> Builder {
        Builder {
            config: Config::default(),
            tls: false,
        }
    }

    /// The base URL, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.base_url()
    }

    /// The certificate that clients have to trust, if the emulator was started with
    /// [`tls`](Builder::tls).
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The seed; with it, another emulator makes the same ids, secrets and codes.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The project's id.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// The project's secret.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The id of the first organization.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        &self.ready.organization_id
    }

    /// The id of the first organization's first member.
    #[must_use]
    pub fn member_id(&self) -> &str {
        &self.ready.member_id
    }

    /// The intermediate session token of that member: an email magic link is behind it, and it
    /// lives for ten minutes.
    #[must_use]
    pub fn intermediate_session_token(&self) -> &str {
        &self.ready.intermediate_session_token
    }

    /// Makes another active member in the first organization.
    #[must_use]
    pub fn new_member(&self) -> MemberHandle {
        let mut backend = self.backend.lock();
        let now = backend.now();
        let member = backend.api.add_default_member(0, now);
        backend.api.handle(member, now)
    }

    /// Makes a member in an organization.
    ///
    /// # Errors
    ///
    /// If the organization is unknown, an id is taken or the TOTP secret is not base32.
    pub fn add_member(
        &self,
        organization_id: &str,
        describe: impl FnOnce(&mut NewMember),
    ) -> Result<MemberHandle, ConfigError> {
        let mut new = NewMember::default();
        describe(&mut new);
        let mut backend = self.backend.lock();
        let now = backend.now();
        let organization = backend.api.directory.organization(organization_id);
        let organization =
            organization.ok_or_else(|| ConfigError("there is no such organization".to_owned()))?;
        let member = backend.api.add_member(&new, organization, now)?;
        Ok(backend.api.handle(member, now))
    }

    /// Makes an organization and returns its members, at least one.
    ///
    /// # Errors
    ///
    /// If an id is taken or a TOTP secret is not base32.
    pub fn add_organization(
        &self,
        describe: impl FnOnce(&mut NewOrganization),
    ) -> Result<Vec<MemberHandle>, ConfigError> {
        let mut new = NewOrganization::default();
        describe(&mut new);
        let mut backend = self.backend.lock();
        let now = backend.now();
        let organization = backend.api.add_organization(&new, now)?;
        Ok(backend.api.handles(organization, now))
    }

    /// Makes an intermediate session with these factors and returns its token; `None` if there is
    /// no such member.
    #[must_use]
    pub fn new_intermediate_session(&self, member_id: &str, factors: &[Factor]) -> Option<String> {
        let mut backend = self.backend.lock();
        let now = backend.now();
        let member = backend.api.directory.member(member_id)?;
        Some(backend.api.add_intermediate_session(member, factors, now))
    }

    /// Makes a session with these factors; `None` if there is no such member.
    #[must_use]
    pub fn new_session(&self, member_id: &str, factors: &[Factor]) -> Option<SessionTokens> {
        let mut backend = self.backend.lock();
        let now = backend.now();
        let member = backend.api.directory.member(member_id)?;
        let session = backend.api.add_session(member, factors, now).ok()?;
        let text = |name| Some(session.get(name)?.as_str()?.to_owned());
        Some(SessionTokens {
            session_token: text("session_token")?,
            session_jwt: text("session_jwt")?,
        })
    }

    /// The emulator's time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        system_time(self.backend.lock().now())
    }

    /// Moves the emulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.backend.lock().clock.advance(by);
    }

    /// The code that the authenticator app of a member, by id or external id, shows now, for an
    /// active TOTP or a pending one.
    #[must_use]
    pub fn code(&self, member_id: &str) -> Option<String> {
        self.backend.lock().code(member_id)
    }

    /// Spoils the next calls, after those that earlier faults spoil.
    pub fn inject(&self, times: u32, fault: Fault) {
        self.backend.lock().faults.push(times, fault);
    }

    /// Changes settings from the next call on.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let mut backend = self.backend.lock();
        change(Arc::make_mut(&mut backend.api.settings));
    }

    /// The requests that came in, the oldest first, with everything that is secret in them. The
    /// last ten thousand are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.backend.lock().requests()
    }

    /// Forgets the requests that came in.
    pub fn clear_requests(&self) {
        self.backend.lock().clear_requests();
    }
}

/// What an emulator starts with.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
    tls: bool,
}

impl Builder {
    /// Starts from a configuration, in the place of everything that was said before.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// The port on 127.0.0.1; a free one by default.
    pub fn port(mut self, port: u16) -> Self {
        self.config.port = Some(port);
        self
    }

    /// Makes ids, secrets and codes reproducible.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = Some(seed);
        self
    }

    /// Lets the clock stand at a moment until it is moved. By default it is the real one.
    pub fn clock(mut self, at: SystemTime) -> Self {
        self.config.clock = Some(timestamp(at));
        self
    }

    /// The project's id and secret; made-up ones by default.
    pub fn project(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.config.project_id = Some(id.into());
        self.config.secret = Some(secret.into());
        self
    }

    /// Changes settings.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.config.settings);
        self
    }

    /// Adds an organization. The first one holds the ready member.
    pub fn organization(mut self, describe: impl FnOnce(&mut NewOrganization)) -> Self {
        let mut organization = NewOrganization::default();
        describe(&mut organization);
        self.config.organizations.push(organization);
        self
    }

    /// Adds a member to the organization that was added last; the first one is the ready one.
    pub fn member(mut self, describe: impl FnOnce(&mut NewMember)) -> Self {
        let mut member = NewMember::default();
        describe(&mut member);
        match self.config.organizations.last_mut() {
            Some(organization) => organization.members.push(member),
            None => self.config.organizations.push(NewOrganization {
                members: vec![member],
                ..NewOrganization::default()
            }),
        }
        self
    }

    /// Speaks HTTPS with a certificate for `localhost` and `127.0.0.1`, signed by an authority that
    /// is made for this run.
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// If the port cannot be bound, no thread be started, or the configuration contradicts itself
    /// ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    pub fn start(self) -> io::Result<Emulator> {
        let port = self.config.port.unwrap_or(0);
        let seed = self.config.seed.map_or_else(random_seed, Ok)?;
        let backend = Backend::new(self.config, seed)?;
        let tls = self.tls.then(Tls::new).transpose()?;
        let (acceptor, ca_pem) = tls.map(|tls| (tls.acceptor, tls.ca_pem)).unzip();
        let project_id = backend.api.project_id.clone();
        let secret = backend.api.secret.clone();
        let ready = backend.ready.clone();
        let backend = SharedBackend::new(backend);
        Ok(Emulator {
            server: Server::start(port, acceptor, backend.clone())?,
            backend,
            ca_pem,
            seed,
            project_id,
            secret,
            ready,
        })
    }
}

fn random_seed() -> io::Result<u64> {
    let bytes = ring::rand::generate::<[u8; 8]>(&SystemRandom::new())
        .map_err(|_| io::Error::other("no random numbers"))?;
    // JSON numbers are exact up to 53 bits.
    Ok(u64::from_ne_bytes(bytes.expose()) >> 11)
}

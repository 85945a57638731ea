//! The running emulator and how to start it.

use std::io;
use std::time::{Duration, SystemTime};

use ring::rand::SystemRandom;

use crate::backend::{Backend, RecordedRequest, SharedBackend};
use crate::clock::timestamp;
use crate::config::Config;
use crate::member::NewMember;
use crate::organization::NewOrganization;
use crate::server::Server;
use crate::session::Factor;
use crate::settings::Settings;

/// A running emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    backend: SharedBackend,
    server: Server,
    project_id: String,
    secret: String,
    ready: MemberHandle,
}

/// A member with an intermediate session, ready for a call.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MemberHandle {
    /// The organization's id.
    pub organization_id: String,
    /// The member's id.
    pub member_id: String,
    /// A token with an email magic link behind it. It lives for ten minutes.
    pub intermediate_session_token: String,
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
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            config: Config::default(),
        }
    }

    /// The base URL, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.base_url()
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
        let member = backend.add_default_member(0);
        backend.handle(member)
    }

    /// The emulator's time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.backend.lock().now().into()
    }

    /// Moves the emulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.backend.lock().clock.advance(by);
    }

    /// The code that the authenticator app of a member shows now, for an active TOTP or a pending
    /// one.
    #[must_use]
    pub fn code(&self, member_id: &str) -> Option<String> {
        self.backend.lock().code(member_id)
    }

    /// The requests that came in, the oldest first, with everything that is secret in them.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.backend.lock().requests()
    }
}

/// What an emulator starts with.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
}

impl Builder {
    /// Starts from a configuration.
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

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// If the port cannot be bound, no thread be started, or the configuration contradicts itself
    /// ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    pub fn start(self) -> io::Result<Emulator> {
        let port = self.config.port.unwrap_or(0);
        let seed = self.config.seed.map_or_else(random_seed, Ok)?;
        let mut backend = Backend::new(self.config, seed)?;
        let ready = backend.ready();
        let project_id = backend.api.project_id.clone();
        let secret = backend.api.secret.clone();
        let backend = SharedBackend::new(backend);
        Ok(Emulator {
            server: Server::start(port, backend.clone())?,
            backend,
            project_id,
            secret,
            ready,
        })
    }
}

fn random_seed() -> io::Result<u64> {
    let bytes = ring::rand::generate::<[u8; 8]>(&SystemRandom::new())
        .map_err(|_| io::Error::other("no random numbers"))?;
    Ok(u64::from_ne_bytes(bytes.expose()))
}

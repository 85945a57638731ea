//! Configuring and starting an emulator.

use std::io;
use std::time::SystemTime;

use ring::rand::SystemRandom;
use thiserror::Error;

use crate::config::{Config, ConfigError};
use crate::emulator::Emulator;
use crate::host::{Host, SharedHost};
use crate::log::{Log, LogEntry};
use crate::server::Server;
#[cfg(feature = "tls")]
use crate::server::tls::Tls;
use crate::settings::Settings;
use crate::state::{NewMember, NewOrganization};

/// Configures and starts an emulator.
///
/// Create one with [`Emulator::builder`], or from a [`Config`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    config: Config,
    log: Option<Log>,
    #[cfg(feature = "tls")]
    tls: bool,
}

/// Why an emulator cannot start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration is invalid.
    #[error("invalid configuration: {0}")]
    Config(ConfigError),
    /// The port cannot be bound.
    #[error("cannot listen on 127.0.0.1:{port}")]
    #[non_exhaustive]
    Listen {
        /// The port; 0 means any free port.
        port: u16,
        /// The error of the system.
        source: io::Error,
    },
    /// Something else failed: the event loop, the thread, random numbers or the certificate.
    #[error("cannot {action}")]
    #[non_exhaustive]
    System {
        /// What failed, e.g. `start a thread`.
        action: &'static str,
        /// The error of the system.
        source: io::Error,
    },
}

impl From<StartError> for io::Error {
    fn from(error: StartError) -> Self {
        let kind = match &error {
            StartError::Config(_) => io::ErrorKind::InvalidInput,
            StartError::Listen { source, .. } | StartError::System { source, .. } => source.kind(),
        };
        Self::new(kind, error)
    }
}

impl From<Config> for Builder {
    fn from(config: Config) -> Self {
        Self {
            config,
            log: None,
            #[cfg(feature = "tls")]
            tls: false,
        }
    }
}

impl Builder {
    /// Sets the port on 127.0.0.1. Default: a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.config.port = Some(port);
        self
    }

    /// Sets the seed, which makes ids, secrets and codes reproducible. Default: random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = Some(seed);
        self
    }

    /// Stops the clock at a time until it is moved. Default: the system's clock.
    pub fn clock(mut self, at: SystemTime) -> Self {
        self.config.clock = Some(at);
        self
    }

    /// Sets the project's id and secret. Default: generated values.
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

    /// Adds an Organization. The first one has the Member that [`Emulator::member_id`] names.
    pub fn organization(mut self, describe: impl FnOnce(&mut NewOrganization)) -> Self {
        let mut organization = NewOrganization::default();
        describe(&mut organization);
        self.config.organizations.push(organization);
        self
    }

    /// Adds a Member to the Organization that was added last, or to a new one if there is none.
    /// [`Emulator::member_id`] names the first Member of the first Organization.
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

    /// Sets a closure that is called for each request to the API and its response, without secrets.
    /// It runs in the emulator's thread, which serves no other request until it returns. Default:
    /// none.
    pub fn log(mut self, tell: impl Fn(&LogEntry) + Send + Sync + 'static) -> Self {
        self.log = Some(Log::new(tell));
        self
    }

    /// Serves HTTPS with a certificate for `localhost` and `127.0.0.1`. The authority that signs it
    /// is created for this run. Default: plain HTTP. Needs the feature `tls`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls = tls;
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid, the port cannot be bound, or something else in
    /// [`StartError`] fails.
    pub fn start(self) -> Result<Emulator, StartError> {
        let port = self.config.port.unwrap_or(0);
        let seed = self.config.seed.map_or_else(random_seed, Ok)?;
        #[cfg(feature = "tls")]
        let tls = self
            .tls
            .then(Tls::new)
            .transpose()
            .map_err(|source| StartError::System {
                action: "make a certificate",
                source,
            })?;
        let host = Host::new(self.config, seed).map_err(StartError::Config)?;
        let project_id = host.api.project_id.clone();
        let secret = host.api.secret.clone();
        let ready = host.ready.clone();
        let host = SharedHost::new(host);
        #[cfg(feature = "tls")]
        let (acceptor, ca_pem) = tls.map(|tls| (tls.acceptor, tls.ca_pem)).unzip();
        #[cfg(not(feature = "tls"))]
        let (acceptor, ca_pem) = (None, None);
        Ok(Emulator {
            server: Server::start(port, acceptor, host.clone(), self.log)?,
            host,
            ca_pem,
            seed,
            project_id,
            secret,
            ready,
        })
    }
}

fn random_seed() -> Result<u64, StartError> {
    let bytes = ring::rand::generate::<[u8; 8]>(&SystemRandom::new());
    let bytes = bytes.map_err(|_| StartError::System {
        action: "draw a seed",
        source: io::Error::other("no random numbers"),
    })?;
    // JSON numbers are exact up to 53 bits.
    Ok(u64::from_ne_bytes(bytes.expose()) >> 11)
}

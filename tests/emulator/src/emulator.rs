//! The running emulator.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::builder::{Builder, StartError};
use crate::clock::{Clock, system_time};
use crate::config::{Config, ConfigError};
use crate::fault::Fault;
use crate::host::{MemberHandle, OrganizationHandle, RecordedRequest, SessionTokens, SharedHost};
use crate::server::Server;
use crate::settings::Settings;
use crate::state::{Factor, NewMember, NewOrganization};

/// A running emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    pub(crate) host: SharedHost,
    pub(crate) server: Server,
    pub(crate) ca_pem: Option<String>,
    pub(crate) seed: u64,
    pub(crate) project_id: String,
    pub(crate) secret: String,
    pub(crate) ready: MemberHandle,
}

impl Emulator {
    /// Starts an emulator with one Organization and one active Member.
    ///
    /// # Errors
    ///
    /// If no port can be bound or no thread be started.
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// For everything that differs from the default.
    pub fn builder() -> Builder {
        Builder::from(Config::default())
    }

    /// The base URL, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.base_url()
    }

    /// The certificate that clients must trust, if the emulator speaks HTTPS.
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

    /// The id of the first Organization.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        &self.ready.organization_id
    }

    /// The id of the first Organization's first Member.
    #[must_use]
    pub fn member_id(&self) -> &str {
        &self.ready.member_id
    }

    /// The intermediate session token of that Member: an email magic link is behind it, and it
    /// lives for ten minutes.
    #[must_use]
    pub fn intermediate_session_token(&self) -> &str {
        &self.ready.intermediate_session_token
    }

    /// Creates an Organization with its Members; with one active Member if none is described.
    ///
    /// # Errors
    ///
    /// If an id is taken or a TOTP secret is not base32. Then nothing is created.
    pub fn create_organization(
        &self,
        describe: impl FnOnce(&mut NewOrganization),
    ) -> Result<OrganizationHandle, ConfigError> {
        let mut new = NewOrganization::default();
        describe(&mut new);
        self.host.lock().create_organization(&new)
    }

    /// Creates a Member in the Organization with an id, slug or external id.
    ///
    /// # Errors
    ///
    /// If the Organization is unknown, an id is taken or the TOTP secret is not base32.
    pub fn create_member(
        &self,
        organization_id: &str,
        describe: impl FnOnce(&mut NewMember),
    ) -> Result<MemberHandle, ConfigError> {
        let mut new = NewMember::default();
        describe(&mut new);
        let mut host = self.host.lock();
        let organization = host.api.directory.organization(organization_id);
        let organization = organization.ok_or_else(|| unknown("organization_id"))?;
        host.create_member(&new, organization)
    }

    /// Creates an intermediate session with these factors, for a Member by id or external id, and
    /// returns its token.
    ///
    /// # Errors
    ///
    /// If the Member is unknown.
    pub fn create_intermediate_session(
        &self,
        member_id: &str,
        factors: &[Factor],
    ) -> Result<String, ConfigError> {
        let mut host = self.host.lock();
        let member = host.api.directory.member(member_id);
        let member = member.ok_or_else(|| unknown("member_id"))?;
        Ok(host.create_intermediate_session(member, factors))
    }

    /// Creates a session with these factors, for a Member by id or external id.
    ///
    /// # Errors
    ///
    /// If the Member is unknown.
    pub fn create_session(
        &self,
        member_id: &str,
        factors: &[Factor],
    ) -> Result<SessionTokens, ConfigError> {
        let mut host = self.host.lock();
        let member = host.api.directory.member(member_id);
        let member = member.ok_or_else(|| unknown("member_id"))?;
        let session = host.create_session(member, factors);
        let text = |name| {
            session
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        Ok(SessionTokens {
            session_token: text("session_token").to_owned(),
            session_jwt: text("session_jwt").to_owned(),
        })
    }

    /// The code that the authenticator app of a Member, by id or external id, shows now, for an
    /// active TOTP or a pending one.
    #[must_use]
    pub fn code(&self, member_id: &str) -> Option<String> {
        self.host.lock().code(member_id)
    }

    /// The emulator's time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        system_time(self.host.lock().now())
    }

    /// Moves the emulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.host.lock().clock.advance(by);
    }

    /// Lets the emulator's clock stand at a moment until it is moved.
    pub fn set_clock(&self, at: SystemTime) {
        self.host.lock().clock = Clock::standing(at);
    }

    /// Lets the emulator's clock stand where it is until it is moved.
    pub fn stop_clock(&self) {
        self.host.lock().clock.stop();
    }

    /// Gives the emulator the system's clock.
    pub fn use_real_clock(&self) {
        self.host.lock().clock = Clock::REAL;
    }

    /// Spoils so many of the next calls, after those that earlier faults spoil.
    ///
    /// # Errors
    ///
    /// If the fault cannot be, e.g. a response with status 42 or an endpoint that does not exist.
    pub fn inject(&self, times: u32, fault: Fault) -> Result<(), ConfigError> {
        self.host.lock().faults.push(times, fault)
    }

    /// The faults that no call has met yet, each with the number of calls that it waits for.
    #[must_use]
    pub fn faults(&self) -> Vec<(u32, Fault)> {
        self.host.lock().faults.waiting()
    }

    /// Forgets the faults that no call has met yet.
    pub fn clear_faults(&self) {
        self.host.lock().faults.clear();
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        (*self.host.lock().api.settings).clone()
    }

    /// Changes settings from the next call on. The closure gets a copy, which takes the place of
    /// the settings when it returns.
    ///
    /// # Errors
    ///
    /// If a setting cannot be, e.g. a header that is not valid in HTTP. Then none is changed.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<(), ConfigError> {
        // Without the lock, so that the closure may use the emulator.
        let mut settings = self.settings();
        change(&mut settings);
        self.host.lock().set_settings(settings)
    }

    /// The requests that came in, the oldest first, with everything that is secret in them. The
    /// last ten thousand are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.host.lock().requests()
    }

    /// Forgets the requests that came in.
    pub fn clear_requests(&self) {
        self.host.lock().clear_requests();
    }

    /// Goes back to the start: the same ids and secrets, the settings, the clock and the Members
    /// of the configuration, no faults and no recorded requests.
    ///
    /// # Errors
    ///
    /// None that the start did not have.
    pub fn reset(&self) -> Result<(), ConfigError> {
        self.host.lock().reset()
    }
}

fn unknown(field: &str) -> ConfigError {
    ConfigError::at(field, "nothing has this id")
}

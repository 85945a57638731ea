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
///
/// Start one with [`Emulator::start`], or with [`Emulator::builder`] if it is to differ from the
/// default.
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
    /// If no port can be bound or no thread can be started.
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Returns a builder, which configures an emulator before it starts.
    pub fn builder() -> Builder {
        Builder::from(Config::default())
    }

    /// Returns the base URL, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.base_url()
    }

    /// Returns the certificate that clients must trust, in PEM format, if the emulator serves
    /// HTTPS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Returns the seed. Another emulator with this seed generates the same ids, secrets and codes.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the project's id.
    #[must_use]
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// Returns the project's secret.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Returns the id of the first Organization.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        &self.ready.organization_id
    }

    /// Returns the id of the first Organization's first Member.
    #[must_use]
    pub fn member_id(&self) -> &str {
        &self.ready.member_id
    }

    /// Returns an intermediate session token of that Member, which can be used for one login. Its
    /// session has an email magic link as the primary factor and expires after
    /// `session.intermediate_minutes`, ten by default.
    #[must_use]
    pub fn intermediate_session_token(&self) -> &str {
        &self.ready.intermediate_session_token
    }

    /// Creates an Organization with its Members, or with one active Member if none is described.
    ///
    /// # Errors
    ///
    /// If an id, slug, external id or e-mail address is empty or taken, or a TOTP secret is not
    /// base32. In that case nothing is created.
    pub fn create_organization(
        &self,
        describe: impl FnOnce(&mut NewOrganization),
    ) -> Result<OrganizationHandle, ConfigError> {
        let mut new = NewOrganization::default();
        describe(&mut new);
        self.host.lock().create_organization(&new)
    }

    /// Creates a Member in an Organization, which is given by id, slug or external id.
    ///
    /// # Errors
    ///
    /// If the Organization is unknown, an id, external id or e-mail address is empty or taken, or
    /// the TOTP secret is not base32.
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

    /// Creates an intermediate session with these factors and returns its token. The Member is
    /// given by id or external id.
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

    /// Creates a session with these factors. The Member is given by id or external id.
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

    /// Returns the code that a Member's authenticator app shows now, for an active or a pending
    /// TOTP. The Member is given by id or external id. Returns `None` if the Member is unknown or
    /// has no TOTP.
    #[must_use]
    pub fn code(&self, member_id: &str) -> Option<String> {
        self.host.lock().code(member_id)
    }

    /// Returns the current time of the emulator's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        system_time(self.host.lock().now())
    }

    /// Moves the emulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.host.lock().clock.advance(by);
    }

    /// Stops the emulator's clock at a time until it is moved.
    pub fn set_clock(&self, at: SystemTime) {
        self.host.lock().clock = Clock::standing(at);
    }

    /// Stops the emulator's clock at its current time until it is moved.
    pub fn stop_clock(&self) {
        self.host.lock().clock.stop();
    }

    /// Switches the emulator to the system's clock.
    pub fn use_real_clock(&self) {
        self.host.lock().clock = Clock::REAL;
    }

    /// Injects a fault into the next `times` calls. Faults that were injected earlier come first.
    ///
    /// # Errors
    ///
    /// If the fault is invalid, e.g. a response with status 42 or an endpoint that does not exist.
    pub fn inject(&self, times: u32, fault: Fault) -> Result<(), ConfigError> {
        self.host.lock().faults.push(times, fault)
    }

    /// Returns the pending faults, each with the number of calls that it still applies to.
    #[must_use]
    pub fn faults(&self) -> Vec<(u32, Fault)> {
        self.host.lock().faults.waiting()
    }

    /// Removes the pending faults.
    pub fn clear_faults(&self) {
        self.host.lock().faults.clear();
    }

    /// Returns a copy of the settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        (*self.host.lock().api.settings).clone()
    }

    /// Changes settings from the next call on. The closure gets a copy, which replaces the settings
    /// when the closure returns.
    ///
    /// # Errors
    ///
    /// If a setting is invalid, e.g. a number outside its range. In that case no setting
    /// changes.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<(), ConfigError> {
        // The closure runs without the lock, so that it can use the emulator.
        let mut settings = self.settings();
        change(&mut settings);
        self.host.lock().set_settings(settings)
    }

    /// Returns the recorded requests, the oldest first, including all secrets in them. The last
    /// 10,000 are kept, with at most 64 MiB of bodies.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.host.lock().requests.iter().cloned().collect()
    }

    /// Deletes the recorded requests.
    pub fn clear_requests(&self) {
        self.host.lock().requests.clear();
    }

    /// Resets the emulator to its start: the same ids and secrets, the settings, the clock and the
    /// Members of the configuration, no faults and no recorded requests.
    ///
    /// # Errors
    ///
    /// If the configuration is invalid, which the start has already ruled out.
    pub fn reset(&self) -> Result<(), ConfigError> {
        self.host.lock().reset()
    }
}

fn unknown(field: &str) -> ConfigError {
    ConfigError::at(field, "not found")
}

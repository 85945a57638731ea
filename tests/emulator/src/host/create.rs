//! Creating objects for the library and the control interface.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Host;
use crate::api::Api;
use crate::config::ConfigError;
use crate::state::directory::{MemberKey, OrganizationKey};
use crate::state::{Factor, NewMember, NewOrganization};

/// The ids of a Member, with an intermediate session token.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MemberHandle {
    /// The Organization's id.
    pub organization_id: String,
    /// The Member's id.
    pub member_id: String,
    /// An intermediate session token, which can be used for one login. Its session has an email
    /// magic link as the primary factor and expires after `session.intermediate_minutes`, ten by
    /// default.
    pub intermediate_session_token: String,
}

/// The ids of an Organization, with its Members.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OrganizationHandle {
    /// The Organization's id.
    pub organization_id: String,
    /// The Organization's slug.
    pub organization_slug: String,
    /// The Members, at least one, in the order in which they were described.
    pub members: Vec<MemberHandle>,
}

/// The tokens of a session.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SessionTokens {
    /// `session_token`
    pub session_token: String,
    /// `session_jwt`
    pub session_jwt: String,
}

impl Host {
    /// Creates an intermediate session for a Member and returns its token with the Member's ids.
    pub(crate) fn handle(&mut self, member: MemberKey) -> MemberHandle {
        let now = self.now();
        handle(&mut self.api, member, now)
    }

    pub(crate) fn create_organization(
        &mut self,
        new: &NewOrganization,
    ) -> Result<OrganizationHandle, ConfigError> {
        let now = self.now();
        let api = &mut self.api;
        let recovery_codes = api.settings.recovery_codes.count;
        let key = api
            .directory
            .create_organization(new, &mut api.generate, recovery_codes, now)?;
        let members = api.directory[key].members.clone();
        let members = members
            .into_iter()
            .map(|member| self.handle(member))
            .collect();
        let organization = &self.api.directory[key];
        Ok(OrganizationHandle {
            organization_id: organization.id.clone(),
            organization_slug: organization.slug().to_owned(),
            members,
        })
    }

    pub(crate) fn create_member(
        &mut self,
        new: &NewMember,
        organization: OrganizationKey,
    ) -> Result<MemberHandle, ConfigError> {
        let now = self.now();
        let api = &mut self.api;
        let recovery_codes = api.settings.recovery_codes.count;
        let member = api.directory.create_member(
            new,
            organization,
            &mut api.generate,
            recovery_codes,
            now,
        )?;
        Ok(self.handle(member))
    }

    pub(crate) fn create_intermediate_session(
        &mut self,
        member: MemberKey,
        factors: &[Factor],
    ) -> String {
        let now = self.now();
        let factors = self.api.factors(member, factors, now);
        self.api.create_intermediate_session(member, factors, now)
    }

    pub(crate) fn create_session(
        &mut self,
        member: MemberKey,
        factors: &[Factor],
    ) -> Map<String, Value> {
        let now = self.now();
        let factors = self.api.factors(member, factors, now);
        self.api.create_session(member, factors, now)
    }
}

/// Creates an intermediate session for a Member and returns its token with the Member's ids.
pub(super) fn handle(api: &mut Api, member: MemberKey, now: Timestamp) -> MemberHandle {
    let factors = api.factors(member, &[Factor::MagicLink], now);
    MemberHandle {
        organization_id: api.directory.organization_of(member).id.clone(),
        member_id: api.directory[member].id.clone(),
        intermediate_session_token: api.create_intermediate_session(member, factors, now),
    }
}

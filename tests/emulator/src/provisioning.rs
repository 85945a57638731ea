//! What exists without a call of the API: organizations, members and the sessions that other login
//! methods would have made.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::api::Api;
use crate::clock::minutes_later;
use crate::config::ConfigError;
use crate::emulator::MemberHandle;
use crate::error::ApiError;
use crate::member::NewMember;
use crate::organization::NewOrganization;
use crate::session::{AuthenticationFactor, Factor, Factors, IntermediateSession};

impl Api {
    /// Makes an organization and returns its position.
    pub(crate) fn add_organization(
        &mut self,
        new: &NewOrganization,
        now: Timestamp,
    ) -> Result<usize, ConfigError> {
        self.directory
            .add_organization(new, &mut self.generate, now)
    }

    /// Makes a member in an organization and returns its position.
    pub(crate) fn add_member(
        &mut self,
        new: &NewMember,
        organization: usize,
        now: Timestamp,
    ) -> Result<usize, ConfigError> {
        self.directory
            .add_member(new, organization, &mut self.generate, now)
    }

    /// Makes an active member with made-up names in an organization and returns its position.
    pub(crate) fn add_default_member(&mut self, organization: usize, now: Timestamp) -> usize {
        self.directory
            .add_default_member(organization, &mut self.generate, now)
    }

    /// A member's ids with a new intermediate session.
    pub(crate) fn handle(&mut self, member: usize, now: Timestamp) -> MemberHandle {
        let token = self.add_intermediate_session(member, &[Factor::MagicLink], now);
        MemberHandle {
            organization_id: self.directory.organization_of(member).id.clone(),
            member_id: self.directory.members[member].id.clone(),
            intermediate_session_token: token,
        }
    }

    /// The members of an organization, each with a new intermediate session.
    pub(crate) fn handles(&mut self, organization: usize, now: Timestamp) -> Vec<MemberHandle> {
        let members: Vec<usize> = self.directory.members_of(organization).collect();
        let handle = |member| self.handle(member, now);
        members.into_iter().map(handle).collect()
    }

    /// Makes an intermediate session with these factors and returns its token.
    pub(crate) fn add_intermediate_session(
        &mut self,
        member: usize,
        factors: &[Factor],
        now: Timestamp,
    ) -> String {
        let token = self.generate.intermediate_session_token();
        let session = IntermediateSession {
            member,
            factors: self.factors(member, factors, now),
            expires_at: minutes_later(now, self.settings.intermediate_session_minutes),
        };
        self.sessions.insert_intermediate(token.clone(), session);
        token
    }

    /// Makes a session with these factors and returns what a call that opens it would.
    pub(crate) fn add_session(
        &mut self,
        member: usize,
        factors: &[Factor],
        now: Timestamp,
    ) -> Result<Map<String, Value>, ApiError> {
        let factors = self.factors(member, factors, now);
        let session = self.blank_session(member, factors, None, now);
        self.keep_session(session, now)
    }

    fn factors(&self, member: usize, factors: &[Factor], now: Timestamp) -> Factors {
        let mut all = Factors::default();
        for factor in factors {
            let details = self.directory.members[member].factor_details(*factor);
            all.add(AuthenticationFactor::new(*factor, details, now));
        }
        all
    }
}

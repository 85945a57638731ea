//! The Organization or Member that a call targets, and the rules for every target: suspension, the
//! rate limit, the lock, and the permissions of the Member in the RBAC header.

use serde_json::{Map, Value, json};

use super::Api;
use super::call::Call;
use super::error::Refusal;
use crate::json;
use crate::settings::ErrorCase;
use crate::state::directory::{MemberKey, OrganizationKey};
use crate::state::organization::Organization;

/// The target of a call.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Target {
    /// The project as a whole.
    Project,
    Organization(OrganizationKey),
    Member(MemberKey),
}

impl Api {
    /// Finds the Member that the fields `organization_id` and `member_id` name, and admits the
    /// call.
    pub(crate) fn member_in_fields(&mut self, call: &Call<'_>) -> Result<MemberKey, Refusal> {
        let organization = call.fields.required("organization_id")?;
        let member = call.fields.required("member_id")?;
        self.target_member(call, organization, member)
    }

    /// Finds the Member that the path parameters `organization_id` and `member_id` name, and admits
    /// the call.
    pub(crate) fn member_in_path(&mut self, call: &Call<'_>) -> Result<MemberKey, Refusal> {
        self.target_member(call, call.path("organization_id"), call.path("member_id"))
    }

    /// Finds a Member by id or external id, in an Organization by id, slug or external id, and
    /// admits the call.
    pub(crate) fn target_member(
        &mut self,
        call: &Call<'_>,
        organization: &str,
        member: &str,
    ) -> Result<MemberKey, Refusal> {
        let organization = self.open_organization(organization)?;
        let key = self.find_member(organization, member)?;
        self.admit(call, Target::Member(key))?;
        Ok(key)
    }

    /// Finds a Member of an Organization by id or external id.
    pub(crate) fn find_member(
        &self,
        organization: OrganizationKey,
        name: &str,
    ) -> Result<MemberKey, Refusal> {
        let key = self.directory.member_of(organization, name);
        let key = key.ok_or_else(|| match self.directory.member(name) {
            Some(_) => ErrorCase::MemberOfOtherOrganization,
            None => ErrorCase::MemberNotFound,
        })?;
        Ok(key)
    }

    /// Finds the Organization that the path parameter `organization_id` names, and admits the call.
    pub(crate) fn organization_in_path(
        &mut self,
        call: &Call<'_>,
    ) -> Result<OrganizationKey, Refusal> {
        let key = self.open_organization(call.path("organization_id"))?;
        self.admit(call, Target::Organization(key))?;
        Ok(key)
    }

    /// Finds an Organization by id, slug or external id. Refuses a suspended one.
    pub(crate) fn open_organization(&self, name: &str) -> Result<OrganizationKey, Refusal> {
        let key = self.directory.organization(name);
        let key = key.ok_or(ErrorCase::OrganizationNotFound)?;
        if self.directory[key].suspended {
            return Err(ErrorCase::OrganizationSuspended.into());
        }
        Ok(key)
    }

    /// Applies the rules for every target, and counts the call.
    pub(crate) fn admit(&mut self, call: &Call<'_>, target: Target) -> Result<(), Refusal> {
        let organization = match target {
            Target::Project => None,
            Target::Organization(key) => Some(key),
            Target::Member(key) => Some(self.directory[key].organization),
        };
        if organization.is_some_and(|key| self.directory[key].suspended) {
            return Err(ErrorCase::OrganizationSuspended.into());
        }
        self.rate_limit.count(call, target)?;
        if let Target::Member(member) = target {
            self.check_lock(call, member)?;
        }
        match organization {
            Some(organization) => self.check_permission(call, target, organization),
            None => Ok(()),
        }
    }

    /// Refuses a locked Member, if `lock.refuses` names the endpoint.
    fn check_lock(&self, call: &Call<'_>, member: MemberKey) -> Result<(), Refusal> {
        let refuses = &call.settings.lock.refuses;
        if !refuses.iter().any(|name| name == call.endpoint.name) {
            return Ok(());
        }
        let Some(lock) = self.directory[member].lock(call.now) else {
            return Ok(());
        };
        let rest = lock.expires_at.as_second() - call.now.as_second();
        Err(call.refuse_for(ErrorCase::MemberLocked, rest))
    }

    /// Returns the part of a response that shows the Member and the Organization.
    pub(crate) fn show_member(&self, call: &Call<'_>, member: MemberKey) -> Map<String, Value> {
        let organization = self.directory.organization_of(member);
        let member = &self.directory[member];
        json::members(json!({
            "member_id": member.id,
            "member": member.to_json(&organization.id, call.settings, call.now),
            "organization": organization.to_json(),
        }))
    }
}

/// Returns the part of a response that shows an Organization without a Member.
pub(crate) fn show_organization(organization: &Organization) -> Map<String, Value> {
    json::members(json!({ "organization": organization.to_json() }))
}

//! The organizations and members, found by any name that a request may use for them.

use jiff::Timestamp;

use crate::config::ConfigError;
use crate::generator::Generator;
use crate::member::{Member, NewMember};
use crate::organization::{NewOrganization, Organization};
use crate::totp::{InvalidSecret, decode_secret};

/// All organizations and members. They are never removed, so a position stays valid.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pub(crate) organizations: Vec<Organization>,
    pub(crate) members: Vec<Member>,
}

impl Directory {
    /// Adds an organization with its members and returns its position.
    pub(crate) fn add_organization(
        &mut self,
        new: &NewOrganization,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Result<usize, ConfigError> {
        let organization = Organization::new(new, generate, now);
        if let Some(taken) = [&organization.id, &organization.slug]
            .into_iter()
            .chain(&organization.external_id)
            .find(|name| self.organization(name).is_some())
        {
            return Err(ConfigError(format!(
                "there is an organization named {taken} already"
            )));
        }
        self.organizations.push(organization);
        let position = self.organizations.len() - 1;
        for member in &new.members {
            self.add_member(member, position, generate, now)?;
        }
        if new.members.is_empty() {
            self.add_default_member(position, generate, now);
        }
        Ok(position)
    }

    /// Adds a member to an organization and returns its position.
    pub(crate) fn add_member(
        &mut self,
        new: &NewMember,
        organization: usize,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Result<usize, ConfigError> {
        let invalid = || ConfigError(InvalidSecret.to_string());
        let secret = new
            .totp_secret
            .as_ref()
            .map(|secret| decode_secret(secret, true).ok_or_else(invalid))
            .transpose()?;
        // Ids are unique in a project, external ids in an organization.
        let taken = match (&new.member_id, &new.external_id) {
            (Some(id), _) if self.member(id).is_some() => Some(id),
            (_, Some(id)) if self.member_of(organization, id).is_some() => Some(id),
            _ => None,
        };
        if let Some(taken) = taken {
            return Err(ConfigError(format!(
                "there is a member named {taken} already"
            )));
        }
        self.members
            .push(Member::new(new, secret, organization, generate, now));
        Ok(self.members.len() - 1)
    }

    /// Adds an active member with made-up names to an organization and returns its position.
    pub(crate) fn add_default_member(
        &mut self,
        organization: usize,
        generate: &mut Generator,
        now: Timestamp,
    ) -> usize {
        let new = NewMember::default();
        self.members
            .push(Member::new(&new, None, organization, generate, now));
        self.members.len() - 1
    }

    /// Position of the organization with an id, slug or external id.
    pub(crate) fn organization(&self, name: &str) -> Option<usize> {
        self.organizations
            .iter()
            .position(|organization| organization.is_named(name))
    }

    /// Position of an organization's member with an id or external id.
    pub(crate) fn member_of(&self, organization: usize, name: &str) -> Option<usize> {
        self.members
            .iter()
            .position(|member| member.organization == organization && member.is_named(name))
    }

    /// Position of the first member with an id or external id.
    pub(crate) fn member(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.is_named(name))
    }

    /// Positions of an organization's members.
    pub(crate) fn members_of(&self, organization: usize) -> impl Iterator<Item = usize> {
        (0..self.members.len())
            .filter(move |member| self.members[*member].organization == organization)
    }

    /// The organization of a member.
    pub(crate) fn organization_of(&self, member: usize) -> &Organization {
        &self.organizations[self.members[member].organization]
    }
}

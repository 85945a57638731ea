//! The Organizations and Members, found by any name that a request may use for them.

use std::collections::{HashMap, HashSet};
use std::ops::{Index, IndexMut};

use jiff::Timestamp;

use super::generator::Generator;
use super::member::{Member, MemberStatus, NewMember};
use super::organization::{NewOrganization, Organization};
use super::totp::{InvalidSecret, decode_secret};
use crate::config::ConfigError;

/// Stands for an Organization for as long as the emulator runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct OrganizationKey(usize);

/// Stands for a Member for as long as the emulator runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct MemberKey(usize);

/// All Organizations and Members. Those that are deleted stay under their keys, but no name finds
/// them.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    organizations: Vec<Organization>,
    members: Vec<Member>,
    /// By id, slug and external id, which are unique together.
    organizations_by_name: HashMap<String, OrganizationKey>,
    members_by_id: HashMap<String, MemberKey>,
}

impl Index<OrganizationKey> for Directory {
    type Output = Organization;

    fn index(&self, key: OrganizationKey) -> &Organization {
        &self.organizations[key.0]
    }
}

impl Index<MemberKey> for Directory {
    type Output = Member;

    fn index(&self, key: MemberKey) -> &Member {
        &self.members[key.0]
    }
}

impl IndexMut<MemberKey> for Directory {
    /// For everything but the names and the status, on which the indexes depend.
    fn index_mut(&mut self, key: MemberKey) -> &mut Member {
        &mut self.members[key.0]
    }
}

impl Directory {
    /// Creates an Organization with its Members: all of it, or nothing if a part of it cannot be.
    pub(crate) fn create_organization(
        &mut self,
        new: &NewOrganization,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Result<OrganizationKey, ConfigError> {
        let secrets = self.check_organization(new)?;
        let organization = Organization::new(new, generate, now);
        let key = OrganizationKey(self.organizations.len());
        for name in organization.names() {
            self.organizations_by_name.insert(name.to_owned(), key);
        }
        self.organizations.push(organization);
        for (member, secret) in new.members.iter().zip(secrets) {
            self.insert_member(Member::new(member, secret, key, generate, now));
        }
        if new.members.is_empty() {
            self.insert_member(Member::new(&NewMember::default(), None, key, generate, now));
        }
        Ok(key)
    }

    /// Creates a Member in an Organization.
    pub(crate) fn create_member(
        &mut self,
        new: &NewMember,
        organization: OrganizationKey,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Result<MemberKey, ConfigError> {
        let mut names = MemberNames::default();
        let secret = self.check_member(new, Some(organization), &mut names)?;
        Ok(self.insert_member(Member::new(new, secret, organization, generate, now)))
    }

    /// Checks an Organization and returns the decoded TOTP secrets of its Members.
    fn check_organization(
        &self,
        new: &NewOrganization,
    ) -> Result<Vec<Option<Vec<u8>>>, ConfigError> {
        let mut own = HashSet::new();
        for (field, name) in [
            ("organization_id", &new.organization_id),
            ("organization_slug", &new.organization_slug),
            ("organization_external_id", &new.organization_external_id),
        ] {
            let Some(name) = name else { continue };
            if name.is_empty() {
                return Err(ConfigError::at(field, "must not be empty"));
            }
            if self.organization(name).is_some() || !own.insert(name) {
                return Err(taken(field, "an Organization", name));
            }
        }
        let mut names = MemberNames::default();
        let members = new.members.iter().enumerate();
        members
            .map(|(index, member)| {
                self.check_member(member, None, &mut names)
                    .map_err(|error| error.within(format_args!("members[{index}]")))
            })
            .collect()
    }

    /// Checks a Member and returns the decoded TOTP secret. The names are those of the Members that
    /// are created together with it.
    fn check_member<'a>(
        &self,
        new: &'a NewMember,
        organization: Option<OrganizationKey>,
        names: &mut MemberNames<'a>,
    ) -> Result<Option<Vec<u8>>, ConfigError> {
        for (field, name) in [
            ("member_id", &new.member_id),
            ("external_id", &new.external_id),
            ("email_address", &new.email_address),
        ] {
            if name.as_deref() == Some("") {
                return Err(ConfigError::at(field, "must not be empty"));
            }
        }
        if let Some(id) = &new.member_id {
            if self.members_by_id.contains_key(id) || !names.ids.insert(id) {
                return Err(taken("member_id", "a Member", id));
            }
        }
        if let Some(id) = &new.external_id {
            let known = organization.and_then(|key| self.member_of(key, id));
            if known.is_some() || !names.external_ids.insert(id) {
                return Err(taken("external_id", "a Member", id));
            }
        }
        if let Some(address) = &new.email_address {
            let known = organization.and_then(|key| self.member_with_email(key, address));
            if known.is_some() || !names.email_addresses.insert(address.to_lowercase()) {
                return Err(taken("email_address", "a Member", address));
            }
        }
        let secret = new.totp_secret.as_ref().map(|secret| {
            decode_secret(secret, true)
                .ok_or_else(|| ConfigError::at("totp_secret", InvalidSecret.to_string()))
        });
        secret.transpose()
    }

    fn insert_member(&mut self, member: Member) -> MemberKey {
        let key = MemberKey(self.members.len());
        self.organizations[member.organization.0].members.push(key);
        self.members.push(member);
        self.index_member(key);
        key
    }

    /// Lets the names of a Member find it.
    fn index_member(&mut self, key: MemberKey) {
        let member = &self.members[key.0];
        if member.status == MemberStatus::Deleted {
            return;
        }
        self.members_by_id.insert(member.id.clone(), key);
        let organization = &mut self.organizations[member.organization.0];
        let address = member.email_address().to_lowercase();
        organization.members_by_email_address.insert(address, key);
        let external_id = member.attributes.text("external_id");
        if !external_id.is_empty() {
            organization
                .members_by_external_id
                .insert(external_id.to_owned(), key);
        }
    }

    /// The Organization with an id, slug or external id.
    pub(crate) fn organization(&self, name: &str) -> Option<OrganizationKey> {
        self.organizations_by_name.get(name).copied()
    }

    /// An Organization's Member with an id or external id.
    pub(crate) fn member_of(&self, organization: OrganizationKey, name: &str) -> Option<MemberKey> {
        let by_id = self.members_by_id.get(name).copied();
        by_id
            .filter(|key| self[*key].organization == organization)
            .or_else(|| self[organization].members_by_external_id.get(name).copied())
    }

    /// An Organization's Member with an e-mail address.
    pub(crate) fn member_with_email(
        &self,
        organization: OrganizationKey,
        address: &str,
    ) -> Option<MemberKey> {
        let addresses = &self[organization].members_by_email_address;
        addresses.get(&address.to_lowercase()).copied()
    }

    /// The Member with an id, or else the first one with an external id, in any Organization.
    pub(crate) fn member(&self, name: &str) -> Option<MemberKey> {
        let by_id = self.members_by_id.get(name).copied();
        by_id.or_else(|| {
            let mut organizations = self.organizations.iter();
            organizations.find_map(|it| it.members_by_external_id.get(name).copied())
        })
    }

    /// The first Organization.
    pub(crate) fn first_organization(&self) -> Option<OrganizationKey> {
        (!self.organizations.is_empty()).then_some(OrganizationKey(0))
    }

    /// The first Member of the first Organization.
    pub(crate) fn first_member(&self) -> Option<MemberKey> {
        let members = self.organizations.iter().flat_map(|it| &it.members);
        members.copied().next()
    }

    /// The Organization of a Member.
    pub(crate) fn organization_of(&self, member: MemberKey) -> &Organization {
        &self[self[member].organization]
    }
}

/// The names of Members that are created together.
#[derive(Default)]
struct MemberNames<'a> {
    ids: HashSet<&'a str>,
    external_ids: HashSet<&'a str>,
    email_addresses: HashSet<String>,
}

fn taken(field: &str, what: &str, name: &str) -> ConfigError {
    ConfigError::at(field, format!("there is {what} named {name} already"))
}

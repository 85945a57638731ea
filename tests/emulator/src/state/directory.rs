//! The Organizations and Members, which can be found by any name that a request may use: id, slug,
//! external id or e-mail address.

mod create;

use std::collections::{HashMap, HashSet};
use std::ops::{Index, IndexMut};

use jiff::Timestamp;

use super::attribute::Changes;
use super::member::{Member, MemberStatus};
use super::organization::Organization;

/// Identifies an Organization. It stays valid when the Organization is deleted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct OrganizationKey(usize);

/// Identifies a Member. It stays valid when the Member is deleted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct MemberKey(usize);

/// All Organizations and Members. Deleted ones keep their keys, but no name finds them.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    organizations: Vec<Organization>,
    members: Vec<Member>,
    /// By id, slug and external id, which share one namespace.
    organizations_by_name: HashMap<String, OrganizationKey>,
    members_by_id: HashMap<String, MemberKey>,
    /// Organizations with `claimed_email_domains`.
    claiming: HashSet<OrganizationKey>,
    /// Names of deleted Organizations that cannot be used again.
    burnt_names: HashSet<String>,
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
    /// Must not be used to change a name or to delete the Member, because the indexes depend on
    /// both.
    fn index_mut(&mut self, key: MemberKey) -> &mut Member {
        &mut self.members[key.0]
    }
}

impl Directory {
    /// Adds an Organization. Its names must be free.
    pub(crate) fn insert_organization(&mut self, organization: Organization) -> OrganizationKey {
        let key = OrganizationKey(self.organizations.len());
        self.organizations.push(organization);
        self.index_organization(key);
        key
    }

    /// Changes an Organization. Its new names must be free.
    pub(crate) fn update_organization(
        &mut self,
        key: OrganizationKey,
        changes: Changes,
        metadata_is_merged: bool,
        now: Timestamp,
    ) {
        for name in self[key].names().map(str::to_owned).collect::<Vec<_>>() {
            self.organizations_by_name.remove(&name);
        }
        self.organizations[key.0].update(changes, metadata_is_merged, now);
        self.index_organization(key);
    }

    /// Deletes an Organization and its Members, so that no name finds them.
    pub(crate) fn delete_organization(&mut self, key: OrganizationKey, names_are_free: bool) {
        for member in self[key].members.clone() {
            self.delete_member(member);
        }
        for name in self[key].names().map(str::to_owned).collect::<Vec<_>>() {
            self.organizations_by_name.remove(&name);
            if !names_are_free {
                self.burnt_names.insert(name);
            }
        }
        self.claiming.remove(&key);
        self.organizations[key.0].deleted = true;
    }

    /// Adds the names of an Organization to the indexes.
    fn index_organization(&mut self, key: OrganizationKey) {
        let organization = &self.organizations[key.0];
        for name in organization.names() {
            self.organizations_by_name.insert(name.to_owned(), key);
        }
        if organization.claimed_domains().next().is_some() {
            self.claiming.insert(key);
        } else {
            self.claiming.remove(&key);
        }
    }

    /// Adds a Member. Its names must be free.
    pub(crate) fn insert_member(&mut self, member: Member) -> MemberKey {
        let key = MemberKey(self.members.len());
        self.organizations[member.organization.0].members.push(key);
        self.members.push(member);
        self.index_member(key);
        key
    }

    /// Changes a Member. Its new names must be free.
    pub(crate) fn update_member(&mut self, key: MemberKey, update: impl FnOnce(&mut Member)) {
        self.forget_member_names(key);
        update(&mut self.members[key.0]);
        self.index_member(key);
    }

    /// Deletes a Member, so that no name finds it.
    pub(crate) fn delete_member(&mut self, key: MemberKey) {
        self.update_member(key, |member| member.status = MemberStatus::Deleted);
    }

    fn forget_member_names(&mut self, key: MemberKey) {
        let member = &self.members[key.0];
        if member.status == MemberStatus::Deleted {
            return;
        }
        self.members_by_id.remove(&member.id);
        let organization = &mut self.organizations[member.organization.0];
        let address = member.email_address().to_lowercase();
        organization.members_by_email_address.remove(&address);
        let external_id = member.attributes.text("external_id");
        organization.members_by_external_id.remove(external_id);
    }

    /// Adds the names of a Member to the indexes.
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

    /// Finds an Organization by id, slug or external id.
    pub(crate) fn organization(&self, name: &str) -> Option<OrganizationKey> {
        self.organizations_by_name.get(name).copied()
    }

    /// Whether a name is in use, or is kept from being used again.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        self.organizations_by_name.contains_key(name) || self.burnt_names.contains(name)
    }

    /// Returns all Organizations that are not deleted, in the order of their creation.
    pub(crate) fn all_organizations(&self) -> impl Iterator<Item = OrganizationKey> {
        let all = self.organizations.iter().enumerate();
        let present = all.filter(|(_, organization)| !organization.deleted);
        present.map(|(index, _)| OrganizationKey(index))
    }

    /// Finds a Member of an Organization by id or external id.
    pub(crate) fn member_of(&self, organization: OrganizationKey, name: &str) -> Option<MemberKey> {
        let by_id = self.members_by_id.get(name).copied();
        by_id
            .filter(|key| self[*key].organization == organization)
            .or_else(|| self[organization].members_by_external_id.get(name).copied())
    }

    /// Whether other Organizations claim the domain of an e-mail address and this one does not.
    pub(crate) fn is_claimed_by_others(
        &self,
        organization: OrganizationKey,
        address: &str,
    ) -> bool {
        let (_, domain) = address.rsplit_once('@').unwrap_or_default();
        let claims = |key: &OrganizationKey| {
            let mut domains = self[*key].claimed_domains();
            domains.any(|claimed| claimed.eq_ignore_ascii_case(domain))
        };
        self.claiming.iter().any(claims) && !claims(&organization)
    }

    /// Finds a Member of an Organization by e-mail address.
    pub(crate) fn member_with_email(
        &self,
        organization: OrganizationKey,
        address: &str,
    ) -> Option<MemberKey> {
        let addresses = &self[organization].members_by_email_address;
        addresses.get(&address.to_lowercase()).copied()
    }

    /// Finds a Member in any Organization by id, or else the first one by external id.
    pub(crate) fn member(&self, name: &str) -> Option<MemberKey> {
        let by_id = self.members_by_id.get(name).copied();
        by_id.or_else(|| {
            let mut organizations = self.organizations.iter();
            organizations.find_map(|it| it.members_by_external_id.get(name).copied())
        })
    }

    /// Returns the first Organization that is not deleted.
    pub(crate) fn first_organization(&self) -> Option<OrganizationKey> {
        self.all_organizations().next()
    }

    /// Returns the first Member of the first Organization.
    pub(crate) fn first_member(&self) -> Option<MemberKey> {
        let members = self.organizations.iter().flat_map(|it| &it.members);
        members.copied().next()
    }

    /// Returns the Organization of a Member.
    pub(crate) fn organization_of(&self, member: MemberKey) -> &Organization {
        &self[self[member].organization]
    }
}

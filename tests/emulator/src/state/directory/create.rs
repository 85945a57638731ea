//! Creating Organizations and Members from descriptions. Everything is checked before anything is
//! created.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Directory, MemberKey, OrganizationKey};
use crate::config::ConfigError;
use crate::state::generator::Generator;
use crate::state::member::{Member, NewMember};
use crate::state::organization::{NewOrganization, Organization};
use crate::state::totp::{InvalidSecret, decode_secret};

impl Directory {
    /// Creates an Organization with its Members, or nothing if any part is invalid.
    pub(crate) fn create_organization(
        &mut self,
        new: &NewOrganization,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Result<OrganizationKey, ConfigError> {
        let secrets = self.check_organization(new)?;
        let key = self.insert_organization(Organization::described(new, generate, now));
        for (member, secret) in new.members.iter().zip(secrets) {
            self.insert_member(Member::described(member, secret, key, generate, now));
        }
        if new.members.is_empty() {
            self.insert_member(Member::described(
                &NewMember::default(),
                None,
                key,
                generate,
                now,
            ));
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
        Ok(self.insert_member(Member::described(new, secret, organization, generate, now)))
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
            if self.is_taken(name) || !own.insert(name) {
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

    /// Checks a Member and returns the decoded TOTP secret. `names` are those of the Members that
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
}

/// The names of Members that are created together.
#[derive(Default)]
struct MemberNames<'a> {
    ids: HashSet<&'a str>,
    external_ids: HashSet<&'a str>,
    email_addresses: HashSet<String>,
}

fn taken(field: &str, what: &str, name: &str) -> ConfigError {
    ConfigError::at(field, format!("there is already {what} named {name}"))
}

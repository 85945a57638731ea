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
    /// `recovery_codes` is the number of codes that a Member with a TOTP gets.
    pub(crate) fn create_organization(
        &mut self,
        new: &NewOrganization,
        generate: &mut Generator,
        recovery_codes: usize,
        now: Timestamp,
    ) -> Result<OrganizationKey, ConfigError> {
        let one = [NewMember::default()];
        let members = match new.members.as_slice() {
            [] => &one,
            members => members,
        };
        self.check_organization(new)?;
        let mut names = MemberNames::default();
        for (index, member) in members.iter().enumerate() {
            self.check_member(member, None, &mut names)
                .map_err(|error| error.within(format_args!("members[{index}]")))?;
        }

        let id = new.organization_id.clone();
        let id = id.unwrap_or_else(|| self.new_organization_id(generate));
        let slug = new.organization_slug.clone();
        let slug = slug.unwrap_or_else(|| self.new_slug(generate));
        let key = self.insert_organization(Organization::described(new, id, slug, now));
        for member in members {
            self.insert_described(member, key, &names, generate, recovery_codes, now);
        }
        Ok(key)
    }

    /// Creates a Member in an Organization. `recovery_codes` is the number of codes that it gets if
    /// it has a TOTP.
    pub(crate) fn create_member(
        &mut self,
        new: &NewMember,
        organization: OrganizationKey,
        generate: &mut Generator,
        recovery_codes: usize,
        now: Timestamp,
    ) -> Result<MemberKey, ConfigError> {
        let mut names = MemberNames::default();
        self.check_member(new, Some(organization), &mut names)?;
        Ok(self.insert_described(new, organization, &names, generate, recovery_codes, now))
    }

    /// Generates an id for an Organization.
    pub(crate) fn new_organization_id(&self, generate: &mut Generator) -> String {
        first_free(
            || generate.id("organization"),
            |id| self.organizations_by_name.contains_key(id),
        )
    }

    /// Generates a slug for an Organization.
    pub(crate) fn new_slug(&self, generate: &mut Generator) -> String {
        first_free(
            || format!("example-org-{}", generate.name("organization slug")),
            |slug| self.is_taken(slug),
        )
    }

    /// Generates an id for a Member.
    pub(crate) fn new_member_id(&self, generate: &mut Generator) -> String {
        self.member_id_besides(&MemberNames::default(), generate)
    }

    fn member_id_besides(&self, names: &MemberNames<'_>, generate: &mut Generator) -> String {
        first_free(
            || generate.id("member"),
            |id| self.members_by_id.contains_key(id) || names.ids.contains(id),
        )
    }

    /// Adds the Member that `new` describes. `names` are those of the Members that are created
    /// together with it.
    fn insert_described(
        &mut self,
        new: &NewMember,
        organization: OrganizationKey,
        names: &MemberNames<'_>,
        generate: &mut Generator,
        recovery_codes: usize,
        now: Timestamp,
    ) -> MemberKey {
        let id = new.member_id.clone();
        let id = id.unwrap_or_else(|| self.member_id_besides(names, generate));
        let address = new.email_address.clone().unwrap_or_else(|| {
            first_free(
                || format!("member-{}@example.com", generate.name("email address")),
                |address| {
                    names.email_addresses.contains(address)
                        || self.member_with_email(organization, address).is_some()
                },
            )
        });
        let mut member = Member::described(new, id, address, organization, generate, now);
        match &new.recovery_codes {
            Some(codes) => member.import_recovery_codes(codes, generate),
            None if member.registration.is_some() => {
                member.mint_recovery_codes(recovery_codes, generate)
            }
            None => {}
        }
        self.insert_member(member)
    }

    /// Checks the names of an Organization.
    fn check_organization(&self, new: &NewOrganization) -> Result<(), ConfigError> {
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
                return Err(taken(field, "Organization"));
            }
        }
        Ok(())
    }

    /// Checks a Member. `names` are those of the Members that are created together with it.
    fn check_member<'a>(
        &self,
        new: &'a NewMember,
        organization: Option<OrganizationKey>,
        names: &mut MemberNames<'a>,
    ) -> Result<(), ConfigError> {
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
                return Err(taken("member_id", "Member"));
            }
        }
        if let Some(id) = &new.external_id {
            let known = organization.and_then(|key| self.member_of(key, id));
            if known.is_some() || !names.external_ids.insert(id) {
                return Err(taken("external_id", "Member"));
            }
        }
        if let Some(address) = &new.email_address {
            let known = organization.and_then(|key| self.member_with_email(key, address));
            if known.is_some() || !names.email_addresses.insert(address.to_lowercase()) {
                return Err(taken("email_address", "Member"));
            }
        }
        let secret = new.totp_secret.as_ref();
        if secret.is_some_and(|secret| decode_secret(secret, true).is_none()) {
            return Err(ConfigError::at("totp_secret", InvalidSecret.to_string()));
        }
        Ok(())
    }
}

/// The names of Members that are created together.
#[derive(Default)]
struct MemberNames<'a> {
    ids: HashSet<&'a str>,
    external_ids: HashSet<&'a str>,
    email_addresses: HashSet<String>,
}

/// Generates values until one is free.
fn first_free(mut generate: impl FnMut() -> String, is_taken: impl Fn(&str) -> bool) -> String {
    loop {
        let value = generate();
        if !is_taken(&value) {
            return value;
        }
    }
}

fn taken(field: &str, what: &str) -> ConfigError {
    ConfigError::at(field, format!("another {what} has this name"))
}

//! The checks of Create, Update and passwords Migrate that go beyond a single attribute.

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::settings::ErrorCase;
use crate::state::attribute::{Changes, changed_text};
use crate::state::directory::{MemberKey, OrganizationKey};

/// Checks that no other Member has the e-mail address or the external id, and that the domain of
/// the address is not claimed by other Organizations only.
pub(crate) fn check_names(
    api: &Api,
    organization: OrganizationKey,
    member: Option<MemberKey>,
    changes: &Changes,
) -> Result<(), Refusal> {
    if let Some(address) = changed_text(changes, "email_address") {
        let found = api.directory.member_with_email(organization, address);
        if found.is_some() && found != member {
            return Err(ErrorCase::EmailTaken.into());
        }
        if api.directory.is_claimed_by_others(organization, address) {
            return Err(ErrorCase::EmailDomainClaimed.into());
        }
    }
    if let Some(id) = changed_text(changes, "external_id") {
        let found = api.directory.member_of(organization, id);
        if found.is_some() && found != member {
            return Err(ErrorCase::ExternalIdTaken.into());
        }
    }
    Ok(())
}

/// Reads and checks the field `roles`.
pub(crate) fn roles(call: &Call<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let roles = call.fields.texts("roles")?;
    for role in roles.iter().flatten() {
        if role == "stytch_member" {
            return Err(ErrorCase::DefaultRole.into());
        }
        if !call.settings.rbac.roles.contains(role) {
            return Err(ErrorCase::InvalidRole.into());
        }
    }
    Ok(roles)
}

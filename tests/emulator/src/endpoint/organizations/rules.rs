//! The checks of Create and Update that go beyond a single attribute.

use crate::api::Api;
use crate::api::error::Refusal;
use crate::settings::{ErrorCase, Settings};
use crate::state::attribute::{Attributes, Changes, changed, changed_text};

/// Checks that the slug and the external id are free.
pub(super) fn check_names(api: &Api, changes: &Changes) -> Result<(), Refusal> {
    let names = [
        ("organization_slug", ErrorCase::OrganizationSlugTaken),
        (
            "organization_external_id",
            ErrorCase::OrganizationExternalIdTaken,
        ),
    ];
    for (field, case) in names {
        if changed_text(changes, field).is_some_and(|name| api.directory.is_taken(name)) {
            return Err(case.into());
        }
    }
    Ok(())
}

/// Checks the attributes that the Organization would have after the call.
pub(super) fn check_attributes(
    attributes: &Attributes,
    changes: &Changes,
    settings: &Settings,
) -> Result<(), Refusal> {
    for (field, list, case) in [
        (
            "mfa_methods",
            "allowed_mfa_methods",
            ErrorCase::AllowedMfaMethodsMissing,
        ),
        (
            "auth_methods",
            "allowed_auth_methods",
            ErrorCase::AllowedAuthMethodsMissing,
        ),
    ] {
        let restricted = attributes.text(field) == "RESTRICTED";
        if restricted && attributes.texts(list).next().is_none() {
            return Err(case.into());
        }
    }
    let ways = [
        "email_invites",
        "email_jit_provisioning",
        "sso_jit_provisioning",
    ];
    if ways.iter().all(|way| attributes.text(way) == "NOT_ALLOWED") {
        return Err(ErrorCase::NobodyCanJoin.into());
    }
    let common = &settings.organization.common_email_domains;
    let is_common = |domain: &str| common.iter().any(|it| it.eq_ignore_ascii_case(domain));
    let given = changed(changes, "email_allowed_domains").is_some();
    if given && attributes.texts("email_allowed_domains").any(is_common) {
        return Err(ErrorCase::CommonEmailDomain.into());
    }
    Ok(())
}

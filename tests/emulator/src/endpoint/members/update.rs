//! Changes a Member.

use http::Method;

use super::rules;
use crate::api::Api;
use crate::api::call::Call;
use crate::api::changes;
use crate::api::error::Refusal;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;
use crate::state::attribute::{Changes, changed, changed_text};
use crate::state::directory::MemberKey;
use crate::state::member::ATTRIBUTES;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "members.update",
    about: "Update a Member",
    method: Method::PUT,
    path: "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    query: &[],
    fields: &[
        // Some SDKs repeat the path parameters in the body.
        "organization_id",
        "member_id",
        "name",
        "trusted_metadata",
        "untrusted_metadata",
        "is_breakglass",
        "mfa_phone_number",
        "mfa_enrolled",
        "roles",
        "preserve_existing_sessions",
        "default_mfa_method",
        "email_address",
        "external_id",
        "unlink_email",
    ],
    access: Access::Rbac {
        action: "update.*",
        own: true,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let member = api.member_in_path(call)?;
    let changes = changes::update(ATTRIBUTES, &call.fields, &call.settings.update)?;
    let roles = rules::roles(call)?;
    let unlink = call.fields.boolean("unlink_email")? == Some(true);
    call.fields.boolean("preserve_existing_sessions")?;
    check_permissions(api, call, member, &changes, roles.is_some())?;
    let organization = api.directory[member].organization;
    rules::check_names(api, organization, Some(member), &changes)?;
    check_mfa(api, call, member, &changes)?;

    let settings = call.settings;
    api.directory.update_member(member, |member| {
        let address = changed_text(&changes, "email_address");
        if address.is_some_and(|address| address != member.email_address()) {
            if settings.member.email_change_retires && !unlink {
                member.retire_email_address();
            }
            // Documented: a new address removes the password.
            member.password = None;
            member.email_verified &= !settings.member.email_change_unverifies;
        }
        let number = changed_text(&changes, "mfa_phone_number");
        if number.is_some_and(|number| number != member.attributes.text("mfa_phone_number")) {
            member.phone_verified = false;
        }
        if let Some(roles) = roles {
            member.roles = roles;
        }
        member
            .attributes
            .apply(changes, settings.update.metadata_is_merged);
        member.updated_at = call.now;
    });
    Ok(api.show_member(call, member).into())
}

/// Checks what the Member of the RBAC header may change. Roles and some attributes need an admin.
/// Nobody may change trusted metadata or their own e-mail address.
fn check_permissions(
    api: &Api,
    call: &Call<'_>,
    member: MemberKey,
    changes: &Changes,
    has_roles: bool,
) -> Result<(), Refusal> {
    let Some(actor) = call.actor else {
        return Ok(());
    };
    let foreign = has_roles || changes.iter().any(|(row, _)| !row.own);
    let trusted = changed(changes, "trusted_metadata").is_some();
    let own_address = actor == member && changed(changes, "email_address").is_some();
    if trusted || own_address || (foreign && !api.directory[actor].is_admin()) {
        return Err(ErrorCase::NotPermitted.into());
    }
    Ok(())
}

fn check_mfa(
    api: &Api,
    call: &Call<'_>,
    member: MemberKey,
    changes: &Changes,
) -> Result<(), Refusal> {
    let settings = &call.settings.member;
    let current = &api.directory[member];
    let number = current.attributes.text("mfa_phone_number");
    let new_number = changed_text(changes, "mfa_phone_number");
    if !number.is_empty() && new_number.is_some_and(|new| new != number) {
        return Err(ErrorCase::PhoneNumberExists.into());
    }
    let (sms, totp) = (current.has_phone_number(), current.active_totp().is_some());
    let missing = match changed_text(changes, "default_mfa_method") {
        Some("sms_otp") => !sms,
        Some("totp") => !totp,
        _ => false,
    };
    if missing && settings.default_mfa_needs_factor {
        return Err(ErrorCase::DefaultMfaMethodMissing.into());
    }
    let enrols = changed(changes, "mfa_enrolled").is_some_and(|value| value == true);
    if enrols && settings.enrolment_needs_factor && !sms && !totp {
        return Err(ErrorCase::EnrolmentWithoutFactor.into());
    }
    Ok(())
}

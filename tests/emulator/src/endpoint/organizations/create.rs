//! Creates an Organization without Members.

use http::Method;

use super::rules;
use crate::api::Api;
use crate::api::call::Call;
use crate::api::changes;
use crate::api::target::{Target, show_organization};
use crate::endpoint::{Access, Endpoint, Outcome, Success};
use crate::settings::ErrorCase;
use crate::state::attribute::{Attributes, Changes, changed_text};
use crate::state::organization::{ATTRIBUTES, Organization};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "organizations.create",
    about: "Create an Organization",
    method: Method::POST,
    path: "/v1/b2b/organizations",
    query: &[],
    fields: &[
        "organization_name",
        "organization_slug",
        "organization_logo_url",
        "trusted_metadata",
        "organization_external_id",
        "mfa_policy",
        "mfa_methods",
        "allowed_mfa_methods",
        "auth_methods",
        "allowed_auth_methods",
        "email_invites",
        "email_jit_provisioning",
        "email_allowed_domains",
        "sso_jit_provisioning",
        "oauth_tenant_jit_provisioning",
        "allowed_oauth_tenants",
        "rbac_email_implicit_role_assignments",
        "claimed_email_domains",
        "first_party_connected_apps_allowed_type",
        "allowed_first_party_connected_apps",
        "third_party_connected_apps_allowed_type",
        "allowed_third_party_connected_apps",
    ],
    access: Access::Project,
    handler,
};

/// The settings for logins. If a call sets one of them but not `email_invites`, invitations are
/// closed.
const AUTH_SETTINGS: [&str; 7] = [
    "mfa_methods",
    "allowed_mfa_methods",
    "auth_methods",
    "allowed_auth_methods",
    "email_jit_provisioning",
    "email_allowed_domains",
    "sso_jit_provisioning",
];

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let settings = &call.settings.organization;
    api.admit(call, Target::Project)?;
    let changes = changes::creation(ATTRIBUTES, &call.fields)?;
    if changed_text(&changes, "organization_name").is_none() {
        return Err(ErrorCase::OrganizationNameMissing.into());
    }
    let has_slug = changed_text(&changes, "organization_slug").is_some();
    if !has_slug && settings.slug_required {
        return Err(ErrorCase::OrganizationSlugMissing.into());
    }
    rules::check_names(api, &changes)?;
    let mut attributes = Attributes::initial(ATTRIBUTES);
    if closes_invites(&changes, settings.mfa_policy_closes_invites) {
        attributes.set("email_invites", "NOT_ALLOWED");
    }
    attributes.apply(changes.clone(), false);
    rules::check_attributes(&attributes, &changes, call.settings)?;

    let id = api.directory.new_organization_id(&mut api.generate);
    if !has_slug {
        attributes.set(
            "organization_slug",
            api.directory.new_slug(&mut api.generate),
        );
    }
    let organization = Organization::new(id, attributes, call.now);
    let body = show_organization(&organization);
    api.directory.insert_organization(organization);
    Ok(Success {
        status: settings.create_status,
        ..body.into()
    })
}

/// Whether invitations are closed unless the call sets `email_invites`.
fn closes_invites(changes: &Changes, mfa_policy_closes: bool) -> bool {
    let given = |name: &str| changes.iter().any(|(row, _)| row.name == name);
    AUTH_SETTINGS.into_iter().any(given) || (mfa_policy_closes && given("mfa_policy"))
}

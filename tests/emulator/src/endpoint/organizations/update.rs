//! Changes an Organization.

use http::Method;

use super::rules;
use crate::api::Api;
use crate::api::call::Call;
use crate::api::changes;
use crate::api::target::show_organization;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::state::attribute::Changes;
use crate::state::directory::OrganizationKey;
use crate::state::organization::ATTRIBUTES;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "organizations.update",
    about: "Update an Organization",
    method: Method::PUT,
    path: "/v1/b2b/organizations/{organization_id}",
    query: &[],
    fields: &[
        // Some SDKs repeat the path parameter in the body.
        "organization_id",
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
        "sso_default_connection_id",
        "sso_jit_provisioning_allowed_connections",
    ],
    access: Access::Rbac {
        action: "update.settings.*",
        own: false,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let key = api.organization_in_path(call)?;
    let changes = changes::update(ATTRIBUTES, &call.fields, &call.settings.update)?;
    let changes = without_own_names(api, key, changes);
    rules::check_names(api, &changes)?;
    let merged = call.settings.update.metadata_is_merged;
    let mut attributes = api.directory[key].attributes.clone();
    attributes.apply(changes.clone(), merged);
    rules::check_attributes(&attributes, &changes, call.settings)?;
    api.directory
        .update_organization(key, changes, merged, call.now);
    Ok(show_organization(&api.directory[key]).into())
}

/// Removes the names that the Organization already has, because they would count as taken.
fn without_own_names(api: &Api, key: OrganizationKey, mut changes: Changes) -> Changes {
    let attributes = &api.directory[key].attributes;
    changes.retain(|(row, value)| {
        let is_name = matches!(row.name, "organization_slug" | "organization_external_id");
        !(is_name && value == attributes.text(row.name))
    });
    changes
}

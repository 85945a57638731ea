//! Creates a Member.

use http::Method;

use super::rules;
use crate::api::Api;
use crate::api::call::Call;
use crate::api::changes;
use crate::endpoint::{Access, Endpoint, Outcome, Success};
use crate::settings::ErrorCase;
use crate::state::MemberStatus;
use crate::state::attribute::{Attributes, changed_text};
use crate::state::member::{ATTRIBUTES, Member};

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "members.create",
    about: "Create a Member",
    method: Method::POST,
    path: "/v1/b2b/organizations/{organization_id}/members",
    query: &[],
    fields: &[
        // Some SDKs repeat the path parameter in the body.
        "organization_id",
        "email_address",
        "name",
        "trusted_metadata",
        "untrusted_metadata",
        "create_member_as_pending",
        "is_breakglass",
        "mfa_phone_number",
        "mfa_enrolled",
        "roles",
        "external_id",
    ],
    access: Access::Rbac {
        action: "create",
        own: false,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let organization = api.organization_in_path(call)?;
    let changes = changes::creation(ATTRIBUTES, &call.fields)?;
    let pending = call.fields.boolean("create_member_as_pending")?;
    let roles = rules::roles(call)?;
    if changed_text(&changes, "email_address").is_none() {
        return Err(ErrorCase::MissingField.into());
    }
    rules::check_names(api, organization, None, &changes)?;

    let mut attributes = Attributes::initial(ATTRIBUTES);
    attributes.apply(changes, false);
    let id = api.directory.new_member_id(&mut api.generate);
    let mut member = Member::new(id, organization, attributes, &mut api.generate, call.now);
    member.roles = roles.unwrap_or_default();
    member.email_verified = call.settings.member.create_verifies_email;
    if pending == Some(true) {
        member.status = MemberStatus::Pending;
    }
    let key = api.directory.insert_member(member);
    Ok(Success {
        status: call.settings.member.create_status,
        ..api.show_member(call, key).into()
    })
}

//! Deletes an Organization and all its Members.

use http::Method;
use serde_json::json;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::json;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "organizations.delete",
    about: "Delete an Organization and its Members",
    method: Method::DELETE,
    path: "/v1/b2b/organizations/{organization_id}",
    query: &[],
    fields: &[],
    access: Access::Rbac {
        action: "delete",
        own: false,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let key = api.organization_in_path(call)?;
    let free = call.settings.organization.deletion_frees_names;
    if call.settings.member.deletion_ends_sessions {
        for member in api.directory[key].members.clone() {
            api.sessions.end_all(member);
        }
    }
    api.directory.delete_organization(key, free);
    let id = &api.directory[key].id;
    Ok(json::members(json!({ "organization_id": id })).into())
}

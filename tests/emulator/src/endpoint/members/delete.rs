//! Deletes a Member.

use http::Method;
use serde_json::json;

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::json;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "members.delete",
    about: "Delete a Member",
    method: Method::DELETE,
    path: "/v1/b2b/organizations/{organization_id}/members/{member_id}",
    query: &[],
    fields: &[],
    access: Access::Rbac {
        action: "delete",
        own: true,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let member = api.member_in_path(call)?;
    if call.settings.member.deletion_ends_sessions {
        api.sessions.end_all(member);
    }
    api.directory.delete_member(member);
    let id = &api.directory[member].id;
    Ok(json::members(json!({ "member_id": id })).into())
}

//! Returns the live sessions of a Member.

use http::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::json;
use crate::settings::ErrorCase;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "sessions.get",
    about: "Get the sessions of a Member",
    method: Method::GET,
    path: "/v1/b2b/sessions",
    query: &["organization_id", "member_id"],
    fields: &[],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let parameter = |name| call.query.get(name).ok_or(ErrorCase::MissingField);
    let (organization, member) = (parameter("organization_id")?, parameter("member_id")?);
    let member = api.target_member(call, organization, member)?;
    let organization = api.directory.organization_of(member);
    let sessions = api.sessions.of_member(member, call.now);
    let settings = &call.settings.session;
    let member = &api.directory[member];
    let sessions = sessions.map(|session| session.to_json(member, organization, settings));
    let sessions: Vec<Value> = sessions.collect();
    Ok(json::members(json!({ "member_sessions": sessions })).into())
}

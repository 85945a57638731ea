//! Authenticates a session, and extends it if the call has a duration.

use http::Method;
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::api::target::Target;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::login::presented;
use crate::settings::ErrorCase;
use crate::state::session::Session;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "sessions.authenticate",
    about: "Authenticate a session",
    method: Method::POST,
    path: "/v1/b2b/sessions/authenticate",
    query: &[],
    fields: &[
        "session_token",
        "session_jwt",
        "session_duration_minutes",
        "session_custom_claims",
        "authorization_check",
    ],
    access: Access::Project,
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let check = call.fields.object("authorization_check")?;
    let token = call.fields.text("session_token")?;
    let session = match (token, call.fields.text("session_jwt")?) {
        (Some(token), None) => api.session_of_token(call, token)?,
        (None, Some(jwt)) => api.session_of_jwt(call, jwt)?,
        (None, None) => return Err(ErrorCase::NoSessionArgument.into()),
        (Some(_), Some(_)) => return Err(ErrorCase::TooManySessionArguments.into()),
    };
    let member = session.member;
    api.admit(call, Target::Member(member))?;
    let verdict = match check {
        Some(check) => verdict(api, call, check, &session)?,
        None => Value::Null,
    };
    let session = presented::refresh_session(api, call, session)?;
    let mut body = api.show_member(call, member);
    body.remove("member_id");
    body.extend(session);
    body.insert("verdict".to_owned(), verdict);
    Ok(body.into())
}

/// Evaluates an `authorization_check`. The emulator has no RBAC policy, so a setting decides.
fn verdict(
    api: &Api,
    call: &Call<'_>,
    check: &Map<String, Value>,
    session: &Session,
) -> Result<Value, Refusal> {
    let organization = api.directory.organization_of(session.member);
    let text = |name| match check.get(name) {
        None | Some(Value::Null) => Err(ErrorCase::MissingField.into()),
        Some(value) => value
            .as_str()
            .ok_or_else(|| Refusal::invalid_argument(value)),
    };
    let wanted = text("organization_id")?;
    for name in ["resource_id", "action"] {
        text(name)?;
    }
    if !organization.names().any(|name| name == wanted) {
        return Err(ErrorCase::PermissionInOtherOrganization.into());
    }
    if !call.settings.rbac.authorization_checks_pass {
        return Err(ErrorCase::NotPermitted.into());
    }
    let roles = api.directory[session.member].role_ids();
    Ok(json!({ "authorized": true, "granting_roles": roles }))
}

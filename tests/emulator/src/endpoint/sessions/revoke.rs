//! Ends a session, or all sessions of a Member.

use http::Method;
use serde_json::Map;

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::api::target::Target;
use crate::endpoint::{Access, Endpoint, Outcome};
use crate::settings::ErrorCase;
use crate::state::session::Session;

pub(crate) static ENDPOINT: Endpoint = Endpoint {
    name: "sessions.revoke",
    about: "Revoke sessions",
    method: Method::POST,
    path: "/v1/b2b/sessions/revoke",
    query: &[],
    fields: &[
        "member_session_id",
        "session_token",
        "session_jwt",
        "member_id",
    ],
    access: Access::Rbac {
        action: "revoke-sessions",
        own: true,
    },
    handler,
};

fn handler(api: &mut Api, call: &Call<'_>) -> Outcome {
    let id = call.fields.text("member_session_id")?;
    let token = call.fields.text("session_token")?;
    let jwt = call.fields.text("session_jwt")?;
    let member = call.fields.text("member_id")?;
    let session = match (id, token, jwt, member) {
        (Some(id), None, None, None) => {
            let session = api.sessions.by_id(id, call.now).cloned();
            session.ok_or_else(|| ErrorCase::SessionNotFound.into())
        }
        (None, Some(token), None, None) => api.session_of_token(call, token),
        (None, None, Some(jwt), None) => api.session_of_jwt(call, jwt),
        (None, None, None, Some(member)) => return revoke_all(api, call, member),
        (None, None, None, None) => return Err(ErrorCase::NoRevokeArgument.into()),
        _ => return Err(ErrorCase::TooManyRevokeArguments.into()),
    };
    if let Some(session) = known(call, session)? {
        api.admit(call, Target::Member(session.member))?;
        api.sessions.end(&session.id);
    }
    Ok(Map::new().into())
}

/// Returns the session, or `None` if it does not exist and a setting ignores that.
fn known(call: &Call<'_>, session: Result<Session, Refusal>) -> Result<Option<Session>, Refusal> {
    match session {
        Ok(session) => Ok(Some(session)),
        Err(refusal)
            if refusal.case == ErrorCase::SessionNotFound
                && call.settings.session.revoke_ignores_unknown =>
        {
            Ok(None)
        }
        Err(refusal) => Err(refusal),
    }
}

fn revoke_all(api: &mut Api, call: &Call<'_>, member: &str) -> Outcome {
    let member = api.directory.member(member);
    let member = member.ok_or(ErrorCase::MemberNotFound)?;
    api.admit(call, Target::Member(member))?;
    api.sessions.end_all(member);
    if call.settings.session.revoke_ends_intermediate {
        api.sessions.end_all_intermediate(member);
    }
    Ok(Map::new().into())
}

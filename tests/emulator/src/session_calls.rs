//! The endpoints around sessions: Authenticate and the key set.

use serde_json::{Map, Value, json};

use crate::api::{Answer, Api, Call};
use crate::error::{ApiError, SESSION_AUTHORIZATION, SESSION_TENANCY, TOO_MANY_SESSION_ARGUMENTS};
use crate::json;
use crate::session::Session;
use crate::settings::Situation;

impl Api {
    /// `POST /v1/b2b/sessions/authenticate`
    pub(crate) fn authenticate_session(&mut self, call: &Call<'_>) -> Answer {
        let fields = call.fields(&[
            "session_token",
            "session_jwt",
            "session_duration_minutes",
            "session_custom_claims",
            "authorization_check",
        ])?;
        let check = fields.object("authorization_check")?;
        let session = match (fields.text("session_token")?, fields.text("session_jwt")?) {
            (Some(token), None) => self.session_of_token(call, token)?,
            (None, Some(jwt)) => self.session_of_jwt(call, jwt)?,
            (None, None) => return Err(call.error(Situation::NoSessionArgument)),
            (Some(_), Some(_)) => return Err(TOO_MANY_SESSION_ARGUMENTS.into()),
        };
        let member = session.member;
        let verdict = match check {
            Some(check) => self.verdict(call, check, &session)?,
            None => Value::Null,
        };
        let session = self.refresh_session(call, &fields, session)?;
        let mut answer = self.member_answer(call, member);
        answer.remove("member_id");
        answer.extend(session);
        answer.insert("verdict".to_owned(), verdict);
        Ok(answer)
    }

    /// The emulator has no RBAC policy; a setting stands for it.
    fn verdict(
        &self,
        call: &Call<'_>,
        check: &Map<String, Value>,
        session: &Session,
    ) -> Result<Value, ApiError> {
        let organization = self.directory.organization_of(session.member);
        let wanted = check.get("organization_id").and_then(Value::as_str);
        if !wanted.is_some_and(|name| organization.is_named(name)) {
            return Err(SESSION_TENANCY.into());
        }
        if !call.settings.authorization_checks_pass {
            return Err(SESSION_AUTHORIZATION.into());
        }
        let roles = self.directory.members[session.member].role_ids();
        Ok(json!({ "authorized": true, "granting_roles": roles }))
    }

    /// `GET /v1/b2b/sessions/jwks/{project_id}`
    pub(crate) fn json_web_key_set(&self, call: &Call<'_>, project: &str) -> Answer {
        if project != self.project_id {
            return Err(call.error(Situation::ProjectNotFound));
        }
        Ok(json::members(json!({ "keys": self.signer.key_set() })))
    }
}

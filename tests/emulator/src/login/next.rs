//! The session that a call opens or extends if its password or code is right.

use serde_json::{Map, Value};

use super::claims;
use super::open::{blank_session, session_minutes};
use super::presented::{Presented, touch};
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::state::directory::MemberKey;
use crate::state::session::{Factors, Session};

/// The session that a call opens or extends if its password or code is right.
#[derive(Debug)]
pub(crate) enum Next {
    /// The session that was presented, with the call's changes.
    Extended(Session),
    /// A new session.
    New(NewSession),
}

/// A session that is not open yet.
#[derive(Debug)]
pub(crate) struct NewSession {
    /// The token of the intermediate session that was presented.
    pub(super) intermediate: Option<String>,
    /// The factors of the intermediate session.
    pub(super) factors: Factors,
    minutes: Option<i32>,
    custom_claims: Map<String, Value>,
}

impl Next {
    /// Reads and checks all session fields of a call, before anything changes.
    pub(crate) fn read(api: &Api, call: &Call<'_>, member: MemberKey) -> Result<Self, Refusal> {
        let minutes = session_minutes(call)?;
        let (intermediate, factors) = match api.presented_session(call, member)? {
            Some(Presented::Full(mut session)) => {
                let moves = call.settings.session.expiry_moves_without_duration;
                touch(&mut session, call, moves)?;
                return Ok(Self::Extended(session));
            }
            Some(Presented::Intermediate { token, factors }) => (Some(token), factors),
            None => (None, Factors::default()),
        };
        Ok(Self::New(NewSession {
            intermediate,
            factors,
            minutes,
            custom_claims: new_claims(call)?,
        }))
    }
}

impl NewSession {
    /// Opens the session, which uses up the intermediate session. It is not stored yet.
    pub(super) fn open(self, api: &mut Api, call: &Call<'_>, member: MemberKey) -> Session {
        if let Some(token) = self.intermediate {
            api.sessions.consume_intermediate(&token);
        }
        Session {
            custom_claims: self.custom_claims,
            user_agent: call.user_agent().to_owned(),
            ..blank_session(api, member, self.factors, self.minutes, call.now)
        }
    }
}

/// Returns the custom claims that a call sets on a new session.
fn new_claims(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let has_duration = call.fields.integer("session_duration_minutes")?.is_some();
    let wanted = has_duration || !call.settings.claims.need_session_duration;
    let mut custom_claims = Map::new();
    if let Some(given) = call
        .fields
        .object("session_custom_claims")?
        .filter(|_| wanted)
    {
        claims::merge(&mut custom_claims, given, &call.settings.claims)?;
    }
    Ok(custom_claims)
}

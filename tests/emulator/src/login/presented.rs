//! The session that a call presents: `session_token`, `session_jwt` or
//! `intermediate_session_token`.

use serde_json::{Map, Value};

use super::claims;
use super::open::{DEFAULT_MINUTES, keep_session, session_minutes};
use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::clock::minutes_later;
use crate::settings::ErrorCase;
use crate::state::MemberStatus;
use crate::state::directory::MemberKey;
use crate::state::session::{Factors, Session};

/// The session that a call presents.
#[derive(Debug)]
pub(crate) enum Presented {
    /// An intermediate session, i.e. a login that still needs a factor.
    Intermediate { token: String, factors: Factors },
    /// A full session.
    Full(Session),
}

impl Presented {
    pub(crate) fn factors(&self) -> &Factors {
        match self {
            Self::Intermediate { factors, .. } => factors,
            Self::Full(session) => &session.factors,
        }
    }
}

impl Api {
    /// Returns the session that a call presents for a Member, if any.
    pub(crate) fn presented_session(
        &self,
        call: &Call<'_>,
        member: MemberKey,
    ) -> Result<Option<Presented>, Refusal> {
        let token = call.fields.text("session_token")?;
        let jwt = call.fields.text("session_jwt")?;
        let intermediate = call.fields.text("intermediate_session_token")?;
        let session = match (token, jwt, intermediate) {
            (None, None, None) => return Ok(None),
            (Some(token), None, None) => self.session_of_token(call, token)?,
            (None, Some(jwt), None) => self.session_of_jwt(call, jwt)?,
            (None, None, Some(token)) => {
                return self.intermediate_session(call, token, member).map(Some);
            }
            _ => return Err(ErrorCase::TooManySessionArguments.into()),
        };
        if session.member != member {
            return Err(ErrorCase::SessionOfOtherMember.into());
        }
        Ok(Some(Presented::Full(session)))
    }

    /// Finds the live session with a token.
    pub(crate) fn session_of_token(
        &self,
        call: &Call<'_>,
        token: &str,
    ) -> Result<Session, Refusal> {
        let in_alphabet = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        if token.len() != 44 || !token.bytes().all(in_alphabet) {
            return Err(ErrorCase::InvalidSessionToken.into());
        }
        let session = self.sessions.by_token(token, call.now);
        self.session_of_present_member(session)
    }

    /// Finds the live session of a JWT.
    pub(crate) fn session_of_jwt(&self, call: &Call<'_>, jwt: &str) -> Result<Session, Refusal> {
        let claims = self
            .signer
            .verify(jwt)
            .ok_or(ErrorCase::InvalidSessionJwt)?;
        let expires = claims.get("exp").and_then(Value::as_i64);
        let expired = expires.is_none_or(|expires| expires <= call.now.as_second());
        if expired && !call.settings.session.accept_expired_jwt {
            return Err(ErrorCase::SessionNotFound.into());
        }
        let session = claims.get("https://stytch.com/session");
        let id = session.and_then(|session| session.get("id")?.as_str());
        self.session_of_present_member(id.and_then(|id| self.sessions.by_id(id, call.now)))
    }

    /// Refuses a missing session. Also refuses the session of a deleted Member, unless a setting
    /// keeps it.
    fn session_of_present_member(&self, session: Option<&Session>) -> Result<Session, Refusal> {
        let ends = self.settings.member.deletion_ends_sessions;
        let session = session.filter(|session| !ends || !self.is_deleted(session.member));
        Ok(session.ok_or(ErrorCase::SessionNotFound)?.clone())
    }

    fn is_deleted(&self, member: MemberKey) -> bool {
        self.directory[member].status == MemberStatus::Deleted
    }

    fn intermediate_session(
        &self,
        call: &Call<'_>,
        token: &str,
        member: MemberKey,
    ) -> Result<Presented, Refusal> {
        let session = self.sessions.intermediate(token, call.now);
        let session = session.filter(|session| !self.is_deleted(session.member));
        let session = session.ok_or(ErrorCase::IntermediateSessionNotFound)?;
        let organization = |member: MemberKey| self.directory[member].organization;
        if organization(session.member) != organization(member) {
            return Err(ErrorCase::IntermediateSessionOfOtherOrganization.into());
        }
        if session.member != member {
            return Err(ErrorCase::SessionOfOtherMember.into());
        }
        Ok(Presented::Intermediate {
            token: token.to_owned(),
            factors: session.factors.clone(),
        })
    }
}

/// Applies a call's duration and claims to an existing session and returns the part of the response
/// that shows it.
pub(crate) fn refresh_session(
    api: &mut Api,
    call: &Call<'_>,
    mut session: Session,
) -> Result<Map<String, Value>, Refusal> {
    // Documented: without a duration, sessions Authenticate does not extend the session.
    touch(&mut session, call, false)?;
    Ok(keep_session(api, session, call.now))
}

/// Applies a call's duration and claims to an existing session. Without a duration, the expiry
/// moves to the default lifetime from now if `moves` is set.
pub(super) fn touch(session: &mut Session, call: &Call<'_>, moves: bool) -> Result<(), Refusal> {
    let minutes = session_minutes(call)?;
    if let Some(changes) = call.fields.object("session_custom_claims")? {
        claims::merge(&mut session.custom_claims, changes, &call.settings.claims)?;
    }
    if let Some(minutes) = minutes.or_else(|| moves.then_some(DEFAULT_MINUTES)) {
        session.expires_at = minutes_later(call.now, minutes);
    }
    session.last_accessed_at = call.now;
    Ok(())
}

//! The session arguments of a call: `session_token`, `session_jwt`, `intermediate_session_token`,
//! and the session that comes out of a successful one.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::api::{Api, Call};
use crate::clock::minutes_later;
use crate::custom_claims;
use crate::error::{
    ApiError, INTERMEDIATE_SESSION_NOT_FOUND, INTERNAL, INVALID_SESSION_TOKEN,
    PRIMARY_FACTOR_MISSING, SESSION_NOT_FOUND, TOO_MANY_SESSION_ARGUMENTS,
};
use crate::fields::Fields;
use crate::json;
use crate::session::{AuthenticationFactor, Factors, Session};
use crate::settings::Situation;

/// Lifetime of a session when the call does not say.
const DEFAULT_MINUTES: i32 = 60;
const MIN_MINUTES: i32 = 5;
const MAX_MINUTES: i32 = 527_040;
/// Lifetime of a session JWT, whatever that of the session.
const JWT_SECONDS: i64 = 300;

/// The session that a call presents.
#[derive(Debug)]
pub(crate) enum PresentedSession {
    /// A login that still owes a factor, with its token.
    Intermediate { token: String, factors: Factors },
    /// A full session.
    Full(Session),
}

impl PresentedSession {
    pub(crate) fn factors(&self) -> &Factors {
        match self {
            Self::Intermediate { factors, .. } => factors,
            Self::Full(session) => &session.factors,
        }
    }
}

/// The session that a call will open or extend if its code is right.
#[derive(Debug)]
pub(crate) enum NextSession {
    /// A new one.
    New {
        factors: Factors,
        minutes: Option<i32>,
        custom_claims: Map<String, Value>,
        /// The intermediate token that is used up by it.
        consumes: Option<String>,
    },
    /// The one that was presented, with the call's changes.
    Extended(Session),
}

impl Api {
    /// The session that a call presents for a member.
    pub(crate) fn presented_session(
        &self,
        call: &Call<'_>,
        fields: &Fields<'_>,
        member: usize,
    ) -> Result<Option<PresentedSession>, ApiError> {
        let token = fields.text("session_token")?;
        let jwt = fields.text("session_jwt")?;
        let intermediate = fields.text("intermediate_session_token")?;
        let presented = match (token, jwt, intermediate) {
            (None, None, None) => None,
            (Some(token), None, None) => Some(self.session_of_token(call, token)?),
            (None, Some(jwt), None) => Some(self.session_of_jwt(call, jwt)?),
            (None, None, Some(token)) => {
                return self.intermediate_session(call, token, member).map(Some);
            }
            _ => return Err(TOO_MANY_SESSION_ARGUMENTS.into()),
        };
        if presented
            .as_ref()
            .is_some_and(|session| session.member != member)
        {
            return Err(call.error(Situation::SessionOfOtherMember));
        }
        Ok(presented.map(PresentedSession::Full))
    }

    /// The live session of a token.
    pub(crate) fn session_of_token(
        &self,
        call: &Call<'_>,
        token: &str,
    ) -> Result<Session, ApiError> {
        let in_alphabet = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        if token.len() != 44 || !token.bytes().all(in_alphabet) {
            return Err(INVALID_SESSION_TOKEN.into());
        }
        let session = self.sessions.by_token(token, call.now);
        Ok(session.ok_or(SESSION_NOT_FOUND)?.clone())
    }

    /// The live session that a JWT stands for.
    pub(crate) fn session_of_jwt(&self, call: &Call<'_>, jwt: &str) -> Result<Session, ApiError> {
        let claims = self
            .signer
            .verify(jwt)
            .ok_or_else(|| call.error(Situation::InvalidSessionJwt))?;
        let expires = claims.get("exp").and_then(Value::as_i64);
        let expired = expires.is_none_or(|expires| expires <= call.now.as_second());
        let id = claims
            .get("https://stytch.com/session")
            .and_then(|session| session.get("id")?.as_str());
        let session = id.and_then(|id| self.sessions.by_id(id, call.now));
        match session {
            Some(session) if !expired || call.settings.accept_expired_session_jwt => {
                Ok(session.clone())
            }
            _ => Err(SESSION_NOT_FOUND.into()),
        }
    }

    fn intermediate_session(
        &self,
        call: &Call<'_>,
        token: &str,
        member: usize,
    ) -> Result<PresentedSession, ApiError> {
        let session = self
            .sessions
            .intermediate(token, call.now)
            .ok_or(INTERMEDIATE_SESSION_NOT_FOUND)?;
        let organization = |member: usize| self.directory.members[member].organization;
        if organization(session.member) != organization(member) {
            return Err(call.error(Situation::IntermediateSessionOfOtherOrganization));
        }
        if session.member != member {
            return Err(call.error(Situation::SessionOfOtherMember));
        }
        Ok(PresentedSession::Intermediate {
            token: token.to_owned(),
            factors: session.factors.clone(),
        })
    }

    /// Reads and checks everything that a call says about its session, before anything changes.
    pub(crate) fn next_session(
        &self,
        call: &Call<'_>,
        fields: &Fields<'_>,
        member: usize,
    ) -> Result<NextSession, ApiError> {
        let minutes = session_minutes(call, fields)?;
        let claims = fields.object("session_custom_claims")?;
        let (factors, consumes) = match self.presented_session(call, fields, member)? {
            Some(PresentedSession::Full(mut session)) => {
                touch(&mut session, call, minutes, claims)?;
                return Ok(NextSession::Extended(session));
            }
            Some(PresentedSession::Intermediate { factors, .. }) if !factors.has_primary() => {
                return Err(PRIMARY_FACTOR_MISSING.into());
            }
            Some(PresentedSession::Intermediate { token, factors }) => (factors, Some(token)),
            None if call.settings.session_argument_required => {
                return Err(call.error(Situation::NoSessionArgument));
            }
            None => (Factors::default(), None),
        };
        let wanted = minutes.is_some() || !call.settings.claims_need_session_duration;
        let mut custom_claims = Map::new();
        if let Some(claims) = claims.filter(|_| wanted) {
            custom_claims::merge(&mut custom_claims, claims, call.settings)?;
        }
        Ok(NextSession::New {
            factors,
            minutes,
            custom_claims,
            consumes,
        })
    }

    /// Opens or extends the session with a new factor and returns its part of the answer.
    pub(crate) fn open_session(
        &mut self,
        call: &Call<'_>,
        member: usize,
        next: NextSession,
        factor: AuthenticationFactor,
    ) -> Result<Map<String, Value>, ApiError> {
        let mut session = match next {
            NextSession::Extended(session) => session,
            NextSession::New {
                factors,
                minutes,
                custom_claims,
                consumes,
            } => {
                if let Some(token) = consumes {
                    self.sessions.consume_intermediate(&token);
                }
                Session {
                    custom_claims,
                    user_agent: call.user_agent().to_owned(),
                    ..self.blank_session(member, factors, minutes, call.now)
                }
            }
        };
        session.factors.add(factor);
        self.keep_session(session, call.now)
    }

    /// A session without claims, not kept yet.
    pub(crate) fn blank_session(
        &mut self,
        member: usize,
        factors: Factors,
        minutes: Option<i32>,
        now: Timestamp,
    ) -> Session {
        Session {
            id: self.generate.id("session"),
            token: self.generate.session_token(),
            member,
            factors,
            started_at: now,
            last_accessed_at: now,
            expires_at: minutes_later(now, minutes.unwrap_or(DEFAULT_MINUTES)),
            custom_claims: Map::new(),
            user_agent: String::new(),
        }
    }

    /// Applies what a call says about an existing session and returns its part of the answer.
    pub(crate) fn refresh_session(
        &mut self,
        call: &Call<'_>,
        fields: &Fields<'_>,
        mut session: Session,
    ) -> Result<Map<String, Value>, ApiError> {
        let minutes = session_minutes(call, fields)?;
        let claims = fields.object("session_custom_claims")?;
        touch(&mut session, call, minutes, claims)?;
        self.keep_session(session, call.now)
    }

    /// Keeps a session and returns its part of an answer, with a new JWT.
    pub(crate) fn keep_session(
        &mut self,
        session: Session,
        now: Timestamp,
    ) -> Result<Map<String, Value>, ApiError> {
        let organization = self.directory.organization_of(session.member);
        let member = &self.directory.members[session.member];
        let roles = member.role_ids();
        let jwt = self
            .signer
            .sign(&self.jwt_claims(&session, now))
            .ok_or(INTERNAL)?;
        let answer = json::members(serde_json::json!({
            "session_token": session.token,
            "session_jwt": jwt,
            "member_session":
                session.to_json(&member.id, &roles, &organization.id, &organization.slug),
        }));
        self.sessions.insert(session);
        Ok(answer)
    }

    fn jwt_claims(&self, session: &Session, now: Timestamp) -> Map<String, Value> {
        let organization = self.directory.organization_of(session.member);
        let member = &self.directory.members[session.member];
        let issued = now.as_second();
        let mut claims = session.custom_claims.clone();
        claims.extend(json::members(serde_json::json!({
            "iss": format!("stytch.com/{}", self.project_id),
            "aud": [self.project_id],
            "sub": member.id,
            "iat": issued,
            "nbf": issued,
            "exp": issued.saturating_add(JWT_SECONDS),
            "https://stytch.com/session": {
                "id": session.id,
                "started_at": json::time(session.started_at),
                "last_accessed_at": json::time(session.last_accessed_at),
                "expires_at": json::time(session.expires_at),
                "attributes": { "user_agent": session.user_agent, "ip_address": "127.0.0.1" },
                "authentication_factors": session.factors.to_json(),
                "roles": member.role_ids(),
            },
            "https://stytch.com/organization": {
                "organization_id": organization.id,
                "slug": organization.slug,
            },
        })));
        claims
    }
}

fn session_minutes(call: &Call<'_>, fields: &Fields<'_>) -> Result<Option<i32>, ApiError> {
    let minutes = fields.integer("session_duration_minutes")?;
    match minutes {
        Some(minutes) if !(MIN_MINUTES..=MAX_MINUTES).contains(&minutes) => {
            Err(call.error(Situation::InvalidSessionDuration))
        }
        Some(minutes) if minutes > call.settings.max_session_duration_minutes => {
            Err(call.error(Situation::SessionDurationAboveMaximum))
        }
        minutes => Ok(minutes),
    }
}

/// Applies a call's duration and claims to an existing session.
fn touch(
    session: &mut Session,
    call: &Call<'_>,
    minutes: Option<i32>,
    claims: Option<&Map<String, Value>>,
) -> Result<(), ApiError> {
    if let Some(claims) = claims {
        custom_claims::merge(&mut session.custom_claims, claims, call.settings)?;
    }
    let moves = call.settings.expiry_moves_without_duration;
    if let Some(minutes) = minutes.or_else(|| moves.then_some(DEFAULT_MINUTES)) {
        session.expires_at = minutes_later(call.now, minutes);
    }
    session.last_accessed_at = call.now;
    Ok(())
}

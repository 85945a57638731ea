//! Opening and storing sessions, each time with a new JWT.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::api::Api;
use crate::api::call::Call;
use crate::api::error::Refusal;
use crate::clock::minutes_later;
use crate::json;
use crate::settings::{ErrorCase, session_minutes as limits};
use crate::state::directory::MemberKey;
use crate::state::session::{AuthenticationFactor, Factor, Factors, IntermediateSession, Session};

/// Default lifetime of a session in minutes.
pub(super) const DEFAULT_MINUTES: i32 = 60;
/// Lifetime of a session JWT in seconds. It does not depend on the lifetime of the session.
const JWT_SECONDS: i64 = 300;

impl Api {
    /// Creates an intermediate session with these factors and returns its token.
    pub(crate) fn create_intermediate_session(
        &mut self,
        member: MemberKey,
        factors: Factors,
        now: Timestamp,
    ) -> String {
        let token = self.generate.intermediate_session_token();
        let minutes = self.settings.session.intermediate_minutes;
        let session = IntermediateSession {
            member,
            factors,
            expires_at: minutes_later(now, minutes),
        };
        self.sessions.insert_intermediate(token.clone(), session);
        token
    }

    /// Creates a session with these factors and returns the part of a response that shows it.
    pub(crate) fn create_session(
        &mut self,
        member: MemberKey,
        factors: Factors,
        now: Timestamp,
    ) -> Map<String, Value> {
        let session = blank_session(self, member, factors, None, now);
        keep_session(self, session, now)
    }

    /// Returns these factors of a Member, authenticated now.
    pub(crate) fn factors(&self, member: MemberKey, factors: &[Factor], now: Timestamp) -> Factors {
        let mut all = Factors::default();
        for factor in factors {
            let details = self.directory[member].factor_details(*factor);
            all.add(AuthenticationFactor::new(*factor, details, now));
        }
        all
    }
}

/// Reads and checks `session_duration_minutes`.
pub(super) fn session_minutes(call: &Call<'_>) -> Result<Option<i32>, Refusal> {
    let minutes = call.fields.integer("session_duration_minutes")?;
    match minutes {
        Some(minutes) if !limits().contains(&minutes) => {
            Err(ErrorCase::InvalidSessionDuration.into())
        }
        Some(minutes) if minutes > call.settings.session.max_duration_minutes => {
            Err(ErrorCase::SessionDurationAboveMaximum.into())
        }
        minutes => Ok(minutes),
    }
}

/// Creates a session without claims. It is not stored yet.
pub(super) fn blank_session(
    api: &mut Api,
    member: MemberKey,
    factors: Factors,
    minutes: Option<i32>,
    now: Timestamp,
) -> Session {
    Session {
        id: api.generate.id("member-session"),
        token: api.generate.session_token(),
        member,
        factors,
        started_at: now,
        last_accessed_at: now,
        expires_at: minutes_later(now, minutes.unwrap_or(DEFAULT_MINUTES)),
        custom_claims: Map::new(),
        user_agent: String::new(),
    }
}

/// Stores a session and returns the part of a response that shows it, with a new JWT.
pub(super) fn keep_session(api: &mut Api, session: Session, now: Timestamp) -> Map<String, Value> {
    let organization = api.directory.organization_of(session.member);
    let member = &api.directory[session.member];
    let body = json::members(json!({
        "session_token": session.token,
        "session_jwt": api.signer.sign(&jwt_claims(api, &session, now)),
        "member_session": session.to_json(member, organization, &api.settings.session),
    }));
    api.sessions.insert(session);
    body
}

fn jwt_claims(api: &Api, session: &Session, now: Timestamp) -> Map<String, Value> {
    let organization = api.directory.organization_of(session.member);
    let member = &api.directory[session.member];
    let issued = now.as_second();
    let mut claims = session.custom_claims.clone();
    claims.extend(json::members(json!({
        "iss": format!("stytch.com/{}", api.project_id),
        "aud": [api.project_id],
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
            "authentication_factors": session.factors.to_json(&api.settings.session),
            "roles": member.role_ids(),
        },
        "https://stytch.com/organization": {
            "organization_id": organization.id,
            "slug": organization.slug(),
        },
    })));
    claims
}

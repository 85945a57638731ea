//! Sessions, intermediate sessions and their authentication factors.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::directory::MemberKey;
use super::member::Member;
use super::organization::Organization;
use crate::json;
use crate::settings::SessionSettings;

/// A factor with which a session or an intermediate session can be created.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Factor {
    /// An email magic link, a primary factor.
    MagicLink,
    /// A password, a primary factor.
    Password,
    /// A code by text message to the Member's `mfa_phone_number`.
    SmsOtp,
    /// The Member's TOTP.
    Totp,
}

/// A factor in a session.
#[derive(Clone, Debug)]
pub(crate) struct AuthenticationFactor {
    kind: &'static str,
    delivery_method: &'static str,
    /// Key of the sub-object; empty if there is none.
    name: &'static str,
    details: Value,
    created_at: Timestamp,
    last_authenticated_at: Timestamp,
}

impl AuthenticationFactor {
    /// Creates a factor with its details, authenticated now.
    pub(crate) fn new(factor: Factor, details: Value, now: Timestamp) -> Self {
        let (kind, delivery_method, name) = match factor {
            Factor::MagicLink => ("magic_link", "email", "email_factor"),
            Factor::Password => ("password", "knowledge", ""),
            Factor::SmsOtp => ("otp", "sms", "phone_number_factor"),
            Factor::Totp => ("totp", "authenticator_app", "authenticator_app_factor"),
        };
        Self::named(kind, delivery_method, name, details, now)
    }

    /// Creates the factor of a used recovery code.
    pub(crate) fn recovery_code(id: &str, now: Timestamp) -> Self {
        let details = json!({ "totp_recovery_code_id": id });
        Self::named(
            "recovery_codes",
            "recovery_code",
            "recovery_code_factor",
            details,
            now,
        )
    }

    fn named(
        kind: &'static str,
        delivery_method: &'static str,
        name: &'static str,
        details: Value,
        now: Timestamp,
    ) -> Self {
        Self {
            kind,
            delivery_method,
            name,
            details,
            created_at: now,
            last_authenticated_at: now,
        }
    }

    /// Whether it is a primary factor.
    fn is_primary(&self) -> bool {
        matches!(self.kind, "magic_link" | "password")
    }

    /// Whether it is the same factor, authenticated at any time.
    fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.details == other.details
    }

    fn to_json(&self, settings: &SessionSettings) -> Value {
        let mut factor = json!({
            "type": self.kind,
            "delivery_method": self.delivery_method,
            "last_authenticated_at": json::time(self.last_authenticated_at),
            "created_at": json::time(self.created_at),
            "updated_at": json::time(self.last_authenticated_at),
        });
        if settings.show_sequence_order {
            let primary = self.is_primary();
            factor["sequence_order"] = json!(if primary { "PRIMARY" } else { "SECONDARY" });
        }
        if !self.name.is_empty() {
            factor[self.name] = self.details.clone();
        }
        factor
    }
}

/// The factors of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Factors(Vec<AuthenticationFactor>);

impl Factors {
    /// Adds a factor. An existing factor is authenticated again.
    pub(crate) fn add(&mut self, factor: AuthenticationFactor) {
        match self.0.iter_mut().find(|known| known.is_same(&factor)) {
            Some(known) => known.last_authenticated_at = factor.last_authenticated_at,
            None => self.0.push(factor),
        }
    }

    /// Whether there is a primary factor.
    pub(crate) fn has_primary(&self) -> bool {
        self.0.iter().any(AuthenticationFactor::is_primary)
    }

    /// Whether there is a second factor.
    pub(crate) fn has_secondary(&self) -> bool {
        self.0.iter().any(|factor| !factor.is_primary())
    }

    /// Whether this factor is present.
    pub(crate) fn has(&self, factor: &AuthenticationFactor) -> bool {
        self.0.iter().any(|known| known.is_same(factor))
    }

    pub(crate) fn to_json(&self, settings: &SessionSettings) -> Value {
        let factors = self.0.iter();
        factors.map(|factor| factor.to_json(settings)).collect()
    }
}

/// A login that still needs a factor.
#[derive(Clone, Debug)]
pub(crate) struct IntermediateSession {
    pub(crate) member: MemberKey,
    pub(crate) factors: Factors,
    pub(crate) expires_at: Timestamp,
}

/// A session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) token: String,
    pub(crate) member: MemberKey,
    pub(crate) factors: Factors,
    pub(crate) started_at: Timestamp,
    pub(crate) last_accessed_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) custom_claims: Map<String, Value>,
    pub(crate) user_agent: String,
}

impl Session {
    /// The session as the API shows it.
    pub(crate) fn to_json(
        &self,
        member: &Member,
        organization: &Organization,
        settings: &SessionSettings,
    ) -> Value {
        json!({
            "member_session_id": self.id,
            "member_id": member.id,
            "started_at": json::time(self.started_at),
            "last_accessed_at": json::time(self.last_accessed_at),
            "expires_at": json::time(self.expires_at),
            "authentication_factors": self.factors.to_json(settings),
            "organization_id": organization.id,
            "roles": member.role_ids(),
            "organization_slug": organization.slug(),
            "custom_claims": self.custom_claims,
        })
    }
}

/// All sessions and intermediate sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_id: HashMap<String, Session>,
    ids_by_token: HashMap<String, String>,
    ids_by_member: HashMap<MemberKey, Vec<String>>,
    intermediate: HashMap<String, IntermediateSession>,
}

impl Sessions {
    pub(crate) fn insert(&mut self, session: Session) {
        let id = session.id.clone();
        if !self.by_id.contains_key(&id) {
            self.ids_by_token.insert(session.token.clone(), id.clone());
            let ids = self.ids_by_member.entry(session.member).or_default();
            ids.push(id.clone());
        }
        self.by_id.insert(id, session);
    }

    /// Returns the live sessions of a Member, the oldest first.
    pub(crate) fn of_member(
        &self,
        member: MemberKey,
        now: Timestamp,
    ) -> impl Iterator<Item = &Session> {
        let ids = self.ids_by_member.get(&member).into_iter().flatten();
        ids.filter_map(move |id| self.by_id(id, now))
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, id: &str) {
        let Some(session) = self.by_id.remove(id) else {
            return;
        };
        self.ids_by_token.remove(&session.token);
        if let Some(ids) = self.ids_by_member.get_mut(&session.member) {
            ids.retain(|known| known != id);
        }
    }

    /// Ends all sessions of a Member.
    pub(crate) fn end_all(&mut self, member: MemberKey) {
        for id in self.ids_by_member.remove(&member).into_iter().flatten() {
            self.end(&id);
        }
    }

    /// Ends all intermediate sessions of a Member.
    pub(crate) fn end_all_intermediate(&mut self, member: MemberKey) {
        self.intermediate
            .retain(|_, session| session.member != member);
    }

    pub(crate) fn insert_intermediate(&mut self, token: String, session: IntermediateSession) {
        self.intermediate.insert(token, session);
    }

    /// Finds the live session with a token.
    pub(crate) fn by_token(&self, token: &str, now: Timestamp) -> Option<&Session> {
        self.by_id(self.ids_by_token.get(token)?, now)
    }

    /// Finds the live session with an id.
    pub(crate) fn by_id(&self, id: &str, now: Timestamp) -> Option<&Session> {
        self.by_id
            .get(id)
            .filter(|session| now < session.expires_at)
    }

    /// Finds the live intermediate session with a token.
    pub(crate) fn intermediate(&self, token: &str, now: Timestamp) -> Option<&IntermediateSession> {
        self.intermediate
            .get(token)
            .filter(|session| now < session.expires_at)
    }

    /// Replaces the factors of an intermediate session.
    pub(crate) fn set_intermediate_factors(&mut self, token: &str, factors: Factors) {
        if let Some(session) = self.intermediate.get_mut(token) {
            session.factors = factors;
        }
    }

    /// Uses up an intermediate session.
    pub(crate) fn consume_intermediate(&mut self, token: &str) {
        self.intermediate.remove(token);
    }
}

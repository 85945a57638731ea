//! The content of a verified session JWT.

use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;

use crate::decode::claims;
use crate::error::ClaimsError;
use crate::model::{AuthenticationFactor, AuthenticationFactorType};
use crate::operation::sessions::authenticate::AuthenticateSessionResponse;
use crate::value::id::{MemberId, MemberSessionId, OrganizationId};
use crate::value::json_object::JsonObject;
use crate::value::timestamp::Timestamp;

/// A session whose JWT was verified.
///
/// It shows the session as it was when the JWT was issued: a session that was revoked since then
/// still passes the local check for up to five minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedSession {
    /// The id of the session.
    pub member_session_id: MemberSessionId,
    /// The id of the Member, never an external id.
    pub member_id: MemberId,
    /// The id of the Organization, never its slug or an external id.
    pub organization_id: OrganizationId,
    /// The slug of the Organization.
    pub organization_slug: String,
    /// When the session started.
    pub started_at: Option<Timestamp>,
    /// When the session was last used.
    pub last_accessed_at: Option<Timestamp>,
    /// When the session ends. The JWT expires earlier: five minutes after it was issued.
    pub expires_at: Option<Timestamp>,
    /// The ids of the Member's roles, such as `stytch_member`.
    pub roles: Vec<String>,
    /// The factors that the Member passed, and when.
    pub authentication_factors: Vec<AuthenticationFactor>,
    /// The claims that the application put into the session; `Debug` shows only their number.
    pub custom_claims: JsonObject,
    /// When the JWT was issued; `None` if the API was called.
    pub issued_at: Option<SystemTime>,
    pub(super) checked_at: SystemTime,
}

impl VerifiedSession {
    /// Tells whether the Member passed a factor of one of these types at most `max_age` before the
    /// check of this session. Use it for step-up before sensitive actions.
    ///
    /// Only `last_authenticated_at` counts. A factor without it, or with one that cannot be read,
    /// is not recent.
    ///
    /// ```
    /// use std::time::Duration;
    /// use totps_core::{AuthenticationFactorType, VerifiedSession};
    ///
    /// fn may_change_bank_account(session: &VerifiedSession) -> bool {
    ///     let second_factors = [AuthenticationFactorType::Totp, AuthenticationFactorType::RecoveryCodes];
    ///     session.has_factor(&second_factors, Duration::from_secs(10 * 60))
    /// }
    /// ```
    pub fn has_factor(&self, types: &[AuthenticationFactorType], max_age: Duration) -> bool {
        self.authentication_factors.iter().any(|factor| {
            let is_of_type = factor.r#type.as_ref().is_some_and(|of| types.contains(of));
            let proved = factor.last_authenticated_at.as_ref();
            is_of_type
                && proved
                    .and_then(|time| time.to_system_time().ok())
                    .is_some_and(|time| self.age(time) <= max_age)
        })
    }

    /// Reads the custom claims into a type of the application.
    ///
    /// ```
    /// # fn example(session: &totps_core::VerifiedSession) -> Result<(), totps_core::ClaimsError> {
    /// #[derive(serde::Deserialize)]
    /// struct Claims {
    ///     plan: String,
    /// }
    ///
    /// let claims: Claims = session.claims()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ClaimsError::Mismatch`] when they do not match the type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        claims::read_map(&self.custom_claims)
    }

    /// Returns the session in a response of the API; `None` if it or one of its ids is missing.
    pub(super) fn of_response(
        response: &AuthenticateSessionResponse,
        now: SystemTime,
    ) -> Option<Self> {
        let session = response.member_session.clone()?;
        Some(Self {
            member_session_id: session.member_session_id?,
            member_id: response.member_id.clone(),
            organization_id: session.organization_id?,
            organization_slug: session.organization_slug,
            started_at: session.started_at,
            last_accessed_at: session.last_accessed_at,
            expires_at: session.expires_at,
            roles: session.roles,
            authentication_factors: session.authentication_factors,
            custom_claims: session.custom_claims.unwrap_or_default(),
            issued_at: None,
            checked_at: now,
        })
    }

    /// Returns how long before the check a time was; zero for a time after it, since clocks may
    /// differ.
    fn age(&self, time: SystemTime) -> Duration {
        self.checked_at.duration_since(time).unwrap_or_default()
    }
}

/// A session that was verified locally or by the API.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuthenticatedSession {
    /// The session.
    pub session: VerifiedSession,
    /// The response of the API, if it was called. Give its `session_jwt` to the user in place of
    /// the old one: it passes the local check for five minutes.
    pub response: Option<Box<AuthenticateSessionResponse>>,
}

impl AuthenticatedSession {
    pub(super) fn local(session: VerifiedSession) -> Self {
        Self {
            session,
            response: None,
        }
    }
}

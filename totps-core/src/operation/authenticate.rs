//! `POST /v1/b2b/totp/authenticate`: check a code and get a session.
//!
//! See Stytch's [Authenticate TOTP](https://stytch.com/docs/b2b/api/authenticate-totp).

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::decode::{Undecoded, claims, lenient, reply};
use crate::error::{ClaimsError, InvalidParams};
use crate::model::{DeviceInfo, Member, MemberSession, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::setters::setters;
use crate::operation::wire::{Wire, wire};
use crate::value::id::{MemberId, OrganizationId};
use crate::value::json_object::JsonObject;
use crate::value::secret::{IntermediateSessionToken, SessionJwt, SessionToken};
use crate::value::totp_code::TotpCode;

/// Parameters of Authenticate, which checks a code of a Member's TOTP.
///
/// At most one of the three session tokens may be given, which the server checks. An intermediate
/// session token completes the login and is used up. With one of the others, the factor is added to
/// that session.
///
/// ```
/// use totps_core::{AuthenticateParams, TotpCode};
///
/// let code = TotpCode::parse("123 456")?;
/// let params = AuthenticateParams::new("organization-test-…", "member-test-…", code)
///     .intermediate_session_token("SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=")
///     .session_duration_minutes(60);
/// # Ok::<_, totps_core::InvalidTotpCode>(())
/// ```
///
/// Mirrors Stytch's [Authenticate TOTP](https://stytch.com/docs/b2b/api/authenticate-totp).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuthenticateParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
    /// The code that the authenticator app shows.
    pub code: TotpCode,
    /// The token of the login that this code completes.
    pub intermediate_session_token: Option<IntermediateSessionToken>,
    /// The token of a session of the Member.
    pub session_token: Option<SessionToken>,
    /// The JWT of a session of the Member.
    pub session_jwt: Option<SessionJwt>,
    /// How long the session is valid from now on, in minutes: 5 to 527040 (366 days), by default
    /// 60.
    pub session_duration_minutes: Option<u32>,
    /// Claims to put into the session: at most 4 kB in all. A `null` deletes a claim, objects are
    /// merged, and other claims of the session stay.
    pub session_custom_claims: Option<JsonObject>,
    /// Whether the Member must pass a second factor at every login from now on. Ignored when the
    /// Organization requires it of every Member.
    pub set_mfa_enrollment: Option<MfaEnrollment>,
    /// `true` makes TOTP the second factor that the Member prefers.
    pub set_default_mfa: Option<bool>,
    /// The id of a device fingerprint; with it the response may have a `member_device`.
    pub telemetry_id: Option<String>,
}

/// Whether a Member must pass a second factor at every login, for
/// [`set_mfa_enrollment`](AuthenticateParams::set_mfa_enrollment).
///
/// ```
/// use totps_core::{AuthenticateParams, MfaEnrollment};
///
/// let params = AuthenticateParams::new("organization-test-…", "member-test-…", "123456")
///     .set_mfa_enrollment(MfaEnrollment::Enroll);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MfaEnrollment {
    /// The Member must pass one from now on.
    Enroll,
    /// The Member need not pass one from now on, unless the Organization requires it.
    Unenroll,
}

impl MfaEnrollment {
    /// Returns the value as on the wire.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Enroll => "enroll",
            Self::Unenroll => "unenroll",
        }
    }
}

impl AuthenticateParams {
    /// Creates parameters with the required fields, which must not be empty. Only the server checks
    /// the form of the code: use [`TotpCode::parse`] for text that a person typed.
    pub fn new(
        organization_id: impl Into<OrganizationId>,
        member_id: impl Into<MemberId>,
        code: impl Into<TotpCode>,
    ) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
            code: code.into(),
            intermediate_session_token: None,
            session_token: None,
            session_jwt: None,
            session_duration_minutes: None,
            session_custom_claims: None,
            set_mfa_enrollment: None,
            set_default_mfa: None,
            telemetry_id: None,
        }
    }

    setters! {
        intermediate_session_token,
        session_token,
        session_jwt,
        session_duration_minutes,
        session_custom_claims,
    }

    /// Sets [`set_mfa_enrollment`](Self::set_mfa_enrollment).
    #[must_use]
    pub fn set_mfa_enrollment(mut self, enrollment: MfaEnrollment) -> Self {
        self.set_mfa_enrollment = Some(enrollment);
        self
    }

    /// Sets [`set_default_mfa`](Self::set_default_mfa).
    #[must_use]
    pub fn set_default_mfa(mut self, set: bool) -> Self {
        self.set_default_mfa = Some(set);
        self
    }

    setters! { telemetry_id }
}

wire! {
    AuthenticateParams {
        organization_id, member_id, code, intermediate_session_token, session_token, session_jwt, session_duration_minutes, session_custom_claims, set_mfa_enrollment, set_default_mfa, telemetry_id
    }
}

impl Operation for AuthenticateParams {
    type Response = AuthenticateResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        InvalidParams::require("organization_id", self.organization_id.as_str())?;
        InvalidParams::require("member_id", self.member_id.as_str())?;
        InvalidParams::require("code", self.code.expose())?;
        const { Call::post("/v1/b2b/totp/authenticate") }.json(&Wire(self))
    }
}

/// Response of Authenticate: the session.
///
/// Mirrors Stytch's [Authenticate TOTP](https://stytch.com/docs/b2b/api/authenticate-totp).
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct AuthenticateResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member; the only required field of this response.
    pub member_id: MemberId,
    /// The Member, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member: Option<Member>,
    /// The Organization, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub organization: Option<Organization>,
    /// The token of the session. `None` when it is missing or cannot be read. Without it nobody is
    /// logged in, even though the code was right.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub session_token: Option<SessionToken>,
    /// The JWT of the session, which is valid for five minutes; `None` when there is none.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub session_jwt: Option<SessionJwt>,
    /// The session, if there is one and it could be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member_session: Option<MemberSession>,
    /// The device, if a `telemetry_id` was sent.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member_device: Option<DeviceInfo>,
    #[serde(skip)]
    undecoded: Vec<Undecoded>,
}

impl AuthenticateResponse {
    /// Reads the session's custom claims into a type of the application.
    ///
    /// ```
    /// use totps_core::{AuthenticateResponse, http};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Claims {
    ///     plan: String,
    /// }
    ///
    /// let json = r#"{"member_id": "", "member_session": {"custom_claims": {"plan": "enterprise"}}}"#;
    /// let authenticated = AuthenticateResponse::try_from(http::Response::new(json))?;
    /// let claims: Claims = authenticated.claims()?;
    /// assert_eq!(claims.plan, "enterprise");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] when there is no session, it has no claims, or they do not match the type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        claims::read(self.member_session.as_ref())
    }
}

reply! {
    AuthenticateResponse,
    essential: ["member_id"],
    unique: ["member_id", "session_token", "session_jwt"]
}

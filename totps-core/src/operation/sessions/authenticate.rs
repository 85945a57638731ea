//! `POST /v1/b2b/sessions/authenticate`: check a session.
//!
//! See Stytch's
//! [JWTs and sessions](https://stytch.com/docs/b2b/guides/sessions/resources/using-jwts).

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::decode::{Undecoded, claims, lenient, reply};
use crate::error::{ClaimsError, DecodeErrorKind, InvalidParams};
use crate::model::{AuthorizationVerdict, Member, MemberSession, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::setters::setters;
use crate::operation::wire::{Wire, wire};
use crate::value::id::{MemberId, OrganizationId};
use crate::value::json_object::JsonObject;
use crate::value::secret::{SessionJwt, SessionToken};

/// Parameters of Authenticate session, which checks whether a session is valid and which Member it
/// belongs to.
///
/// An expired JWT is accepted as long as its session is valid; the response has a fresh one. After
/// a lost response it is safe to repeat: the same duration and claims are set again.
///
/// ```
/// use totps_core::AuthenticateSessionParams;
///
/// let params = AuthenticateSessionParams::session_jwt("eyJ…").session_duration_minutes(60);
/// ```
///
/// Mirrors Stytch's `POST /v1/b2b/sessions/authenticate`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuthenticateSessionParams {
    session: Session,
    /// How long the session is valid from now on, in minutes: 5 to 527040 (366 days). Without it
    /// the session is not extended.
    pub session_duration_minutes: Option<u32>,
    /// Claims to put into the session: at most 4 kB in all. A `null` deletes a claim, objects are
    /// merged, and other claims of the session stay.
    pub session_custom_claims: Option<JsonObject>,
    /// An action that the Member must be allowed to do (RBAC). Otherwise the API refuses with 403.
    pub authorization_check: Option<AuthorizationCheck>,
}

#[derive(Debug, Clone)]
enum Session {
    Token(SessionToken),
    Jwt(SessionJwt),
}

impl AuthenticateSessionParams {
    /// Checks a session by its token, which must not be empty.
    pub fn session_token(token: impl Into<SessionToken>) -> Self {
        Self::new(Session::Token(token.into()))
    }

    /// Checks a session by its JWT, which must not be empty.
    pub fn session_jwt(jwt: impl Into<SessionJwt>) -> Self {
        Self::new(Session::Jwt(jwt.into()))
    }

    fn new(session: Session) -> Self {
        Self {
            session,
            session_duration_minutes: None,
            session_custom_claims: None,
            authorization_check: None,
        }
    }

    setters! { session_duration_minutes, session_custom_claims }

    /// Sets [`authorization_check`](Self::authorization_check).
    #[must_use]
    pub fn authorization_check(mut self, check: AuthorizationCheck) -> Self {
        self.authorization_check = Some(check);
        self
    }
}

/// An action that a Member must be allowed to do (RBAC), for [`AuthenticateSessionParams`].
///
/// ```
/// use totps_core::{AuthenticateSessionParams, AuthorizationCheck};
///
/// let check = AuthorizationCheck::new("organization-test-…", "documents", "write");
/// let params = AuthenticateSessionParams::session_token("mZAY…").authorization_check(check);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizationCheck {
    /// The id of the Organization that the Resource belongs to.
    pub organization_id: OrganizationId,
    /// The id of the Resource. The application's own ids must not begin with `stytch`.
    pub resource_id: String,
    /// The action on the Resource.
    pub action: String,
}

impl AuthorizationCheck {
    /// Creates a check. The parameters must not be empty.
    pub fn new(
        organization_id: impl Into<OrganizationId>,
        resource_id: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            organization_id: organization_id.into(),
            resource_id: resource_id.into(),
            action: action.into(),
        }
    }
}

wire! {
    AuthorizationCheck { organization_id, resource_id, action }
}

/// [`AuthenticateSessionParams`] with the field names of the wire.
struct Sent<'a> {
    session_token: Option<&'a SessionToken>,
    session_jwt: Option<&'a SessionJwt>,
    session_duration_minutes: Option<u32>,
    session_custom_claims: Option<&'a JsonObject>,
    authorization_check: Option<&'a AuthorizationCheck>,
}

wire! {
    Sent<'_> {
        session_token,
        session_jwt,
        session_duration_minutes,
        session_custom_claims,
        authorization_check,
    }
}

impl Operation for AuthenticateSessionParams {
    type Response = AuthenticateSessionResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        let (session_token, session_jwt) = match &self.session {
            Session::Token(token) => (Some(token), None),
            Session::Jwt(jwt) => (None, Some(jwt)),
        };
        if let Some(token) = session_token {
            InvalidParams::require("session_token", token.expose())?;
        }
        if let Some(jwt) = session_jwt {
            InvalidParams::require("session_jwt", jwt.expose())?;
        }
        if let Some(check) = &self.authorization_check {
            InvalidParams::require(
                "authorization_check.organization_id",
                check.organization_id.as_str(),
            )?;
            InvalidParams::require("authorization_check.resource_id", &check.resource_id)?;
            InvalidParams::require("authorization_check.action", &check.action)?;
        }
        let sent = Sent {
            session_token,
            session_jwt,
            session_duration_minutes: self.session_duration_minutes,
            session_custom_claims: self.session_custom_claims.as_ref(),
            authorization_check: self.authorization_check.as_ref(),
        };
        const { Call::post("/v1/b2b/sessions/authenticate") }.json(&Wire(&sent))
    }
}

/// Response of Authenticate session: the session is valid.
///
/// Mirrors Stytch's `POST /v1/b2b/sessions/authenticate`.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct AuthenticateSessionResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member: from the response itself, its session or its Member. A response
    /// without any of them is an error.
    #[serde(default, deserialize_with = "lenient::text")]
    pub member_id: MemberId,
    /// The session, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member_session: Option<MemberSession>,
    /// The token of the session.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub session_token: Option<SessionToken>,
    /// A fresh JWT of the session, which is valid for five minutes.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub session_jwt: Option<SessionJwt>,
    /// The Member, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member: Option<Member>,
    /// The Organization, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub organization: Option<Organization>,
    /// The result of the `authorization_check`, if there was one. If the Member is not allowed to
    /// do it, the API responds with 403 instead.
    #[serde(default, deserialize_with = "lenient::object")]
    pub verdict: Option<AuthorizationVerdict>,
    #[serde(skip)]
    undecoded: Vec<Undecoded>,
}

impl AuthenticateSessionResponse {
    /// Reads the session's custom claims into a type of the application, as
    /// [`AuthenticateResponse::claims`](crate::AuthenticateResponse::claims) does.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] when there is no session, it has no claims, or they do not match the type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        claims::read(self.member_session.as_ref())
    }

    /// Fills in `member_id` from the session or the Member: the documented response has it only
    /// there.
    fn find_member_id(&mut self) -> Result<(), DecodeErrorKind> {
        if !self.member_id.is_empty() {
            return Ok(());
        }
        let of_session = self.member_session.as_ref();
        let of_member = self.member.as_ref().map(|member| &member.member_id);
        let id = of_session
            .and_then(|session| session.member_id.as_ref())
            .or(of_member)
            .filter(|id| !id.is_empty());
        match id {
            Some(id) => self.member_id = id.clone(),
            None => return Err(DecodeErrorKind::Missing { field: "member_id" }),
        }
        Ok(())
    }
}

reply! {
    AuthenticateSessionResponse,
    essential: ["member_id"],
    unique: ["member_id", "session_token", "session_jwt"],
    then: find_member_id
}

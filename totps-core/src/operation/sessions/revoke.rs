//! `POST /v1/b2b/sessions/revoke`: end sessions.
//!
//! See Stytch's [Session object](https://stytch.com/docs/b2b/api/session-object).

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::rbac::with_session;
use crate::operation::wire::{Wire, wire};
use crate::value::id::{MemberId, MemberSessionId};
use crate::value::secret::{SessionJwt, SessionToken};

/// Parameters of Revoke sessions, which ends one session, or all sessions of a Member.
///
/// Where JWTs are checked without the API, those already issued stay valid for up to five minutes.
/// The call is safe to repeat after a lost response: a session that has ended stays ended.
///
/// ```
/// use totps_core::RevokeSessionsParams;
///
/// let logout = RevokeSessionsParams::session_token("mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q");
/// let everywhere = RevokeSessionsParams::member_id("member-test-…");
/// ```
///
/// Mirrors Stytch's `POST /v1/b2b/sessions/revoke`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RevokeSessionsParams {
    sessions: Sessions,
    /// The session token of the Member who asks for the call; sent as the header
    /// `X-Stytch-Member-Session`. Without this token and the JWT the call has all rights of the
    /// project.
    pub rbac_session_token: Option<SessionToken>,
    /// The session JWT of the Member who asks for the call; sent as the header
    /// `X-Stytch-Member-SessionJWT`.
    pub rbac_session_jwt: Option<SessionJwt>,
}

#[derive(Debug, Clone)]
enum Sessions {
    Id(MemberSessionId),
    Token(SessionToken),
    Jwt(SessionJwt),
    OfMember(MemberId),
}

impl RevokeSessionsParams {
    /// Ends the session with this id, which must not be empty.
    pub fn session_id(id: impl Into<MemberSessionId>) -> Self {
        Self::new(Sessions::Id(id.into()))
    }

    /// Ends the session with this token, which must not be empty.
    pub fn session_token(token: impl Into<SessionToken>) -> Self {
        Self::new(Sessions::Token(token.into()))
    }

    /// Ends the session with this JWT, which must not be empty.
    pub fn session_jwt(jwt: impl Into<SessionJwt>) -> Self {
        Self::new(Sessions::Jwt(jwt.into()))
    }

    /// Ends all sessions of a Member. The id or external id must not be empty.
    pub fn member_id(id: impl Into<MemberId>) -> Self {
        Self::new(Sessions::OfMember(id.into()))
    }

    fn new(sessions: Sessions) -> Self {
        Self {
            sessions,
            rbac_session_token: None,
            rbac_session_jwt: None,
        }
    }

    /// Sets [`rbac_session_token`](Self::rbac_session_token).
    #[must_use]
    pub fn rbac_session_token(mut self, token: impl Into<SessionToken>) -> Self {
        self.rbac_session_token = Some(token.into());
        self
    }

    /// Sets [`rbac_session_jwt`](Self::rbac_session_jwt).
    #[must_use]
    pub fn rbac_session_jwt(mut self, jwt: impl Into<SessionJwt>) -> Self {
        self.rbac_session_jwt = Some(jwt.into());
        self
    }
}

/// [`RevokeSessionsParams`] with the field names of the wire.
#[derive(Default)]
struct Sent<'a> {
    member_session_id: Option<&'a MemberSessionId>,
    session_token: Option<&'a SessionToken>,
    session_jwt: Option<&'a SessionJwt>,
    member_id: Option<&'a MemberId>,
}

wire! {
    Sent<'_> { member_session_id, session_token, session_jwt, member_id }
}

impl Operation for RevokeSessionsParams {
    type Response = RevokeSessionsResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        let mut sent = Sent::default();
        match &self.sessions {
            Sessions::Id(id) => {
                InvalidParams::require("member_session_id", id.as_str())?;
                sent.member_session_id = Some(id);
            }
            Sessions::Token(token) => {
                InvalidParams::require("session_token", token.expose())?;
                sent.session_token = Some(token);
            }
            Sessions::Jwt(jwt) => {
                InvalidParams::require("session_jwt", jwt.expose())?;
                sent.session_jwt = Some(jwt);
            }
            Sessions::OfMember(id) => {
                InvalidParams::require("member_id", id.as_str())?;
                sent.member_id = Some(id);
            }
        }
        with_session(
            const { Call::post("/v1/b2b/sessions/revoke") }.json(&Wire(&sent))?,
            ("rbac_session_token", self.rbac_session_token.as_ref()),
            ("rbac_session_jwt", self.rbac_session_jwt.as_ref()),
        )
    }
}

/// Response of Revoke sessions: the sessions have ended.
///
/// Mirrors Stytch's `POST /v1/b2b/sessions/revoke`.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct RevokeSessionsResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    #[serde(skip)]
    undecoded: Vec<Undecoded>,
}

reply! {
    RevokeSessionsResponse,
    essential: [],
    unique: []
}

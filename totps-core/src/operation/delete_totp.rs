//! `DELETE /v1/b2b/organizations/{organization_id}/members/{member_id}/totp`: remove a TOTP.
//!
//! See Stytch's [Delete Member TOTP](https://stytch.com/docs/b2b/api/delete-member-mfa-totp).

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::model::{Member, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::rbac::with_session;
use crate::operation::setters::setters;
use crate::value::id::{MemberId, OrganizationId};
use crate::value::secret::{SessionJwt, SessionToken};

/// Parameters of Delete TOTP, which removes the TOTP of a Member. A Member has at most one.
///
/// Sessions that contain the factor stay valid, and the change takes effect at the next login. End
/// the sessions with [`RevokeSessionsParams`](crate::RevokeSessionsParams) when the authenticator
/// was stolen. Whether the recovery codes are deleted as well is not documented.
///
/// Without a session the call has all rights of the project. With a session of a Member, as a token
/// or a JWT, Stytch checks that this Member is allowed to do it (RBAC), and otherwise refuses with
/// 403.
///
/// After a lost response, get the Member with [`GetMemberParams`](crate::GetMemberParams) and check
/// [`has_totp`](Member::has_totp).
///
/// ```
/// use totps_core::DeleteTotpParams;
///
/// let params = DeleteTotpParams::new("organization-test-…", "member-test-…")
///     .session_token("mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q");
/// ```
///
/// Mirrors Stytch's [Delete Member TOTP](https://stytch.com/docs/b2b/api/delete-member-mfa-totp).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeleteTotpParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
    /// The session token of the Member who asks for the removal; sent as the header
    /// `X-Stytch-Member-Session`.
    pub session_token: Option<SessionToken>,
    /// The session JWT of the Member who asks for the removal; sent as the header
    /// `X-Stytch-Member-SessionJWT`.
    pub session_jwt: Option<SessionJwt>,
}

impl DeleteTotpParams {
    /// Creates parameters with the required fields. They must not be empty, `.` or `..`.
    pub fn new(organization_id: impl Into<OrganizationId>, member_id: impl Into<MemberId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
            session_token: None,
            session_jwt: None,
        }
    }

    setters! { session_token, session_jwt }
}

impl Operation for DeleteTotpParams {
    type Response = DeleteTotpResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        let call = Call::delete("/v1/b2b/organizations")
            .segment("organization_id", &self.organization_id)?
            .path("/members")
            .segment("member_id", &self.member_id)?
            .path("/totp");
        with_session(
            call,
            ("session_token", self.session_token.as_ref()),
            ("session_jwt", self.session_jwt.as_ref()),
        )
    }
}

/// Response of Delete TOTP: the Member without its TOTP.
///
/// Mirrors Stytch's [Delete Member TOTP](https://stytch.com/docs/b2b/api/delete-member-mfa-totp).
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct DeleteTotpResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_id: Option<MemberId>,
    /// The Member, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member: Option<Member>,
    /// The Organization, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub organization: Option<Organization>,
    #[serde(skip)]
    undecoded: Vec<Undecoded>,
}

reply! {
    DeleteTotpResponse,
    essential: [],
    unique: []
}

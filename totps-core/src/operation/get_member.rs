//! `GET /v1/b2b/organizations/{organization_id}/member`: get a Member.
//!
//! See Stytch's [Member object](https://stytch.com/docs/b2b/api/member-object).

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::model::{Member, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::value::id::{MemberId, OrganizationId};

/// Parameters of Get Member, which gets one Member of an Organization.
///
/// The call changes nothing, so it is safe to repeat.
///
/// ```
/// use totps_core::GetMemberParams;
///
/// let by_id = GetMemberParams::by_id("organization-test-…", "member-test-…");
/// let by_email = GetMemberParams::by_email("organization-test-…", "ada@example.com");
/// ```
///
/// Mirrors Stytch's `GET /v1/b2b/organizations/{organization_id}/member`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GetMemberParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    member: Key,
}

/// The key to look up a Member by. What both together mean is not documented.
#[derive(Debug, Clone)]
enum Key {
    Id(MemberId),
    EmailAddress(String),
}

impl GetMemberParams {
    /// Looks up a Member by its id or external id. The parameters must not be empty, and the
    /// Organization must not be `.` or `..`.
    pub fn by_id(
        organization_id: impl Into<OrganizationId>,
        member_id: impl Into<MemberId>,
    ) -> Self {
        Self {
            organization_id: organization_id.into(),
            member: Key::Id(member_id.into()),
        }
    }

    /// Looks up a Member by its e-mail address. The parameters must not be empty, and the
    /// Organization must not be `.` or `..`.
    pub fn by_email(
        organization_id: impl Into<OrganizationId>,
        email_address: impl Into<String>,
    ) -> Self {
        Self {
            organization_id: organization_id.into(),
            member: Key::EmailAddress(email_address.into()),
        }
    }
}

impl Operation for GetMemberParams {
    type Response = GetMemberResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        let (name, value) = match &self.member {
            Key::Id(id) => ("member_id", id.as_str()),
            Key::EmailAddress(address) => ("email_address", &**address),
        };
        let call = Call::get("/v1/b2b/organizations")
            .segment("organization_id", &self.organization_id)?
            .path("/member");
        InvalidParams::require(name, value)?;
        Ok(call.query(name, value))
    }
}

/// Response of Get Member.
///
/// ```
/// use totps_core::{GetMemberResponse, http};
///
/// let json = r#"{"member": {"totp_registration_id": "member-totp-test-…"}}"#;
/// let response = GetMemberResponse::try_from(http::Response::new(json))?;
/// assert!(response.member.has_totp());
/// # Ok::<_, totps_core::Error>(())
/// ```
///
/// Mirrors Stytch's `GET /v1/b2b/organizations/{organization_id}/member`.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct GetMemberResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_id: Option<MemberId>,
    /// The Member; the only required field of this response.
    #[serde(deserialize_with = "lenient::required_object")]
    pub member: Member,
    /// The Organization, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub organization: Option<Organization>,
    #[serde(skip)]
    undecoded: Vec<Undecoded>,
}

reply! {
    GetMemberResponse,
    essential: ["member"],
    unique: ["member"]
}

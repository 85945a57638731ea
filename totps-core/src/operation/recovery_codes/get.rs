//! `GET /v1/b2b/recovery_codes/{organization_id}/{member_id}`: read the recovery codes.

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::model::{Member, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::value::id::{MemberId, OrganizationId};
use crate::value::recovery_code::RecoveryCode;

/// Parameters of Get recovery codes, which reads the codes of a Member that are not used yet.
///
/// The call changes nothing, so it is safe to repeat. Anyone with the project's secret can read the
/// codes at any time.
///
/// ```
/// use totps_core::GetRecoveryCodesParams;
///
/// let params = GetRecoveryCodesParams::new("organization-test-…", "member-test-…");
/// ```
///
/// Mirrors Stytch's `GET /v1/b2b/recovery_codes/{organization_id}/{member_id}`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GetRecoveryCodesParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
}

impl GetRecoveryCodesParams {
    /// Creates parameters with the required fields. They must not be empty, `.` or `..`.
    pub fn new(organization_id: impl Into<OrganizationId>, member_id: impl Into<MemberId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
        }
    }
}

impl Operation for GetRecoveryCodesParams {
    type Response = GetRecoveryCodesResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        Call::get("/v1/b2b/recovery_codes")
            .segment("organization_id", &self.organization_id)?
            .segment("member_id", &self.member_id)
    }
}

/// Response of Get recovery codes.
///
/// Mirrors Stytch's `GET /v1/b2b/recovery_codes/{organization_id}/{member_id}`.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct GetRecoveryCodesResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_id: Option<MemberId>,
    /// The codes that are not used yet. If there are none, Stytch may send an empty list or an
    /// error: which of them is not documented.
    #[serde(deserialize_with = "lenient::required_strings")]
    pub recovery_codes: Vec<RecoveryCode>,
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
    GetRecoveryCodesResponse,
    essential: ["recovery_codes"],
    unique: ["recovery_codes"]
}

//! `POST /v1/b2b/recovery_codes/rotate`: replace the recovery codes.
//!
//! See Stytch's [Rotate recovery codes](https://stytch.com/docs/b2b/api/recovery-codes-rotate).

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::model::{Member, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::wire::{Wire, wire};
use crate::value::id::{MemberId, OrganizationId};
use crate::value::recovery_code::RecoveryCode;

/// Parameters of Rotate recovery codes, which replaces the codes of a Member. The old ones become
/// invalid.
///
/// After a lost response, read the codes with
/// [`GetRecoveryCodesParams`](crate::GetRecoveryCodesParams): the listed ones are valid.
///
/// ```
/// use totps_core::RotateRecoveryCodesParams;
///
/// let params = RotateRecoveryCodesParams::new("organization-test-…", "member-test-…");
/// ```
///
/// Mirrors Stytch's [Rotate recovery codes](https://stytch.com/docs/b2b/api/recovery-codes-rotate).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RotateRecoveryCodesParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
}

impl RotateRecoveryCodesParams {
    /// Creates parameters with the required fields, which must not be empty.
    pub fn new(organization_id: impl Into<OrganizationId>, member_id: impl Into<MemberId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
        }
    }
}

wire! {
    RotateRecoveryCodesParams { organization_id, member_id }
}

impl Operation for RotateRecoveryCodesParams {
    type Response = RotateRecoveryCodesResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        InvalidParams::require("organization_id", self.organization_id.as_str())?;
        InvalidParams::require("member_id", self.member_id.as_str())?;
        const { Call::post("/v1/b2b/recovery_codes/rotate") }.json(&Wire(self))
    }
}

/// Response of Rotate recovery codes: the new codes. The Member must store them safely.
///
/// Mirrors Stytch's [Rotate recovery codes](https://stytch.com/docs/b2b/api/recovery-codes-rotate).
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct RotateRecoveryCodesResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_id: Option<MemberId>,
    /// The new codes; usually ten.
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
    RotateRecoveryCodesResponse,
    essential: ["recovery_codes"],
    unique: ["recovery_codes"]
}

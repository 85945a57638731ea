//! `POST /v1/b2b/totp/migrate`: import an existing secret.
//!
//! See Stytch's [Migrate TOTP](https://stytch.com/docs/b2b/api/migrate-totp).

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::model::{Member, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::wire::{Wire, wire};
use crate::value::id::{MemberId, OrganizationId, TotpRegistrationId};
use crate::value::recovery_code::RecoveryCode;
use crate::value::totp_secret::TotpSecret;

/// Parameters of Migrate, which imports an existing TOTP secret for a Member.
///
/// ```
/// use totps_core::MigrateParams;
///
/// let params = MigrateParams::new("acme", "member-test-…", "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS")
///     .recovery_codes(["ckss-2skx-ebow", "spbc-424h-usy0"]);
/// ```
///
/// Mirrors Stytch's [Migrate TOTP](https://stytch.com/docs/b2b/api/migrate-totp).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MigrateParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
    /// The shared secret of the TOTP in base32. Stytch does not document which forms it accepts.
    /// Its own secrets are upper case without padding. [`TotpSecret::parse`] and
    /// [`TotpSecret::from_key`] return this form.
    pub secret: TotpSecret,
    /// The Member's existing recovery codes. Without them Stytch creates new ones.
    pub recovery_codes: Option<Vec<RecoveryCode>>,
}

impl MigrateParams {
    /// Creates parameters with the required fields, which must not be empty.
    pub fn new(
        organization_id: impl Into<OrganizationId>,
        member_id: impl Into<MemberId>,
        secret: impl Into<TotpSecret>,
    ) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
            secret: secret.into(),
            recovery_codes: None,
        }
    }

    /// Sets [`recovery_codes`](Self::recovery_codes); an empty list is sent as such.
    #[must_use]
    pub fn recovery_codes(
        mut self,
        codes: impl IntoIterator<Item = impl Into<RecoveryCode>>,
    ) -> Self {
        self.recovery_codes = Some(codes.into_iter().map(Into::into).collect());
        self
    }
}

wire! {
    MigrateParams {
        organization_id, member_id, secret, recovery_codes
    }
}

impl Operation for MigrateParams {
    type Response = MigrateResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        InvalidParams::require("organization_id", self.organization_id.as_str())?;
        InvalidParams::require("member_id", self.member_id.as_str())?;
        InvalidParams::require("secret", self.secret.expose())?;
        const { Call::post("/v1/b2b/totp/migrate") }.json(&Wire(self))
    }
}

/// Response of Migrate.
///
/// Mirrors Stytch's [Migrate TOTP](https://stytch.com/docs/b2b/api/migrate-totp).
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct MigrateResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_id: Option<MemberId>,
    /// The id of the TOTP; never empty.
    #[serde(deserialize_with = "lenient::required_text")]
    pub totp_registration_id: TotpRegistrationId,
    /// The Member's recovery codes.
    #[serde(default, deserialize_with = "lenient::strings")]
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
    MigrateResponse,
    essential: ["totp_registration_id", "recovery_codes"],
    unique: ["totp_registration_id", "recovery_codes"]
}

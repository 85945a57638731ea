//! `POST /v1/b2b/recovery_codes/recover`: log in with a recovery code.
//!
//! See Stytch's [Recover](https://stytch.com/docs/b2b/api/recovery-codes-recover).

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
use crate::value::recovery_code::RecoveryCode;
use crate::value::secret::{IntermediateSessionToken, SessionJwt, SessionToken};

/// Parameters of Recover, which uses up a recovery code in place of the second factor.
///
/// Exactly one of the three session tokens must be given, which the server checks. An intermediate
/// session token completes the login and is used up. With one of the others, the factor is added to
/// that session.
///
/// The TOTP stays active. A Member who lost the authenticator continues with
/// [`DeleteTotpParams`](crate::DeleteTotpParams), [`CreateParams`](crate::CreateParams) and
/// [`AuthenticateParams`](crate::AuthenticateParams): see
/// [the guide](crate::guide::login#the-phone-is-lost).
///
/// After a lost response, check with [`GetRecoveryCodesParams`](crate::GetRecoveryCodesParams)
/// whether the code is still listed. If it is, it was not used. If it is not, the intermediate
/// session token is used up as well, and the Member begins again at the first factor, with the next
/// code.
///
/// ```
/// use totps_core::RecoverParams;
///
/// let params = RecoverParams::new("organization-test-…", "member-test-…", "ckss-2skx-ebow")
///     .intermediate_session_token("SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=")
///     .session_duration_minutes(60);
/// ```
///
/// Mirrors Stytch's [Recover](https://stytch.com/docs/b2b/api/recovery-codes-recover).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecoverParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
    /// The recovery code.
    pub recovery_code: RecoveryCode,
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
    /// The id of a device fingerprint; with it the response may have a `member_device`.
    pub telemetry_id: Option<String>,
}

impl RecoverParams {
    /// Creates parameters with the required fields, which must not be empty. Use
    /// [`RecoveryCode::parse`] for text that a person typed.
    pub fn new(
        organization_id: impl Into<OrganizationId>,
        member_id: impl Into<MemberId>,
        recovery_code: impl Into<RecoveryCode>,
    ) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
            recovery_code: recovery_code.into(),
            intermediate_session_token: None,
            session_token: None,
            session_jwt: None,
            session_duration_minutes: None,
            session_custom_claims: None,
            telemetry_id: None,
        }
    }

    setters! {
        intermediate_session_token,
        session_token,
        session_jwt,
        session_duration_minutes,
        session_custom_claims,
        telemetry_id,
    }
}

wire! {
    RecoverParams {
        organization_id,
        member_id,
        recovery_code,
        intermediate_session_token,
        session_token,
        session_jwt,
        session_duration_minutes,
        session_custom_claims,
        telemetry_id,
    }
}

impl Operation for RecoverParams {
    type Response = RecoverResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        InvalidParams::require("organization_id", self.organization_id.as_str())?;
        InvalidParams::require("member_id", self.member_id.as_str())?;
        InvalidParams::require("recovery_code", self.recovery_code.expose())?;
        const { Call::post("/v1/b2b/recovery_codes/recover") }.json(&Wire(self))
    }
}

/// Response of Recover: the session.
///
/// Mirrors Stytch's [Recover](https://stytch.com/docs/b2b/api/recovery-codes-recover).
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct RecoverResponse {
    /// The HTTP status.
    #[serde(skip)]
    pub status_code: StatusCode,
    /// The id of the request, which Stytch's support asks for.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub request_id: Option<String>,
    /// The id of the Member; the only required field of this response.
    pub member_id: MemberId,
    /// How many recovery codes are left. At 0, offer the Member new ones.
    pub recovery_codes_remaining: Option<u32>,
    /// The Member, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub member: Option<Member>,
    /// The Organization, unless it could not be read.
    #[serde(default, deserialize_with = "lenient::object")]
    pub organization: Option<Organization>,
    /// The token of the session. `None` when it is missing or cannot be read. Without it nobody is
    /// logged in.
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

impl RecoverResponse {
    /// Reads the session's custom claims into a type of the application, as
    /// [`AuthenticateResponse::claims`](crate::AuthenticateResponse::claims) does.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] when there is no session, it has no claims, or they do not match the type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, ClaimsError> {
        claims::read(self.member_session.as_ref())
    }
}

reply! {
    RecoverResponse,
    essential: ["member_id"],
    unique: ["member_id", "session_token", "session_jwt"]
}

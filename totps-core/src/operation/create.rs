//! `POST /v1/b2b/totp`: enrol a Member.
//!
//! See Stytch's [Create TOTP](https://stytch.com/docs/b2b/api/create-totp).

use http::StatusCode;
use serde::Deserialize;

use crate::decode::{Undecoded, lenient, reply};
use crate::error::InvalidParams;
use crate::model::{Member, Organization};
use crate::operation::Operation;
use crate::operation::call::Call;
use crate::operation::setters::setters;
use crate::operation::wire::{Wire, wire};
use crate::value::id::{MemberId, OrganizationId, TotpRegistrationId};
use crate::value::qr_code::QrCode;
use crate::value::recovery_code::RecoveryCode;
use crate::value::secret::{IntermediateSessionToken, SessionJwt, SessionToken};
use crate::value::totp_secret::TotpSecret;

/// Parameters of Create, which creates a TOTP for a Member.
///
/// The TOTP is pending until the first successful Authenticate. A Member has at most one active
/// TOTP, and only active Members can have one.
///
/// When the Member already has an active second factor, one of the three session tokens must be
/// given, and its session must contain that factor. At most one may ever be given. The server
/// checks both rules.
///
/// ```
/// use totps_core::CreateParams;
///
/// let params = CreateParams::new("organization-test-…", "member-test-…").expiration_minutes(30);
/// ```
///
/// Mirrors Stytch's [Create TOTP](https://stytch.com/docs/b2b/api/create-totp).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CreateParams {
    /// The Organization: its id, slug or external id.
    pub organization_id: OrganizationId,
    /// The Member: its id or external id.
    pub member_id: MemberId,
    /// How long the TOTP may stay pending, in minutes: 5 to 1440, by default 60.
    pub expiration_minutes: Option<u32>,
    /// The token of a login that still lacks its second factor.
    pub intermediate_session_token: Option<IntermediateSessionToken>,
    /// The token of a session of the Member.
    pub session_token: Option<SessionToken>,
    /// The JWT of a session of the Member.
    pub session_jwt: Option<SessionJwt>,
}

impl CreateParams {
    /// Creates parameters with the required fields, which must not be empty.
    pub fn new(organization_id: impl Into<OrganizationId>, member_id: impl Into<MemberId>) -> Self {
        Self {
            organization_id: organization_id.into(),
            member_id: member_id.into(),
            expiration_minutes: None,
            intermediate_session_token: None,
            session_token: None,
            session_jwt: None,
        }
    }

    /// Sets [`expiration_minutes`](Self::expiration_minutes): 5 to 1440, checked by the server.
    #[must_use]
    pub fn expiration_minutes(mut self, minutes: u32) -> Self {
        self.expiration_minutes = Some(minutes);
        self
    }

    setters! { intermediate_session_token, session_token, session_jwt }
}

wire! {
    CreateParams {
        organization_id, member_id, expiration_minutes, intermediate_session_token, session_token, session_jwt
    }
}

impl Operation for CreateParams {
    type Response = CreateResponse;

    fn describe(&self) -> Result<Call, InvalidParams> {
        InvalidParams::require("organization_id", self.organization_id.as_str())?;
        InvalidParams::require("member_id", self.member_id.as_str())?;
        const { Call::post("/v1/b2b/totp") }.json(&Wire(self))
    }
}

/// Response of Create: what the Member needs to set up an authenticator app.
///
/// Show the Member [`qr_code`](Self::qr_code), or [`secret`](Self::secret) to type in, and store
/// neither. Show the [`recovery_codes`](Self::recovery_codes) once as well; the Member must store
/// them safely.
///
/// To build one in a test:
///
/// ```
/// use totps_core::{CreateResponse, http};
///
/// let json = r#"{"totp_registration_id": "member-totp-test-…", "secret": "BTGN…", "qr_code": ""}"#;
/// let created = CreateResponse::try_from(http::Response::new(json))?;
/// assert!(created.recovery_codes.is_empty());
/// # Ok::<_, totps_core::Error>(())
/// ```
///
/// Mirrors Stytch's [Create TOTP](https://stytch.com/docs/b2b/api/create-totp).
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct CreateResponse {
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
    /// The shared secret in base32; never empty.
    #[serde(deserialize_with = "lenient::required_text")]
    pub secret: TotpSecret,
    /// The shared secret as an image to scan.
    pub qr_code: QrCode,
    /// The codes that replace the TOTP when the authenticator app is lost; usually ten.
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
    CreateResponse,
    essential: ["totp_registration_id", "secret", "qr_code", "recovery_codes"],
    unique: ["totp_registration_id", "secret", "qr_code", "recovery_codes"]
}

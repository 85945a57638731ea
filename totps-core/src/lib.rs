// The first definition of a link wins: these make the README's links lead to the pages of this
// build.
//! [guide]: crate::guide
//! [login]: crate::guide::login
//! [errors]: crate::guide::errors
//! [transports]: crate::guide::transports
//! [testing]: crate::guide::testing
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod decode;
pub mod error;
pub mod guide;
pub mod model;
mod operation;
mod project;
#[cfg(feature = "session-jwt")]
pub mod session_jwt;
#[cfg(feature = "test-util")]
pub mod test_util;
pub mod transport;
mod value;

pub use client::{AsyncClient, Client};
pub use decode::{Json, Undecoded};
#[doc(inline)]
pub use error::{Delivery, Error, Reason};
pub use http;
pub use operation::Operation;
pub use operation::authenticate::{AuthenticateParams, AuthenticateResponse, MfaEnrollment};
pub use operation::call::Call;
pub use operation::create::{CreateParams, CreateResponse};
pub use operation::delete_totp::{DeleteTotpParams, DeleteTotpResponse};
pub use operation::get_member::{GetMemberParams, GetMemberResponse};
pub use operation::migrate::{MigrateParams, MigrateResponse};
pub use operation::recovery_codes::get::{GetRecoveryCodesParams, GetRecoveryCodesResponse};
pub use operation::recovery_codes::recover::{RecoverParams, RecoverResponse};
pub use operation::recovery_codes::rotate::{
    RotateRecoveryCodesParams, RotateRecoveryCodesResponse,
};
pub use operation::sessions::authenticate::{
    AuthenticateSessionParams, AuthenticateSessionResponse, AuthorizationCheck,
};
#[cfg(feature = "session-jwt")]
pub use operation::sessions::jwks::GetJwks;
pub use operation::sessions::revoke::{RevokeSessionsParams, RevokeSessionsResponse};
pub use project::{LIVE_BASE_URL, Project, TEST_BASE_URL};
#[doc(inline)]
pub use transport::{AsyncTransport, Transport};
pub use value::id::{MemberId, MemberSessionId, OrganizationId, ProjectId, TotpRegistrationId};
pub use value::json_object::JsonObject;
pub use value::open_enum::Unrecognized;
pub use value::qr_code::{QrCode, QrCodeError};
pub use value::recovery_code::{InvalidRecoveryCode, RecoveryCode};
pub use value::secret::{IntermediateSessionToken, ProjectSecret, SessionJwt, SessionToken};
pub use value::timestamp::{InvalidTimestamp, Timestamp};
pub use value::totp_code::{InvalidTotpCode, TotpCode};
pub use value::totp_secret::{InvalidTotpSecret, TotpSecret};

// All other types are also exported here; they are documented on the pages of their modules.
#[doc(hidden)]
pub use error::{
    ApiError, BoxError, ClaimsError, ConfigError, DecodeError, DecodeErrorKind, ErrorType,
    InvalidParams, TransportError, TransportErrorKind,
};
#[doc(hidden)]
pub use model::{
    ActiveScimConnection, ActiveSsoConnection, AllowedType, AuthMethod, AuthenticationFactor,
    AuthenticationFactorDeliveryMethod, AuthenticationFactorType, AuthenticatorAppFactor,
    AuthorizationVerdict, BiometricFactor, CryptoWalletFactor, CustomRole, CustomRolePermission,
    DeviceAttributeDetails, DeviceInfo, EmailFactor, EmailImplicitRoleAssignment,
    EmbeddableMagicLinkFactor, Factor, ImpersonatedFactor, Member, MemberRole, MemberRoleSource,
    MemberRoleSourceType, MemberSession, MemberStatus, MfaMethod, MfaPolicy,
    OAuthAccessTokenExchangeFactor, OAuthExchangeFactor, OAuthFactor, OAuthProvider,
    OAuthRegistration, Organization, PhoneNumberFactor, RecoveryCodeFactor, RetiredEmail,
    ScimAddress, ScimAttributes, ScimEnterpriseExtension, ScimGroup, ScimManager, ScimName,
    ScimRegistration, ScimValue, SsoFactor, SsoRegistration, TrustedAuthTokenFactor, UnknownFactor,
    WebAuthnFactor,
};
#[cfg(feature = "session-jwt")]
#[doc(hidden)]
pub use session_jwt::{
    AuthenticatedSession, Jwks, JwtError, JwtPart, SessionError, SessionVerifier, VerifiedSession,
    VerifyOptions,
};
#[doc(hidden)]
pub use transport::{
    Body, BodyTooLarge, LimitedBody, Limits, Request, Response, RetryPolicy, check_destination,
};

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod authenticate;
mod body;
mod client;
mod create;
mod decode;
mod error;
mod error_type;
mod id;
mod json_object;
mod lenient;
mod migrate;
mod model;
mod open_enum;
mod operation;
mod project;
mod retry;
mod secret;
mod timestamp;
mod transport;
mod wipe;

pub use authenticate::{AuthenticateParams, AuthenticateResponse, ClaimsError, MfaEnrollment};
pub use body::{Body, BodyTooLarge, LimitedBody};
pub use client::{AsyncClient, Client};
pub use create::{CreateParams, CreateResponse};
pub use decode::Undecoded;
pub use error::{
    ApiError, BoxError, ConfigError, DecodeError, DecodeErrorKind, Delivery, Error, InvalidParams,
    TransportError, TransportErrorKind,
};
pub use error_type::ErrorType;
pub use http;
pub use id::{MemberId, MemberSessionId, OrganizationId, ProjectId, TotpRegistrationId};
pub use json_object::JsonObject;
pub use migrate::{MigrateParams, MigrateResponse};
pub use model::{
    ActiveScimConnection, ActiveSsoConnection, AllowedType, AuthMethod, AuthenticationFactor,
    AuthenticationFactorDeliveryMethod, AuthenticationFactorType, AuthenticatorAppFactor,
    BiometricFactor, CryptoWalletFactor, CustomRole, CustomRolePermission, DeviceAttributeDetails,
    DeviceInfo, EmailFactor, EmailImplicitRoleAssignment, EmbeddableMagicLinkFactor, Factor,
    ImpersonatedFactor, Member, MemberRole, MemberRoleSource, MemberRoleSourceType, MemberSession,
    MemberStatus, MfaMethod, MfaPolicy, OAuthAccessTokenExchangeFactor, OAuthExchangeFactor,
    OAuthFactor, OAuthProvider, OAuthRegistration, Organization, PhoneNumberFactor,
    RecoveryCodeFactor, RetiredEmail, ScimAddress, ScimAttributes, ScimEnterpriseExtension,
    ScimGroup, ScimManager, ScimName, ScimRegistration, ScimValue, SsoFactor, SsoRegistration,
    TrustedAuthTokenFactor, UnknownFactor, WebAuthnFactor,
};
pub use open_enum::Unrecognized;
pub use operation::Operation;
pub use project::{LIVE_BASE_URL, Project, TEST_BASE_URL, is_loopback, is_secure};
pub use retry::RetryPolicy;
pub use secret::{
    IntermediateSessionToken, InvalidTotpCode, ProjectSecret, QrCode, QrCodeError, RecoveryCode,
    SessionJwt, SessionToken, TotpCode, TotpSecret,
};
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use transport::{AsyncTransport, Request, Response, Transport};

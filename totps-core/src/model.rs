//! The objects of the API: data only. They mirror Stytch's and can be stored as JSON and read back.
//!
//! What the API leaves out is tolerated: missing text is empty, a missing list is empty, and
//! everything else is `None`.
//!
//! Each of these is at the crate root, too.

mod authorization;
mod device;
mod factor;
mod member;
mod mfa;
mod oauth_provider;
mod organization;
mod scim;
mod session;

pub use authorization::AuthorizationVerdict;
pub use device::{DeviceAttributeDetails, DeviceInfo};
pub use factor::{
    AuthenticationFactor, AuthenticationFactorDeliveryMethod, AuthenticationFactorType,
    AuthenticatorAppFactor, BiometricFactor, CryptoWalletFactor, EmailFactor,
    EmbeddableMagicLinkFactor, Factor, ImpersonatedFactor, OAuthAccessTokenExchangeFactor,
    OAuthExchangeFactor, OAuthFactor, PhoneNumberFactor, RecoveryCodeFactor, SsoFactor,
    TrustedAuthTokenFactor, UnknownFactor, WebAuthnFactor,
};
pub use member::{
    Member, MemberRole, MemberRoleSource, MemberRoleSourceType, MemberStatus, OAuthRegistration,
    RetiredEmail, SsoRegistration,
};
pub use mfa::{MfaMethod, MfaPolicy};
pub use oauth_provider::OAuthProvider;
pub use organization::{
    ActiveScimConnection, ActiveSsoConnection, AllowedType, AuthMethod, CustomRole,
    CustomRolePermission, EmailImplicitRoleAssignment, Organization,
};
pub use scim::{
    ScimAddress, ScimAttributes, ScimEnterpriseExtension, ScimGroup, ScimManager, ScimName,
    ScimRegistration, ScimValue,
};
pub use session::MemberSession;

//! The objects of the API. They mirror Stytch's objects, and can be stored as JSON and read back.
//!
//! Missing fields are tolerated: missing text is empty, a missing list is empty, and anything else
//! is `None`.
//!
//! Each of these types is also exported at the crate root.

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

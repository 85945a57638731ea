//! The details of each kind of factor.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decode::lenient;
use crate::value::id::TotpRegistrationId;
use crate::value::open_enum::printable;

/// An e-mail address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailFactor {
    /// The id of the address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email_id: String,
    /// The address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email_address: String,
}

/// A phone number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PhoneNumberFactor {
    /// The id of the number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub phone_id: String,
    /// The number in E.164.
    #[serde(default, deserialize_with = "lenient::text")]
    pub phone_number: String,
}

/// An account at an OAuth provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OAuthFactor {
    /// The id of the account.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// The id that the provider has for the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_subject: String,
    /// The id of the e-mail address, if the provider sent one.
    pub email_id: Option<String>,
}

/// A token of an OAuth provider that was exchanged for a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OAuthExchangeFactor {
    /// The id of the e-mail address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email_id: String,
}

/// An access token of a Connected App that was exchanged for a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OAuthAccessTokenExchangeFactor {
    /// The client id of the Connected App.
    #[serde(default, deserialize_with = "lenient::text")]
    pub client_id: String,
}

/// A WebAuthn device or passkey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebAuthnFactor {
    /// The id of the registration.
    #[serde(default, deserialize_with = "lenient::text")]
    pub webauthn_registration_id: String,
    /// The domain that it is registered for.
    #[serde(default, deserialize_with = "lenient::text")]
    pub domain: String,
    /// The browser that it was registered with.
    pub user_agent: Option<String>,
}

/// An authenticator app: a TOTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuthenticatorAppFactor {
    /// The id of the TOTP. Elsewhere it is called `totp_registration_id`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub totp_id: TotpRegistrationId,
}

/// A recovery code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecoveryCodeFactor {
    /// The id of the recovery code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub totp_recovery_code_id: String,
}

/// A crypto wallet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CryptoWalletFactor {
    /// The id of the wallet.
    #[serde(default, deserialize_with = "lenient::text")]
    pub crypto_wallet_id: String,
    /// The address of the wallet.
    #[serde(default, deserialize_with = "lenient::text")]
    pub crypto_wallet_address: String,
    /// The kind of the wallet.
    #[serde(default, deserialize_with = "lenient::text")]
    pub crypto_wallet_type: String,
}

/// A magic link embedded in the application's own message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbeddableMagicLinkFactor {
    /// The id of the link.
    #[serde(default, deserialize_with = "lenient::text")]
    pub embedded_id: String,
}

/// A biometric registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BiometricFactor {
    /// The id of the registration.
    #[serde(default, deserialize_with = "lenient::text")]
    pub biometric_registration_id: String,
}

/// Single sign-on by SAML or OIDC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SsoFactor {
    /// The id of the Member's registration.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// The id of the SSO connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_id: String,
    /// The id that the identity provider has for the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub external_id: String,
}

/// Another person who acts as the Member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImpersonatedFactor {
    /// The id of the other person.
    #[serde(default, deserialize_with = "lenient::text")]
    pub impersonator_id: String,
    /// The e-mail address of the other person.
    #[serde(default, deserialize_with = "lenient::text")]
    pub impersonator_email_address: String,
}

/// A token of an issuer that the project trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrustedAuthTokenFactor {
    /// The id of the token.
    #[serde(default, deserialize_with = "lenient::text")]
    pub token_id: String,
}

/// A kind of factor that this version does not know. `Debug` does not show its content.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownFactor {
    pub(crate) name: String,
    pub(crate) json: Value,
}

impl UnknownFactor {
    /// Returns the key on the wire, which ends in `_factor`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value of that key.
    pub fn json(&self) -> &Value {
        &self.json
    }
}

impl fmt::Debug for UnknownFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownFactor({})", printable(&self.name))
    }
}

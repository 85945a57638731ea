//! What a Member proved to get a session.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::lenient::{self, Maybe, MaybeText};
use crate::open_enum::{open_enum, printable};
use crate::{Timestamp, TotpRegistrationId};

/// One thing that a Member proved: a code, a link, an account elsewhere.
///
/// Part of Stytch's [Session object](https://stytch.com/docs/b2b/api/session-object). The API has a
/// key of its own for each kind of factor; here they are one field, [`factor`](Self::factor).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationFactor {
    /// The kind of the factor.
    pub r#type: Option<AuthenticationFactorType>,
    /// The way it took.
    pub delivery_method: Option<AuthenticationFactorDeliveryMethod>,
    /// When it was last proved.
    pub last_authenticated_at: Option<Timestamp>,
    /// When it was first proved.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// More about it. Some kinds, such as passwords, have nothing to add.
    pub factor: Option<Factor>,
}

/// What is particular to one kind of [`AuthenticationFactor`]: on the wire, the object under the key
/// that ends in `_factor`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Factor {
    /// `email_factor`.
    Email(EmailFactor),
    /// `phone_number_factor`.
    PhoneNumber(PhoneNumberFactor),
    /// `google_oauth_factor` and its kin.
    OAuth {
        /// The provider, which the key on the wire begins with.
        provider: OAuthProvider,
        /// The account at the provider.
        factor: OAuthFactor,
    },
    /// `google_oauth_exchange_factor` and its kin.
    OAuthExchange {
        /// The provider, which the key on the wire begins with.
        provider: OAuthProvider,
        /// What was exchanged.
        factor: OAuthExchangeFactor,
    },
    /// `oauth_access_token_exchange_factor`.
    OAuthAccessTokenExchange(OAuthAccessTokenExchangeFactor),
    /// `webauthn_factor`.
    WebAuthn(WebAuthnFactor),
    /// `authenticator_app_factor`: a TOTP.
    AuthenticatorApp(AuthenticatorAppFactor),
    /// `recovery_code_factor`.
    RecoveryCode(RecoveryCodeFactor),
    /// `crypto_wallet_factor`.
    CryptoWallet(CryptoWalletFactor),
    /// `embeddable_magic_link_factor`.
    EmbeddableMagicLink(EmbeddableMagicLinkFactor),
    /// `biometric_factor`.
    Biometric(BiometricFactor),
    /// `saml_sso_factor`.
    SamlSso(SsoFactor),
    /// `oidc_sso_factor`.
    OidcSso(SsoFactor),
    /// `impersonated_factor`.
    Impersonated(ImpersonatedFactor),
    /// `trusted_auth_token_factor`.
    TrustedAuthToken(TrustedAuthTokenFactor),
    /// A kind that this version does not know.
    Unknown(UnknownFactor),
}

open_enum! {
    /// The kind of an [`AuthenticationFactor`].
    pub enum AuthenticationFactorType {
        /// A link.
        MagicLink = "magic_link",
        /// A code sent to a phone.
        Otp = "otp",
        /// A code sent by e-mail.
        EmailOtp = "email_otp",
        /// An account at an OAuth provider.
        OAuth = "oauth",
        /// A WebAuthn device or passkey.
        WebAuthn = "webauthn",
        /// A code of an authenticator app.
        Totp = "totp",
        /// A crypto wallet.
        Crypto = "crypto",
        /// A password.
        Password = "password",
        /// A signed challenge.
        SignatureChallenge = "signature_challenge",
        /// Single sign-on.
        Sso = "sso",
        /// A session imported from elsewhere.
        Imported = "imported",
        /// A recovery code.
        RecoveryCodes = "recovery_codes",
        /// Somebody acting as the Member.
        Impersonated = "impersonated",
        /// A token of an issuer that the project trusts.
        TrustedAuthToken = "trusted_auth_token",
    }
}

open_enum! {
    /// The way that an [`AuthenticationFactor`] took.
    pub enum AuthenticationFactorDeliveryMethod {
        /// E-mail.
        Email = "email",
        /// SMS.
        Sms = "sms",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// A link embedded in the application's own message.
        Embedded = "embedded",
        /// OAuth by Google.
        OAuthGoogle = "oauth_google",
        /// OAuth by Microsoft.
        OAuthMicrosoft = "oauth_microsoft",
        /// OAuth by Apple.
        OAuthApple = "oauth_apple",
        /// A registered WebAuthn device or passkey.
        WebAuthnRegistration = "webauthn_registration",
        /// An authenticator app: a TOTP.
        AuthenticatorApp = "authenticator_app",
        /// OAuth by GitHub.
        OAuthGithub = "oauth_github",
        /// A recovery code.
        RecoveryCode = "recovery_code",
        /// OAuth by Facebook.
        OAuthFacebook = "oauth_facebook",
        /// A crypto wallet.
        CryptoWallet = "crypto_wallet",
        /// OAuth by Amazon.
        OAuthAmazon = "oauth_amazon",
        /// OAuth by Bitbucket.
        OAuthBitbucket = "oauth_bitbucket",
        /// OAuth by Coinbase.
        OAuthCoinbase = "oauth_coinbase",
        /// OAuth by Discord.
        OAuthDiscord = "oauth_discord",
        /// OAuth by Figma.
        OAuthFigma = "oauth_figma",
        /// OAuth by GitLab.
        OAuthGitlab = "oauth_gitlab",
        /// OAuth by Instagram.
        OAuthInstagram = "oauth_instagram",
        /// OAuth by LinkedIn.
        OAuthLinkedin = "oauth_linkedin",
        /// OAuth by Shopify.
        OAuthShopify = "oauth_shopify",
        /// OAuth by Slack.
        OAuthSlack = "oauth_slack",
        /// OAuth by Snapchat.
        OAuthSnapchat = "oauth_snapchat",
        /// OAuth by Spotify.
        OAuthSpotify = "oauth_spotify",
        /// OAuth by Steam.
        OAuthSteam = "oauth_steam",
        /// OAuth by TikTok.
        OAuthTiktok = "oauth_tiktok",
        /// OAuth by Twitch.
        OAuthTwitch = "oauth_twitch",
        /// OAuth by Twitter.
        OAuthTwitter = "oauth_twitter",
        /// Something that the Member knows: a password.
        Knowledge = "knowledge",
        /// Biometrics.
        Biometric = "biometric",
        /// SSO by SAML.
        SsoSaml = "sso_saml",
        /// SSO by OIDC.
        SsoOidc = "sso_oidc",
        /// OAuth by Salesforce.
        OAuthSalesforce = "oauth_salesforce",
        /// OAuth by Yahoo.
        OAuthYahoo = "oauth_yahoo",
        /// OAuth by HubSpot.
        OAuthHubspot = "oauth_hubspot",
        /// Imported from Auth0.
        ImportedAuth0 = "imported_auth0",
        /// An exchanged Slack token.
        OAuthExchangeSlack = "oauth_exchange_slack",
        /// An exchanged HubSpot token.
        OAuthExchangeHubspot = "oauth_exchange_hubspot",
        /// An exchanged GitHub token.
        OAuthExchangeGithub = "oauth_exchange_github",
        /// An exchanged Google token.
        OAuthExchangeGoogle = "oauth_exchange_google",
        /// Impersonation.
        Impersonation = "impersonation",
        /// An exchanged access token of a Connected App.
        OAuthAccessTokenExchange = "oauth_access_token_exchange",
        /// An exchanged token of an issuer that the project trusts.
        TrustedTokenExchange = "trusted_token_exchange",
    }
}

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
    /// The id of the e-mail address, if the provider told it.
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
    /// The id of the TOTP: what is called `totp_registration_id` elsewhere.
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

/// Somebody acting as the Member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImpersonatedFactor {
    /// The id of who is acting.
    #[serde(default, deserialize_with = "lenient::text")]
    pub impersonator_id: String,
    /// The e-mail address of who is acting.
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
    name: String,
    json: Value,
}

impl UnknownFactor {
    /// The key on the wire; it ends in `_factor`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands under that key.
    pub fn json(&self) -> &Value {
        &self.json
    }
}

impl fmt::Debug for UnknownFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownFactor({})", printable(&self.name))
    }
}

macro_rules! oauth_providers {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// The provider of an OAuth factor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OAuthProvider {
            $($(#[$doc])* $variant,)+
        }

        impl OAuthProvider {
            /// The name as in the keys of factors, such as `git_lab` in `git_lab_oauth_factor`.
            pub fn as_str(&self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

oauth_providers! {
    /// Google.
    Google = "google",
    /// Microsoft.
    Microsoft = "microsoft",
    /// Apple.
    Apple = "apple",
    /// GitHub.
    Github = "github",
    /// Facebook.
    Facebook = "facebook",
    /// Amazon.
    Amazon = "amazon",
    /// Bitbucket.
    Bitbucket = "bitbucket",
    /// Coinbase.
    Coinbase = "coinbase",
    /// Discord.
    Discord = "discord",
    /// Figma.
    Figma = "figma",
    /// GitLab.
    GitLab = "git_lab",
    /// Instagram.
    Instagram = "instagram",
    /// LinkedIn.
    LinkedIn = "linked_in",
    /// Shopify.
    Shopify = "shopify",
    /// Slack.
    Slack = "slack",
    /// Snapchat.
    Snapchat = "snapchat",
    /// Spotify.
    Spotify = "spotify",
    /// Steam.
    Steam = "steam",
    /// TikTok.
    TikTok = "tik_tok",
    /// Twitch.
    Twitch = "twitch",
    /// Twitter.
    Twitter = "twitter",
    /// Salesforce.
    Salesforce = "salesforce",
    /// Yahoo.
    Yahoo = "yahoo",
    /// HubSpot.
    Hubspot = "hubspot",
}

const OAUTH_FACTOR: &str = "_oauth_factor";
const OAUTH_EXCHANGE_FACTOR: &str = "_oauth_exchange_factor";

/// Ties each kind of factor with a fixed key on the wire to its variant, for both directions.
macro_rules! keyed_factors {
    ($($key:literal => $variant:ident,)+) => {
        /// Which variant a key that ends in `_factor` stands for.
        enum FactorKey {
            $($variant,)+
            OAuth(OAuthProvider),
            OAuthExchange(OAuthProvider),
            Unknown(String),
        }

        impl FactorKey {
            fn new(key: &str) -> Self {
                let provider = |suffix| key.strip_suffix(suffix).and_then(OAuthProvider::from_name);
                match key {
                    $($key => Self::$variant,)+
                    _ => provider(OAUTH_FACTOR)
                        .map(Self::OAuth)
                        .or_else(|| provider(OAUTH_EXCHANGE_FACTOR).map(Self::OAuthExchange))
                        .unwrap_or_else(|| Self::Unknown(key.to_owned())),
                }
            }

            /// Reads what stands under the key; `None` if it is unset.
            fn read<'de, A: MapAccess<'de>>(self, map: &mut A) -> Result<Option<Factor>, A::Error> {
                Ok(match self {
                    $(Self::$variant => map.next_value::<Maybe<_>>()?.0.map(Factor::$variant),)+
                    Self::OAuth(provider) => map
                        .next_value::<Maybe<_>>()?
                        .0
                        .map(|factor| Factor::OAuth { provider, factor }),
                    Self::OAuthExchange(provider) => map
                        .next_value::<Maybe<_>>()?
                        .0
                        .map(|factor| Factor::OAuthExchange { provider, factor }),
                    Self::Unknown(name) => match map.next_value()? {
                        Value::Null => None,
                        json => Some(Factor::Unknown(UnknownFactor { name, json })),
                    },
                })
            }
        }

        impl Factor {
            fn write<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                let oauth = |provider: &OAuthProvider, suffix| [provider.as_str(), suffix].concat();
                match self {
                    $(Self::$variant(factor) => map.serialize_entry($key, factor),)+
                    Self::OAuth { provider, factor } => {
                        map.serialize_entry(&oauth(provider, OAUTH_FACTOR), factor)
                    }
                    Self::OAuthExchange { provider, factor } => {
                        map.serialize_entry(&oauth(provider, OAUTH_EXCHANGE_FACTOR), factor)
                    }
                    Self::Unknown(unknown) => map.serialize_entry(&unknown.name, &unknown.json),
                }
            }
        }
    };
}

keyed_factors! {
    "email_factor" => Email,
    "phone_number_factor" => PhoneNumber,
    "oauth_access_token_exchange_factor" => OAuthAccessTokenExchange,
    "webauthn_factor" => WebAuthn,
    "authenticator_app_factor" => AuthenticatorApp,
    "recovery_code_factor" => RecoveryCode,
    "crypto_wallet_factor" => CryptoWallet,
    "embeddable_magic_link_factor" => EmbeddableMagicLink,
    "biometric_factor" => Biometric,
    "saml_sso_factor" => SamlSso,
    "oidc_sso_factor" => OidcSso,
    "impersonated_factor" => Impersonated,
    "trusted_auth_token_factor" => TrustedAuthToken,
}

impl Serialize for AuthenticationFactor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", &self.r#type)?;
        map.serialize_entry("delivery_method", &self.delivery_method)?;
        map.serialize_entry("last_authenticated_at", &self.last_authenticated_at)?;
        map.serialize_entry("created_at", &self.created_at)?;
        map.serialize_entry("updated_at", &self.updated_at)?;
        if let Some(factor) = &self.factor {
            factor.write(&mut map)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for AuthenticationFactor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(AuthenticationFactorVisitor)
    }
}

struct AuthenticationFactorVisitor;

impl<'de> Visitor<'de> for AuthenticationFactorVisitor {
    type Value = AuthenticationFactor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an authentication factor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AuthenticationFactor, A::Error> {
        let mut read = AuthenticationFactor::default();
        let mut unknown = None;
        while let Some(key) = map.next_key()? {
            match key {
                Key::Type => read.r#type = map.next_value::<MaybeText<_>>()?.0,
                Key::DeliveryMethod => read.delivery_method = map.next_value::<MaybeText<_>>()?.0,
                Key::LastAuthenticatedAt => read.last_authenticated_at = map.next_value()?,
                Key::CreatedAt => read.created_at = map.next_value()?,
                Key::UpdatedAt => read.updated_at = map.next_value()?,
                // The first known factor counts, an unknown one only if there is no known one.
                Key::Factor(key) if read.factor.is_none() => match key.read(&mut map)? {
                    Some(factor @ Factor::Unknown(_)) => {
                        unknown.get_or_insert(factor);
                    }
                    factor => read.factor = factor,
                },
                Key::Factor(_) | Key::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        read.factor = read.factor.or(unknown);
        Ok(read)
    }
}

/// A key of an authentication factor.
enum Key {
    Type,
    DeliveryMethod,
    LastAuthenticatedAt,
    CreatedAt,
    UpdatedAt,
    Factor(FactorKey),
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "type" => Key::Type,
            "delivery_method" => Key::DeliveryMethod,
            "last_authenticated_at" => Key::LastAuthenticatedAt,
            "created_at" => Key::CreatedAt,
            "updated_at" => Key::UpdatedAt,
            _ if key.ends_with("_factor") => Key::Factor(FactorKey::new(key)),
            _ => Key::Other,
        })
    }
}

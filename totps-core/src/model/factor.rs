//! The authentication factors of a session.

mod kinds;
mod wire;

pub use kinds::{
    AuthenticatorAppFactor, BiometricFactor, CryptoWalletFactor, EmailFactor,
    EmbeddableMagicLinkFactor, ImpersonatedFactor, OAuthAccessTokenExchangeFactor,
    OAuthExchangeFactor, OAuthFactor, PhoneNumberFactor, RecoveryCodeFactor, SsoFactor,
    TrustedAuthTokenFactor, UnknownFactor, WebAuthnFactor,
};

use crate::model::oauth_provider::OAuthProvider;
use crate::value::open_enum::open_enum;
use crate::value::timestamp::Timestamp;

/// An authentication factor that a Member passed, such as a code, a link or an account elsewhere.
///
/// Part of Stytch's [Session object](https://stytch.com/docs/b2b/api/session-object). The API has a
/// separate key for each kind of factor; here they are one field, [`factor`](Self::factor).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationFactor {
    /// The kind of the factor.
    pub r#type: Option<AuthenticationFactorType>,
    /// How the factor was delivered.
    pub delivery_method: Option<AuthenticationFactorDeliveryMethod>,
    /// When the Member last passed it.
    pub last_authenticated_at: Option<Timestamp>,
    /// When the Member first passed it.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// The details of the factor. Some kinds, such as passwords, have none.
    pub factor: Option<Factor>,
}

/// The details of an [`AuthenticationFactor`], which depend on its kind. On the wire they are the
/// object whose key ends in `_factor`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Factor {
    /// `email_factor`.
    Email(EmailFactor),
    /// `phone_number_factor`.
    PhoneNumber(PhoneNumberFactor),
    /// An account at an OAuth provider, such as `google_oauth_factor`.
    OAuth {
        /// The provider. The key on the wire begins with its name.
        provider: OAuthProvider,
        /// The account at the provider.
        factor: OAuthFactor,
    },
    /// An exchanged token of an OAuth provider, such as `google_oauth_exchange_factor`.
    OAuthExchange {
        /// The provider. The key on the wire begins with its name.
        provider: OAuthProvider,
        /// The exchanged token.
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
        /// Another person acting as the Member.
        Impersonated = "impersonated",
        /// A token of an issuer that the project trusts.
        TrustedAuthToken = "trusted_auth_token",
    }
}

open_enum! {
    /// How an [`AuthenticationFactor`] was delivered.
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

//! Authentication factors with derived serde code. The fields of each kind of factor are flattened.

use serde::Deserialize;

#[derive(Deserialize)]
pub struct AuthenticationFactor {
    pub r#type: String,
    pub delivery_method: String,
    pub last_authenticated_at: Option<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    #[serde(flatten)]
    pub factor: Option<Factor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    EmailFactor(EmailFactor),
    PhoneNumberFactor(PhoneNumberFactor),
    GoogleOauthFactor(OAuthFactor),
    MicrosoftOauthFactor(OAuthFactor),
    AppleOauthFactor(OAuthFactor),
    GithubOauthFactor(OAuthFactor),
    FacebookOauthFactor(OAuthFactor),
    AmazonOauthFactor(OAuthFactor),
    BitbucketOauthFactor(OAuthFactor),
    CoinbaseOauthFactor(OAuthFactor),
    DiscordOauthFactor(OAuthFactor),
    FigmaOauthFactor(OAuthFactor),
    GitLabOauthFactor(OAuthFactor),
    InstagramOauthFactor(OAuthFactor),
    LinkedInOauthFactor(OAuthFactor),
    ShopifyOauthFactor(OAuthFactor),
    SlackOauthFactor(OAuthFactor),
    SnapchatOauthFactor(OAuthFactor),
    SpotifyOauthFactor(OAuthFactor),
    SteamOauthFactor(OAuthFactor),
    TikTokOauthFactor(OAuthFactor),
    TwitchOauthFactor(OAuthFactor),
    TwitterOauthFactor(OAuthFactor),
    SalesforceOauthFactor(OAuthFactor),
    YahooOauthFactor(OAuthFactor),
    HubspotOauthFactor(OAuthFactor),
    SlackOauthExchangeFactor(OAuthExchangeFactor),
    HubspotOauthExchangeFactor(OAuthExchangeFactor),
    GithubOauthExchangeFactor(OAuthExchangeFactor),
    GoogleOauthExchangeFactor(OAuthExchangeFactor),
    OauthAccessTokenExchangeFactor(OAuthAccessTokenExchangeFactor),
    WebauthnFactor(WebAuthnFactor),
    AuthenticatorAppFactor(AuthenticatorAppFactor),
    RecoveryCodeFactor(RecoveryCodeFactor),
    CryptoWalletFactor(CryptoWalletFactor),
    EmbeddableMagicLinkFactor(EmbeddableMagicLinkFactor),
    BiometricFactor(BiometricFactor),
    SamlSsoFactor(SsoFactor),
    OidcSsoFactor(SsoFactor),
    ImpersonatedFactor(ImpersonatedFactor),
    TrustedAuthTokenFactor(TrustedAuthTokenFactor),
}

#[derive(Deserialize)]
pub struct EmailFactor {
    pub email_id: String,
    pub email_address: String,
}

#[derive(Deserialize)]
pub struct PhoneNumberFactor {
    pub phone_id: String,
    pub phone_number: String,
}

#[derive(Deserialize)]
pub struct OAuthFactor {
    pub id: String,
    pub provider_subject: String,
    pub email_id: Option<String>,
}

#[derive(Deserialize)]
pub struct OAuthExchangeFactor {
    pub email_id: String,
}

#[derive(Deserialize)]
pub struct OAuthAccessTokenExchangeFactor {
    pub client_id: String,
}

#[derive(Deserialize)]
pub struct WebAuthnFactor {
    pub webauthn_registration_id: String,
    pub domain: String,
    pub user_agent: Option<String>,
}

#[derive(Deserialize)]
pub struct AuthenticatorAppFactor {
    pub totp_id: String,
}

#[derive(Deserialize)]
pub struct RecoveryCodeFactor {
    pub totp_recovery_code_id: String,
}

#[derive(Deserialize)]
pub struct CryptoWalletFactor {
    pub crypto_wallet_id: String,
    pub crypto_wallet_address: String,
    pub crypto_wallet_type: String,
}

#[derive(Deserialize)]
pub struct EmbeddableMagicLinkFactor {
    pub embedded_id: String,
}

#[derive(Deserialize)]
pub struct BiometricFactor {
    pub biometric_registration_id: String,
}

#[derive(Deserialize)]
pub struct SsoFactor {
    pub id: String,
    pub provider_id: String,
    pub external_id: String,
}

#[derive(Deserialize)]
pub struct ImpersonatedFactor {
    pub impersonator_id: String,
    pub impersonator_email_address: String,
}

#[derive(Deserialize)]
pub struct TrustedAuthTokenFactor {
    pub token_id: String,
}

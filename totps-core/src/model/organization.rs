//! An Organization and its settings.

use serde::{Deserialize, Serialize};

use crate::decode::lenient;
use crate::model::mfa::{MfaMethod, MfaPolicy};
use crate::value::id::OrganizationId;
use crate::value::json_object::JsonObject;
use crate::value::open_enum::open_enum;
use crate::value::timestamp::Timestamp;

/// A tenant of the application, such as a company or a team.
///
/// Mirrors Stytch's [Organization object](https://stytch.com/docs/b2b/api/organization-object).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Organization {
    /// The id of the Organization.
    #[serde(default, deserialize_with = "lenient::text")]
    pub organization_id: OrganizationId,
    /// The name, 1 to 128 characters.
    #[serde(default, deserialize_with = "lenient::text")]
    pub organization_name: String,
    /// The logo, if there is one.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub organization_logo_url: Option<String>,
    /// The name in URLs, 2 to 128 characters: alphanumerics and `-` `.` `_` `~`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub organization_slug: String,
    /// Who may join by SSO without an invitation.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub sso_jit_provisioning: Option<AllowedType>,
    /// The SSO connections allowed for joining without an invitation when that is restricted.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub sso_jit_provisioning_allowed_connections: Vec<String>,
    /// The SSO connections in use.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub sso_active_connections: Vec<ActiveSsoConnection>,
    /// The e-mail domains that may join or be invited when that is restricted.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub email_allowed_domains: Vec<String>,
    /// Who may join by e-mail without an invitation.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub email_jit_provisioning: Option<AllowedType>,
    /// Who may be invited by e-mail.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub email_invites: Option<AllowedType>,
    /// Whether the methods of the first factor are restricted.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub auth_methods: Option<AllowedType>,
    /// The methods of the first factor allowed when they are restricted.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub allowed_auth_methods: Vec<AuthMethod>,
    /// Who must pass a second factor.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub mfa_policy: Option<MfaPolicy>,
    /// Roles given by the domain of the e-mail address.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub rbac_email_implicit_role_assignments: Vec<EmailImplicitRoleAssignment>,
    /// Whether the methods of the second factor are restricted.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub mfa_methods: Option<AllowedType>,
    /// The methods of the second factor allowed when they are restricted.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub allowed_mfa_methods: Vec<MfaMethod>,
    /// Who may join by an OAuth tenant without an invitation.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub oauth_tenant_jit_provisioning: Option<AllowedType>,
    /// The e-mail domains that belong only to this Organization.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub claimed_email_domains: Vec<String>,
    /// Which first-party Connected Apps are allowed.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub first_party_connected_apps_allowed_type: Option<AllowedType>,
    /// The first-party Connected Apps allowed when they are restricted.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub allowed_first_party_connected_apps: Vec<String>,
    /// Which third-party Connected Apps are allowed.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub third_party_connected_apps_allowed_type: Option<AllowedType>,
    /// The third-party Connected Apps allowed when they are restricted.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub allowed_third_party_connected_apps: Vec<String>,
    /// The Organization's custom roles.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub custom_roles: Vec<CustomRole>,
    /// Metadata that only the backend can write.
    #[serde(default, deserialize_with = "lenient::object")]
    pub trusted_metadata: Option<JsonObject>,
    /// When the Organization was created.
    pub created_at: Option<Timestamp>,
    /// When the Organization was last changed.
    pub updated_at: Option<Timestamp>,
    /// The application's own id for the Organization, if it set one.
    pub organization_external_id: Option<String>,
    /// The SSO connection used when none is named, if there is one.
    pub sso_default_connection_id: Option<String>,
    /// The SCIM connection in use, if there is one.
    #[serde(default, deserialize_with = "lenient::object")]
    pub scim_active_connection: Option<ActiveScimConnection>,
    /// The OAuth tenants that may join: keys such as `slack`, `hubspot` and `github`.
    #[serde(default, deserialize_with = "lenient::object")]
    pub allowed_oauth_tenants: Option<JsonObject>,
}

impl Organization {
    /// Tells whether the Members may use a TOTP as the second factor. `None` if the settings were
    /// not sent. [Breakglass](crate::Member::is_breakglass) Members always may.
    pub fn allows_totp(&self) -> Option<bool> {
        match &self.mfa_methods {
            Some(AllowedType::AllAllowed) => Some(true),
            Some(AllowedType::Restricted) => {
                Some(self.allowed_mfa_methods.contains(&MfaMethod::Totp))
            }
            Some(AllowedType::NotAllowed) => Some(false),
            _ => None,
        }
    }
}

open_enum! {
    /// How much is allowed, in most settings of an [`Organization`].
    pub enum AllowedType {
        /// Everything is allowed.
        AllAllowed = "ALL_ALLOWED",
        /// Only the values in the list that belongs to the setting are allowed.
        Restricted = "RESTRICTED",
        /// Nothing is allowed.
        NotAllowed = "NOT_ALLOWED",
    }
}

open_enum! {
    /// A method of the first factor.
    pub enum AuthMethod {
        /// Single sign-on.
        Sso = "sso",
        /// A link by e-mail.
        MagicLink = "magic_link",
        /// A code by e-mail.
        EmailOtp = "email_otp",
        /// A password.
        Password = "password",
        /// OAuth by Google.
        GoogleOAuth = "google_oauth",
        /// OAuth by Microsoft.
        MicrosoftOAuth = "microsoft_oauth",
        /// OAuth by Slack.
        SlackOAuth = "slack_oauth",
        /// OAuth by GitHub.
        GithubOAuth = "github_oauth",
        /// OAuth by HubSpot.
        HubspotOAuth = "hubspot_oauth",
    }
}

/// An SSO connection in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActiveSsoConnection {
    /// The id of the connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub connection_id: String,
    /// The name of the connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub display_name: String,
    /// The identity provider, such as `okta`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub identity_provider: String,
}

/// A SCIM connection in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActiveScimConnection {
    /// The id of the connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub connection_id: String,
    /// The name of the connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub display_name: String,
    /// The last four characters of the bearer token.
    #[serde(default, deserialize_with = "lenient::text")]
    pub bearer_token_last_four: String,
    /// When the bearer token expires.
    pub bearer_token_expires_at: Option<Timestamp>,
}

/// A role given by the domain of the e-mail address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailImplicitRoleAssignment {
    /// The e-mail domain.
    #[serde(default, deserialize_with = "lenient::text")]
    pub domain: String,
    /// The role.
    #[serde(default, deserialize_with = "lenient::text")]
    pub role_id: String,
}

/// A custom role of an Organization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomRole {
    /// The id of the role.
    #[serde(default, deserialize_with = "lenient::text")]
    pub role_id: String,
    /// What the role is for.
    #[serde(default, deserialize_with = "lenient::text")]
    pub description: String,
    /// What the role may do.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub permissions: Vec<CustomRolePermission>,
}

/// What a [`CustomRole`] may do with one kind of resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomRolePermission {
    /// The kind of resource.
    #[serde(default, deserialize_with = "lenient::text")]
    pub resource_id: String,
    /// The actions allowed on it.
    #[serde(default, deserialize_with = "lenient::strings")]
    pub actions: Vec<String>,
}

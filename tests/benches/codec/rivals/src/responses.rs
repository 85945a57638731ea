//! The responses with all their fields and derived serde code. Missing fields get their defaults,
//! because the minimal responses lack some.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::factors::AuthenticationFactor;

/// The response of Create.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CreateResponse {
    pub status_code: u16,
    pub request_id: String,
    pub member_id: String,
    pub totp_registration_id: String,
    pub secret: String,
    pub qr_code: String,
    pub recovery_codes: Vec<String>,
    pub member: Member,
    pub organization: Organization,
}

/// The response of Authenticate.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AuthenticateResponse {
    pub status_code: u16,
    pub request_id: String,
    pub member_id: String,
    pub member: Member,
    pub organization: Organization,
    pub session_token: String,
    pub session_jwt: String,
    pub member_session: Option<MemberSession>,
    pub member_device: Option<DeviceInfo>,
}

/// The response of Migrate.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MigrateResponse {
    pub status_code: u16,
    pub request_id: String,
    pub member_id: String,
    pub totp_registration_id: String,
    pub recovery_codes: Vec<String>,
    pub member: Member,
    pub organization: Organization,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Member {
    pub organization_id: String,
    pub member_id: String,
    pub email_address: String,
    pub status: String,
    pub name: String,
    pub sso_registrations: Vec<SsoRegistration>,
    pub is_breakglass: bool,
    pub member_password_id: String,
    pub oauth_registrations: Vec<OAuthRegistration>,
    pub email_address_verified: bool,
    pub mfa_phone_number_verified: bool,
    pub is_admin: bool,
    pub totp_registration_id: String,
    pub retired_email_addresses: Vec<RetiredEmail>,
    pub is_locked: bool,
    pub mfa_enrolled: bool,
    pub mfa_phone_number: String,
    pub default_mfa_method: String,
    pub roles: Vec<MemberRole>,
    pub trusted_metadata: Option<Map<String, Value>>,
    pub untrusted_metadata: Option<Map<String, Value>>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub scim_registration: Option<ScimRegistration>,
    pub external_id: Option<String>,
    pub lock_created_at: Option<String>,
    pub lock_expires_at: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SsoRegistration {
    pub connection_id: String,
    pub external_id: String,
    pub registration_id: String,
    pub sso_attributes: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OAuthRegistration {
    pub provider_type: String,
    pub provider_subject: String,
    pub member_oauth_registration_id: String,
    pub profile_picture_url: Option<String>,
    pub locale: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RetiredEmail {
    pub email_id: String,
    pub email_address: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MemberRole {
    pub role_id: String,
    pub sources: Vec<MemberRoleSource>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MemberRoleSource {
    pub r#type: String,
    pub details: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimRegistration {
    pub connection_id: String,
    pub registration_id: String,
    pub external_id: Option<String>,
    pub scim_attributes: Option<ScimAttributes>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimAttributes {
    pub user_name: String,
    pub id: String,
    pub external_id: String,
    pub active: bool,
    pub groups: Vec<ScimGroup>,
    pub display_name: String,
    pub nick_name: String,
    pub profile_url: String,
    pub user_type: String,
    pub title: String,
    pub preferred_language: String,
    pub locale: String,
    pub timezone: String,
    pub emails: Vec<ScimValue>,
    pub phone_numbers: Vec<ScimValue>,
    pub addresses: Vec<ScimAddress>,
    pub ims: Vec<ScimValue>,
    pub photos: Vec<ScimValue>,
    pub entitlements: Vec<ScimValue>,
    pub roles: Vec<ScimValue>,
    pub x509certificates: Vec<ScimValue>,
    pub name: Option<ScimName>,
    pub enterprise_extension: Option<ScimEnterpriseExtension>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimGroup {
    pub value: String,
    pub display: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimValue {
    pub value: String,
    pub r#type: String,
    pub primary: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimAddress {
    pub formatted: String,
    pub street_address: String,
    pub locality: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub r#type: String,
    pub primary: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimName {
    pub formatted: String,
    pub family_name: String,
    pub given_name: String,
    pub middle_name: String,
    pub honorific_prefix: String,
    pub honorific_suffix: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimEnterpriseExtension {
    pub employee_number: String,
    pub cost_center: String,
    pub division: String,
    pub department: String,
    pub organization: String,
    pub manager: Option<ScimManager>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ScimManager {
    pub value: String,
    pub r#ref: String,
    pub display_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Organization {
    pub organization_id: String,
    pub organization_name: String,
    pub organization_logo_url: String,
    pub organization_slug: String,
    pub sso_jit_provisioning: String,
    pub sso_jit_provisioning_allowed_connections: Vec<String>,
    pub sso_active_connections: Vec<ActiveSsoConnection>,
    pub email_allowed_domains: Vec<String>,
    pub email_jit_provisioning: String,
    pub email_invites: String,
    pub auth_methods: String,
    pub allowed_auth_methods: Vec<String>,
    pub mfa_policy: String,
    pub rbac_email_implicit_role_assignments: Vec<EmailImplicitRoleAssignment>,
    pub mfa_methods: String,
    pub allowed_mfa_methods: Vec<String>,
    pub oauth_tenant_jit_provisioning: String,
    pub claimed_email_domains: Vec<String>,
    pub first_party_connected_apps_allowed_type: String,
    pub allowed_first_party_connected_apps: Vec<String>,
    pub third_party_connected_apps_allowed_type: String,
    pub allowed_third_party_connected_apps: Vec<String>,
    pub custom_roles: Vec<CustomRole>,
    pub trusted_metadata: Option<Map<String, Value>>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
    pub organization_external_id: Option<String>,
    pub sso_default_connection_id: Option<String>,
    pub scim_active_connection: Option<ActiveScimConnection>,
    pub allowed_oauth_tenants: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ActiveSsoConnection {
    pub connection_id: String,
    pub display_name: String,
    pub identity_provider: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ActiveScimConnection {
    pub connection_id: String,
    pub display_name: String,
    pub bearer_token_last_four: String,
    pub bearer_token_expires_at: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EmailImplicitRoleAssignment {
    pub domain: String,
    pub role_id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CustomRole {
    pub role_id: String,
    pub description: String,
    pub permissions: Vec<CustomRolePermission>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CustomRolePermission {
    pub resource_id: String,
    pub actions: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MemberSession {
    pub member_session_id: String,
    pub member_id: String,
    pub started_at: Option<String>,
    pub last_accessed_at: Option<String>,
    pub expires_at: Option<String>,
    pub authentication_factors: Vec<AuthenticationFactor>,
    pub organization_id: String,
    pub roles: Vec<String>,
    pub organization_slug: String,
    pub custom_claims: Option<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DeviceInfo {
    pub visitor_id: String,
    pub visitor_id_details: Option<DeviceAttributeDetails>,
    pub ip_address: Option<String>,
    pub ip_address_details: Option<DeviceAttributeDetails>,
    pub ip_geo_city: Option<String>,
    pub ip_geo_region: Option<String>,
    pub ip_geo_country: Option<String>,
    pub ip_geo_country_details: Option<DeviceAttributeDetails>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DeviceAttributeDetails {
    pub is_new: Option<bool>,
    pub first_seen_at: Option<String>,
    pub last_seen_at: Option<String>,
}

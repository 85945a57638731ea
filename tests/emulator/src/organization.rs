//! Organizations and their JSON.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::generator::Generator;
use crate::json;
use crate::member::NewMember;

/// Whether all members of an organization owe a second factor.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MfaPolicy {
    /// Only members that enrolled.
    #[default]
    Optional,
    /// All members.
    RequiredForAll,
}

/// A second factor.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MfaMethod {
    /// Codes by text message.
    SmsOtp,
    /// Codes of an authenticator app.
    Totp,
}

impl MfaMethod {
    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SmsOtp => "sms_otp",
            Self::Totp => "totp",
        }
    }
}

/// An organization to make. What is left out is made up.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NewOrganization {
    /// `organization_id`.
    pub organization_id: Option<String>,
    /// `organization_external_id`, accepted in the place of the id.
    pub organization_external_id: Option<String>,
    /// `organization_name`.
    pub organization_name: Option<String>,
    /// `organization_slug`, accepted in the place of the id.
    pub organization_slug: Option<String>,
    /// `mfa_policy`.
    pub mfa_policy: MfaPolicy,
    /// The only MFA methods that the organization allows (`mfa_methods: RESTRICTED`); all if unset.
    pub allowed_mfa_methods: Option<Vec<MfaMethod>>,
    /// Answers every call with 403 `organization_suspended`.
    pub suspended: bool,
    /// The members; one active member if empty.
    pub members: Vec<NewMember>,
}

/// An organization.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) external_id: Option<String>,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) mfa_policy: MfaPolicy,
    allowed_mfa_methods: Option<Vec<MfaMethod>>,
    pub(crate) suspended: bool,
    created_at: Timestamp,
}

impl Organization {
    pub(crate) fn new(new: &NewOrganization, generate: &mut Generator, now: Timestamp) -> Self {
        let id = new.organization_id.clone();
        let id = id.unwrap_or_else(|| generate.id("organization"));
        // Slugs are unique in a project, so a made-up one takes the end of the id.
        let unique = id.rsplit('-').next().unwrap_or(&id);
        let slug = new.organization_slug.clone();
        Self {
            slug: slug.unwrap_or_else(|| format!("example-org-{unique}")),
            external_id: new.organization_external_id.clone(),
            name: new
                .organization_name
                .clone()
                .unwrap_or_else(|| "Example Org Inc.".to_owned()),
            mfa_policy: new.mfa_policy,
            allowed_mfa_methods: new.allowed_mfa_methods.clone(),
            suspended: new.suspended,
            created_at: now,
            id,
        }
    }

    /// Whether an id, slug or external id in a request means this organization.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.id == name || self.slug == name || self.external_id.as_deref() == Some(name)
    }

    pub(crate) fn allows(&self, method: MfaMethod) -> bool {
        self.allowed_mfa_methods
            .as_ref()
            .is_none_or(|allowed| allowed.contains(&method))
    }

    pub(crate) fn to_json(&self) -> Value {
        let restricted = self.allowed_mfa_methods.is_some();
        json!({
            "organization_id": self.id,
            "organization_name": self.name,
            "organization_logo_url": "",
            "organization_slug": self.slug,
            "sso_jit_provisioning": "ALL_ALLOWED",
            "sso_jit_provisioning_allowed_connections": [],
            "sso_active_connections": [],
            "email_allowed_domains": [],
            "email_jit_provisioning": "NOT_ALLOWED",
            "email_invites": "ALL_ALLOWED",
            "auth_methods": "ALL_ALLOWED",
            "allowed_auth_methods": [],
            "mfa_policy": self.mfa_policy,
            "rbac_email_implicit_role_assignments": [],
            "mfa_methods": if restricted { "RESTRICTED" } else { "ALL_ALLOWED" },
            "allowed_mfa_methods": self.allowed_mfa_methods.as_deref().unwrap_or_default(),
            "oauth_tenant_jit_provisioning": "NOT_ALLOWED",
            "claimed_email_domains": [],
            "first_party_connected_apps_allowed_type": "ALL_ALLOWED",
            "allowed_first_party_connected_apps": [],
            "third_party_connected_apps_allowed_type": "ALL_ALLOWED",
            "allowed_third_party_connected_apps": [],
            "custom_roles": [],
            "trusted_metadata": {},
            "created_at": json::time(self.created_at),
            "updated_at": json::time(self.created_at),
            "organization_external_id": self.external_id,
            "sso_default_connection_id": null,
            "scim_active_connection": null,
            "scim_active_connections": [],
            "allowed_oauth_tenants": {},
        })
    }
}

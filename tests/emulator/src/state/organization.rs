//! Organizations.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::attribute::{Attribute, Attributes, Changes, Kind};
use super::directory::MemberKey;
use super::member::NewMember;
use crate::json;
use crate::settings::ErrorCase;

/// Which Members of an Organization need a second factor.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MfaPolicy {
    /// Only Members that are enrolled in MFA.
    #[default]
    Optional,
    /// All Members.
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

/// An Organization to create. Missing values are generated or take a default.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NewOrganization {
    /// `organization_id`.
    pub organization_id: Option<String>,
    /// `organization_external_id`, accepted instead of the id.
    pub organization_external_id: Option<String>,
    /// `organization_name`.
    pub organization_name: Option<String>,
    /// `organization_slug`, accepted instead of the id.
    pub organization_slug: Option<String>,
    /// `mfa_policy`.
    pub mfa_policy: MfaPolicy,
    /// The only MFA methods that the Organization allows (`mfa_methods: RESTRICTED`); all if unset.
    pub allowed_mfa_methods: Option<Vec<MfaMethod>>,
    /// The only primary methods that the Organization allows (`auth_methods: RESTRICTED`), by their
    /// names on the wire, e.g. `password`; all if unset.
    pub allowed_auth_methods: Option<Vec<String>>,
    /// `trusted_metadata`.
    pub trusted_metadata: Map<String, Value>,
    /// Refuses every call with 403 `organization_suspended`.
    pub suspended: bool,
    /// The Members; one active Member if empty.
    pub members: Vec<NewMember>,
}

const PROVISIONING: Kind = Kind::OneOf(&["NOT_ALLOWED", "RESTRICTED"]);
const THREE_WAYS: Kind = Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED", "NOT_ALLOWED"]);
const TWO_WAYS: Kind = Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED"]);
const MFA_METHODS: Kind = Kind::ListOf(&["sms_otp", "totp"]);
const AUTH_METHODS: Kind = Kind::ListOf(&[
    "sso",
    "magic_link",
    "email_otp",
    "password",
    "google_oauth",
    "microsoft_oauth",
    "slack_oauth",
    "github_oauth",
    "hubspot_oauth",
]);

/// Creates an attribute for invitations, provisioning or connected apps.
const fn provisioning(name: &'static str, kind: Kind) -> Attribute {
    Attribute::new(name, kind, ErrorCase::InvalidProvisioning)
}

/// The attributes of an Organization: everything that the JSON shows except the id and the times.
pub(crate) static ATTRIBUTES: &[Attribute] = &[
    Attribute::new(
        "organization_name",
        Kind::Text,
        ErrorCase::InvalidOrganizationName,
    )
    .rule(|name| (1..=128).contains(&name.chars().count())),
    Attribute::new(
        "organization_slug",
        Kind::Text,
        ErrorCase::InvalidOrganizationSlug,
    )
    .rule(is_slug),
    Attribute::new(
        "organization_external_id",
        Kind::OptionalText,
        ErrorCase::InvalidOrganizationExternalId,
    )
    .rule(is_external_id),
    Attribute::new(
        "organization_logo_url",
        Kind::Text,
        ErrorCase::InvalidArgument,
    ),
    Attribute::new("trusted_metadata", Kind::Object, ErrorCase::InvalidArgument),
    Attribute::new(
        "mfa_policy",
        Kind::OneOf(&["OPTIONAL", "REQUIRED_FOR_ALL"]),
        ErrorCase::InvalidMfaPolicy,
    ),
    Attribute::new("mfa_methods", TWO_WAYS, ErrorCase::InvalidMfaMethods),
    Attribute::new(
        "allowed_mfa_methods",
        MFA_METHODS,
        ErrorCase::InvalidAllowedMfaMethods,
    ),
    Attribute::new("auth_methods", TWO_WAYS, ErrorCase::InvalidAuthMethods),
    Attribute::new(
        "allowed_auth_methods",
        AUTH_METHODS,
        ErrorCase::InvalidAllowedAuthMethods,
    ),
    provisioning("email_invites", THREE_WAYS),
    provisioning("email_jit_provisioning", PROVISIONING),
    provisioning("email_allowed_domains", Kind::Texts),
    provisioning("sso_jit_provisioning", THREE_WAYS),
    provisioning("sso_jit_provisioning_allowed_connections", Kind::Texts).by_update(),
    provisioning("sso_default_connection_id", Kind::OptionalText).by_update(),
    provisioning("oauth_tenant_jit_provisioning", PROVISIONING),
    provisioning("allowed_oauth_tenants", Kind::Object),
    provisioning("rbac_email_implicit_role_assignments", Kind::Objects),
    provisioning("claimed_email_domains", Kind::Texts),
    provisioning("first_party_connected_apps_allowed_type", THREE_WAYS),
    provisioning("allowed_first_party_connected_apps", Kind::Texts),
    provisioning("third_party_connected_apps_allowed_type", THREE_WAYS),
    provisioning("allowed_third_party_connected_apps", Kind::Texts),
    Attribute::shown("sso_active_connections", Kind::EmptyList),
    Attribute::shown("custom_roles", Kind::EmptyList),
    Attribute::shown("scim_active_connection", Kind::Null),
    Attribute::shown("scim_active_connections", Kind::EmptyList),
];

fn is_slug(slug: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    (2..=128).contains(&slug.len())
        && slug.chars().all(allowed)
        && slug.contains(|c: char| c.is_ascii_alphanumeric())
}

/// Whether an external id of an Organization or a Member has the right format.
pub(super) fn is_external_id(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-|".contains(c);
    (1..=128).contains(&id.len()) && id.chars().all(allowed)
}

/// An Organization.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) attributes: Attributes,
    pub(crate) suspended: bool,
    pub(super) deleted: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// In the order of their creation, deleted ones included.
    pub(crate) members: Vec<MemberKey>,
    pub(crate) members_by_external_id: HashMap<String, MemberKey>,
    /// By the address in lower case.
    pub(crate) members_by_email_address: HashMap<String, MemberKey>,
}

impl Organization {
    /// Creates an Organization with these attributes.
    pub(crate) fn new(id: String, attributes: Attributes, now: Timestamp) -> Self {
        Self {
            id,
            attributes,
            suspended: false,
            deleted: false,
            created_at: now,
            updated_at: now,
            members: Vec::new(),
            members_by_external_id: HashMap::new(),
            members_by_email_address: HashMap::new(),
        }
    }

    /// Creates the Organization that `new` describes, with this id and slug.
    pub(super) fn described(
        new: &NewOrganization,
        id: String,
        slug: String,
        now: Timestamp,
    ) -> Self {
        let name = new.organization_name.as_deref();
        let mut attributes = Attributes::initial(ATTRIBUTES);
        attributes.set("organization_slug", slug);
        attributes.set("organization_name", name.unwrap_or("Example Org Inc."));
        attributes.set(
            "organization_external_id",
            new.organization_external_id.clone(),
        );
        attributes.set("mfa_policy", json!(new.mfa_policy));
        attributes.set("trusted_metadata", new.trusted_metadata.clone());
        if let Some(allowed) = &new.allowed_mfa_methods {
            attributes.set("mfa_methods", "RESTRICTED");
            attributes.set("allowed_mfa_methods", json!(allowed));
        }
        if let Some(allowed) = &new.allowed_auth_methods {
            attributes.set("auth_methods", "RESTRICTED");
            attributes.set("allowed_auth_methods", json!(allowed));
        }
        Self {
            suspended: new.suspended,
            ..Self::new(id, attributes, now)
        }
    }

    pub(super) fn update(&mut self, changes: Changes, metadata_is_merged: bool, now: Timestamp) {
        self.attributes.apply(changes, metadata_is_merged);
        self.updated_at = now;
    }

    pub(crate) fn name(&self) -> &str {
        self.attributes.text("organization_name")
    }

    pub(crate) fn slug(&self) -> &str {
        self.attributes.text("organization_slug")
    }

    /// Returns the id, the slug and the external id.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let external_id = self.attributes.text("organization_external_id");
        let external_id = Some(external_id).filter(|id| !id.is_empty());
        [self.id.as_str(), self.slug()]
            .into_iter()
            .chain(external_id)
    }

    /// Returns the claimed domains. Only Members of Organizations that claim a domain may have an
    /// address in it.
    pub(super) fn claimed_domains(&self) -> impl Iterator<Item = &str> {
        self.attributes.texts("claimed_email_domains")
    }

    pub(crate) fn requires_mfa(&self) -> bool {
        self.attributes.text("mfa_policy") == "REQUIRED_FOR_ALL"
    }

    pub(crate) fn allows_mfa_method(&self, method: MfaMethod) -> bool {
        let mut allowed = self.attributes.texts("allowed_mfa_methods");
        self.attributes.text("mfa_methods") != "RESTRICTED"
            || allowed.any(|allowed| allowed == method.name())
    }

    pub(crate) fn allows_passwords(&self) -> bool {
        let mut allowed = self.attributes.texts("allowed_auth_methods");
        self.attributes.text("auth_methods") != "RESTRICTED"
            || allowed.any(|allowed| allowed == "password")
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut all = self.attributes.to_json();
        all.insert("organization_id".to_owned(), self.id.clone().into());
        all.insert("created_at".to_owned(), json::time(self.created_at));
        all.insert("updated_at".to_owned(), json::time(self.updated_at));
        all.into()
    }
}

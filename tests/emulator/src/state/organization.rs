//! Organizations.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::attribute::{Attribute, Attributes, Kind};
use super::directory::MemberKey;
use super::generator::Generator;
use super::member::NewMember;
use crate::json;

/// Whether all Members of an Organization owe a second factor.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MfaPolicy {
    /// Only Members that enrolled.
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

/// An Organization to create. What is left out is made up.
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
    /// The only MFA methods that the Organization allows (`mfa_methods: RESTRICTED`); all if unset.
    pub allowed_mfa_methods: Option<Vec<MfaMethod>>,
    /// `trusted_metadata`.
    pub trusted_metadata: Map<String, Value>,
    /// Refuses every call with 403 `organization_suspended`.
    pub suspended: bool,
    /// The Members; one active Member if empty.
    pub members: Vec<NewMember>,
}

const PROVISIONING: Kind = Kind::OneOf(&["NOT_ALLOWED", "RESTRICTED"]);
const CONNECTED_APPS: Kind = Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED", "NOT_ALLOWED"]);

const fn attribute(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind }
}

/// Everything that the JSON shows but the id and the times.
pub(crate) static ATTRIBUTES: &[Attribute] = &[
    attribute("organization_name", Kind::Text),
    attribute("organization_slug", Kind::Text),
    attribute("organization_external_id", Kind::OptionalText),
    attribute("organization_logo_url", Kind::Text),
    attribute("trusted_metadata", Kind::Object),
    attribute("mfa_policy", Kind::OneOf(&["OPTIONAL", "REQUIRED_FOR_ALL"])),
    attribute("mfa_methods", Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED"])),
    attribute("allowed_mfa_methods", Kind::ListOf(&["sms_otp", "totp"])),
    attribute("auth_methods", Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED"])),
    attribute(
        "allowed_auth_methods",
        Kind::ListOf(&[
            "sso",
            "magic_link",
            "email_otp",
            "password",
            "google_oauth",
            "microsoft_oauth",
            "slack_oauth",
            "github_oauth",
            "hubspot_oauth",
        ]),
    ),
    attribute(
        "email_invites",
        Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED", "NOT_ALLOWED"]),
    ),
    attribute("email_jit_provisioning", PROVISIONING),
    attribute("email_allowed_domains", Kind::Texts),
    attribute(
        "sso_jit_provisioning",
        Kind::OneOf(&["ALL_ALLOWED", "RESTRICTED", "NOT_ALLOWED"]),
    ),
    attribute("sso_jit_provisioning_allowed_connections", Kind::Texts),
    attribute("sso_default_connection_id", Kind::OptionalText),
    attribute("sso_active_connections", Kind::EmptyList),
    attribute("oauth_tenant_jit_provisioning", PROVISIONING),
    attribute("allowed_oauth_tenants", Kind::Object),
    attribute("rbac_email_implicit_role_assignments", Kind::Objects),
    attribute("claimed_email_domains", Kind::Texts),
    attribute("first_party_connected_apps_allowed_type", CONNECTED_APPS),
    attribute("allowed_first_party_connected_apps", Kind::Texts),
    attribute("third_party_connected_apps_allowed_type", CONNECTED_APPS),
    attribute("allowed_third_party_connected_apps", Kind::Texts),
    attribute("custom_roles", Kind::EmptyList),
    attribute("scim_active_connection", Kind::Null),
    attribute("scim_active_connections", Kind::EmptyList),
];

/// An Organization.
#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) attributes: Attributes,
    pub(crate) suspended: bool,
    created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// In the order of their creation, deleted ones included.
    pub(crate) members: Vec<MemberKey>,
    pub(crate) members_by_external_id: HashMap<String, MemberKey>,
    /// By the address in lower case.
    pub(crate) members_by_email_address: HashMap<String, MemberKey>,
}

impl Organization {
    pub(crate) fn new(new: &NewOrganization, generate: &mut Generator, now: Timestamp) -> Self {
        let id = new.organization_id.clone();
        let id = id.unwrap_or_else(|| generate.id("organization"));
        // Slugs are unique in a project, so a made-up one takes the end of the id.
        let unique = id.rsplit('-').next().unwrap_or(&id);
        let slug = new.organization_slug.clone();
        let slug = slug.unwrap_or_else(|| format!("example-org-{unique}"));
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
        Self {
            id,
            attributes,
            suspended: new.suspended,
            created_at: now,
            updated_at: now,
            members: Vec::new(),
            members_by_external_id: HashMap::new(),
            members_by_email_address: HashMap::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.attributes.text("organization_name")
    }

    pub(crate) fn slug(&self) -> &str {
        self.attributes.text("organization_slug")
    }

    /// Id, slug and external id.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let external_id = self.attributes.text("organization_external_id");
        let external_id = Some(external_id).filter(|id| !id.is_empty());
        [self.id.as_str(), self.slug()]
            .into_iter()
            .chain(external_id)
    }

    pub(crate) fn requires_mfa(&self) -> bool {
        self.attributes.text("mfa_policy") == "REQUIRED_FOR_ALL"
    }

    pub(crate) fn allows_mfa_method(&self, method: MfaMethod) -> bool {
        self.attributes.text("mfa_methods") != "RESTRICTED"
            || self.attributes.lists("allowed_mfa_methods", method.name())
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut all = self.attributes.to_json();
        all.insert("organization_id".to_owned(), self.id.clone().into());
        all.insert("created_at".to_owned(), json::time(self.created_at));
        all.insert("updated_at".to_owned(), json::time(self.updated_at));
        all.into()
    }
}

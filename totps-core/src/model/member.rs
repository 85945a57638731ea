//! A Member and the objects in it.

use serde::{Deserialize, Serialize};

use crate::decode::lenient;
use crate::model::mfa::{MfaMethod, MfaPolicy};
use crate::model::organization::Organization;
use crate::model::scim::ScimRegistration;
use crate::value::id::{MemberId, OrganizationId, TotpRegistrationId};
use crate::value::json_object::JsonObject;
use crate::value::open_enum::open_enum;
use crate::value::timestamp::Timestamp;

/// A person in an [`Organization`](crate::Organization).
///
/// ```
/// use totps_core::{GetMemberResponse, MfaMethod, http};
///
/// let json = r#"{
///     "member": {"mfa_enrolled": true, "totp_registration_id": "member-totp-test-…"},
///     "organization": {"mfa_policy": "OPTIONAL"}
/// }"#;
/// let response = GetMemberResponse::try_from(http::Response::new(json))?;
/// let (member, organization) = (response.member, response.organization.unwrap());
/// assert!(member.has_totp());
/// assert_eq!(member.requires_mfa(&organization), Some(true));
/// assert_eq!(member.first_mfa_method(), Some(MfaMethod::Totp));
/// # Ok::<_, totps_core::Error>(())
/// ```
///
/// Mirrors Stytch's [Member object](https://stytch.com/docs/b2b/api/member-object).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Member {
    /// The Organization that the Member belongs to.
    #[serde(default, deserialize_with = "lenient::text")]
    pub organization_id: OrganizationId,
    /// The id of the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub member_id: MemberId,
    /// The e-mail address of the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email_address: String,
    /// Whether the Member is active. Only active Members may enrol a TOTP.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub status: Option<MemberStatus>,
    /// The name of the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub name: String,
    /// The Member's accounts at SSO providers.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub sso_registrations: Vec<SsoRegistration>,
    /// Whether the Member is exempt from the Organization's restrictions of authentication and MFA
    /// methods.
    pub is_breakglass: Option<bool>,
    /// The id of the Member's password, if there is one.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub member_password_id: Option<String>,
    /// The Member's accounts at OAuth providers.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub oauth_registrations: Vec<OAuthRegistration>,
    /// Whether the e-mail address is verified.
    pub email_address_verified: Option<bool>,
    /// Whether the phone number for MFA is verified.
    pub mfa_phone_number_verified: Option<bool>,
    /// Whether the Member holds the role `stytch_admin`.
    pub is_admin: Option<bool>,
    /// The id of the Member's TOTP, if there is one.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub totp_registration_id: Option<TotpRegistrationId>,
    /// E-mail addresses that the Member had before.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub retired_email_addresses: Vec<RetiredEmail>,
    /// Whether the Member is locked after too many failed attempts.
    pub is_locked: Option<bool>,
    /// Whether the Member must pass a second factor at every login.
    pub mfa_enrolled: Option<bool>,
    /// The phone number for MFA in E.164, if there is one.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub mfa_phone_number: Option<String>,
    /// The second factor that the Member prefers.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub default_mfa_method: Option<MfaMethod>,
    /// The Member's roles.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub roles: Vec<MemberRole>,
    /// Metadata that only the backend can write.
    #[serde(default, deserialize_with = "lenient::object")]
    pub trusted_metadata: Option<JsonObject>,
    /// Metadata that the frontend can also write. Do not trust it.
    #[serde(default, deserialize_with = "lenient::object")]
    pub untrusted_metadata: Option<JsonObject>,
    /// When the Member was created.
    pub created_at: Option<Timestamp>,
    /// When the Member was last changed.
    pub updated_at: Option<Timestamp>,
    /// The Member's account at a SCIM provider, if there is one.
    #[serde(default, deserialize_with = "lenient::object")]
    pub scim_registration: Option<ScimRegistration>,
    /// The application's own id for the Member, if it set one.
    pub external_id: Option<String>,
    /// When the Member was locked, if it is locked.
    pub lock_created_at: Option<Timestamp>,
    /// When the lock ends, if there is one.
    pub lock_expires_at: Option<Timestamp>,
}

impl Member {
    /// Tells whether a TOTP is registered. Whether this includes a pending TOTP is not documented.
    pub fn has_totp(&self) -> bool {
        self.totp_registration_id
            .as_ref()
            .is_some_and(|id| !id.is_empty())
    }

    /// Tells whether the Member has a phone number for MFA, which is the other second factor.
    pub fn has_mfa_phone_number(&self) -> bool {
        self.mfa_phone_number
            .as_ref()
            .is_some_and(|number| !number.is_empty())
    }

    /// Tells whether the Member must pass a second factor at every login: the Member is enrolled,
    /// or the Organization requires it of every Member. `None` if neither setting requires it and
    /// one of them was not sent.
    pub fn requires_mfa(&self, organization: &Organization) -> Option<bool> {
        let by_policy = match &organization.mfa_policy {
            Some(MfaPolicy::RequiredForAll) => Some(true),
            Some(MfaPolicy::Optional) => Some(false),
            _ => None,
        };
        match (self.mfa_enrolled, by_policy) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        }
    }

    /// Returns the second factor to ask for first: the registered one, or
    /// [`default_mfa_method`](Self::default_mfa_method) if both are registered. `None` if none is
    /// registered, or if both are and there is no default.
    pub fn first_mfa_method(&self) -> Option<MfaMethod> {
        match (self.has_totp(), self.has_mfa_phone_number()) {
            (true, true) => self.default_mfa_method.clone(),
            (true, false) => Some(MfaMethod::Totp),
            (false, true) => Some(MfaMethod::SmsOtp),
            (false, false) => None,
        }
    }
}

open_enum! {
    /// The status of a [`Member`].
    pub enum MemberStatus {
        /// Not active yet.
        Pending = "pending",
        /// Invited, not active yet.
        Invited = "invited",
        /// Active.
        Active = "active",
        /// Deleted.
        Deleted = "deleted",
    }
}

/// An account at an SSO provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SsoRegistration {
    /// The SSO connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub connection_id: String,
    /// The id that the identity provider has for the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub external_id: String,
    /// The id of this account.
    #[serde(default, deserialize_with = "lenient::text")]
    pub registration_id: String,
    /// Attributes of the Member from the identity provider.
    #[serde(default, deserialize_with = "lenient::object")]
    pub sso_attributes: Option<JsonObject>,
}

/// An account at an OAuth provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OAuthRegistration {
    /// The provider, such as `Google`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_type: String,
    /// The id that the provider has for the Member.
    #[serde(default, deserialize_with = "lenient::text")]
    pub provider_subject: String,
    /// The id of this account.
    #[serde(default, deserialize_with = "lenient::text")]
    pub member_oauth_registration_id: String,
    /// The Member's picture at the provider.
    pub profile_picture_url: Option<String>,
    /// The Member's locale at the provider.
    pub locale: Option<String>,
}

/// An e-mail address that a [`Member`] had before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetiredEmail {
    /// The id of the address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email_id: String,
    /// The address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email_address: String,
}

/// A role of a [`Member`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberRole {
    /// The role, such as `stytch_member` or `stytch_admin`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub role_id: String,
    /// Why the Member has the role.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub sources: Vec<MemberRoleSource>,
}

/// Why a [`Member`] has a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberRoleSource {
    /// The kind of reason.
    #[serde(default, deserialize_with = "lenient::blank")]
    pub r#type: Option<MemberRoleSourceType>,
    /// The details; the keys depend on the kind.
    #[serde(default, deserialize_with = "lenient::object")]
    pub details: Option<JsonObject>,
}

open_enum! {
    /// The kind of a [`MemberRoleSource`].
    pub enum MemberRoleSourceType {
        /// Assigned directly to the Member; no details.
        DirectAssignment = "direct_assignment",
        /// By the domain of the e-mail address; details: `email_domain`.
        EmailAssignment = "email_assignment",
        /// By an SSO connection; details: `connection_id`.
        SsoConnection = "sso_connection",
        /// By a group of an SSO connection; details: `connection_id`, `group`.
        SsoConnectionGroup = "sso_connection_group",
        /// By a group of a SCIM connection; details: `connection_id`, `group_id`.
        ScimConnectionGroup = "scim_connection_group",
    }
}

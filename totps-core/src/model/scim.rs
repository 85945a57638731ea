//! A Member's account at a SCIM provider.

use serde::{Deserialize, Serialize};

use crate::decode::lenient;

/// An account at a SCIM provider.
///
/// Part of Stytch's [Member object](https://stytch.com/docs/b2b/api/member-object).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimRegistration {
    /// The SCIM connection.
    #[serde(default, deserialize_with = "lenient::text")]
    pub connection_id: String,
    /// The id of this account.
    #[serde(default, deserialize_with = "lenient::text")]
    pub registration_id: String,
    /// The id that the provider has for the Member.
    pub external_id: Option<String>,
    /// Attributes of the Member from the provider.
    #[serde(default, deserialize_with = "lenient::object")]
    pub scim_attributes: Option<ScimAttributes>,
}

/// The attributes of a Member at a SCIM provider (RFC 7643, in Stytch's spelling).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimAttributes {
    /// The user name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub user_name: String,
    /// The id.
    #[serde(default, deserialize_with = "lenient::text")]
    pub id: String,
    /// The id that the provisioning client uses.
    #[serde(default, deserialize_with = "lenient::text")]
    pub external_id: String,
    /// Whether the account is active.
    pub active: Option<bool>,
    /// The groups.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub groups: Vec<ScimGroup>,
    /// The name to display.
    #[serde(default, deserialize_with = "lenient::text")]
    pub display_name: String,
    /// The nickname.
    #[serde(default, deserialize_with = "lenient::text")]
    pub nick_name: String,
    /// The profile page.
    #[serde(default, deserialize_with = "lenient::text")]
    pub profile_url: String,
    /// The relation to the organization, such as `Employee`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub user_type: String,
    /// The title.
    #[serde(default, deserialize_with = "lenient::text")]
    pub title: String,
    /// The preferred language.
    #[serde(default, deserialize_with = "lenient::text")]
    pub preferred_language: String,
    /// The locale.
    #[serde(default, deserialize_with = "lenient::text")]
    pub locale: String,
    /// The time zone.
    #[serde(default, deserialize_with = "lenient::text")]
    pub timezone: String,
    /// The e-mail addresses.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub emails: Vec<ScimValue>,
    /// The phone numbers.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub phone_numbers: Vec<ScimValue>,
    /// The postal addresses.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub addresses: Vec<ScimAddress>,
    /// The instant messaging addresses.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub ims: Vec<ScimValue>,
    /// The photos.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub photos: Vec<ScimValue>,
    /// The entitlements.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub entitlements: Vec<ScimValue>,
    /// The roles.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub roles: Vec<ScimValue>,
    /// The X.509 certificates.
    #[serde(default, deserialize_with = "lenient::objects")]
    pub x509certificates: Vec<ScimValue>,
    /// The parts of the name.
    #[serde(default, deserialize_with = "lenient::object")]
    pub name: Option<ScimName>,
    /// The enterprise extension.
    #[serde(default, deserialize_with = "lenient::object")]
    pub enterprise_extension: Option<ScimEnterpriseExtension>,
}

/// A group in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimGroup {
    /// The id of the group.
    #[serde(default, deserialize_with = "lenient::text")]
    pub value: String,
    /// The name of the group.
    #[serde(default, deserialize_with = "lenient::text")]
    pub display: String,
}

/// One value of a list in [`ScimAttributes`]: an e-mail address, a phone number, a role and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimValue {
    /// The value.
    #[serde(default, deserialize_with = "lenient::text")]
    pub value: String,
    /// Its kind, such as `work`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub r#type: String,
    /// Whether it is the preferred one.
    pub primary: Option<bool>,
}

/// A postal address in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimAddress {
    /// The whole address as text.
    #[serde(default, deserialize_with = "lenient::text")]
    pub formatted: String,
    /// Street and number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub street_address: String,
    /// The city.
    #[serde(default, deserialize_with = "lenient::text")]
    pub locality: String,
    /// The state or region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub region: String,
    /// The postal code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub postal_code: String,
    /// The country.
    #[serde(default, deserialize_with = "lenient::text")]
    pub country: String,
    /// Its kind, such as `work`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub r#type: String,
    /// Whether it is the preferred one.
    pub primary: Option<bool>,
}

/// The parts of a name in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimName {
    /// The whole name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub formatted: String,
    /// The family name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub family_name: String,
    /// The given name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub given_name: String,
    /// The middle name.
    #[serde(default, deserialize_with = "lenient::text")]
    pub middle_name: String,
    /// The prefix of the name, such as `Ms.`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub honorific_prefix: String,
    /// The suffix of the name, such as `III`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub honorific_suffix: String,
}

/// The enterprise extension in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimEnterpriseExtension {
    /// The employee number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub employee_number: String,
    /// The cost centre.
    #[serde(default, deserialize_with = "lenient::text")]
    pub cost_center: String,
    /// The division.
    #[serde(default, deserialize_with = "lenient::text")]
    pub division: String,
    /// The department.
    #[serde(default, deserialize_with = "lenient::text")]
    pub department: String,
    /// The organization.
    #[serde(default, deserialize_with = "lenient::text")]
    pub organization: String,
    /// The manager.
    #[serde(default, deserialize_with = "lenient::object")]
    pub manager: Option<ScimManager>,
}

/// A manager in [`ScimEnterpriseExtension`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScimManager {
    /// The id of the manager.
    #[serde(default, deserialize_with = "lenient::text")]
    pub value: String,
    /// The URI of the manager's account.
    #[serde(default, deserialize_with = "lenient::text")]
    pub r#ref: String,
    /// The name of the manager.
    #[serde(default, deserialize_with = "lenient::text")]
    pub display_name: String,
}

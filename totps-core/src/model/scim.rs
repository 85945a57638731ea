//! A Member's account at a SCIM provider.

use serde::{Deserialize, Serialize};

use crate::lenient;

/// An account at a SCIM provider.
///
/// Part of Stytch's [Member object](https://stytch.com/docs/b2b/api/member-object).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimRegistration {
    /// The SCIM connection.
    #[serde(deserialize_with = "lenient::or_default")]
    pub connection_id: String,
    /// The id of this account.
    #[serde(deserialize_with = "lenient::or_default")]
    pub registration_id: String,
    /// The id that the provider has for the Member.
    pub external_id: Option<String>,
    /// What the provider says of the Member.
    #[serde(deserialize_with = "lenient::object")]
    pub scim_attributes: Option<ScimAttributes>,
}

/// What a SCIM provider says of a Member (RFC 7643, in Stytch's spelling).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimAttributes {
    /// The user name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub user_name: String,
    /// The id.
    #[serde(deserialize_with = "lenient::or_default")]
    pub id: String,
    /// The id that the provisioning client has.
    #[serde(deserialize_with = "lenient::or_default")]
    pub external_id: String,
    /// Whether the account is active.
    pub active: Option<bool>,
    /// The groups.
    #[serde(deserialize_with = "lenient::objects")]
    pub groups: Vec<ScimGroup>,
    /// The name to display.
    #[serde(deserialize_with = "lenient::or_default")]
    pub display_name: String,
    /// The nickname.
    #[serde(deserialize_with = "lenient::or_default")]
    pub nick_name: String,
    /// The profile page.
    #[serde(deserialize_with = "lenient::or_default")]
    pub profile_url: String,
    /// The relation to the organization, such as `Employee`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub user_type: String,
    /// The title.
    #[serde(deserialize_with = "lenient::or_default")]
    pub title: String,
    /// The preferred language.
    #[serde(deserialize_with = "lenient::or_default")]
    pub preferred_language: String,
    /// The locale.
    #[serde(deserialize_with = "lenient::or_default")]
    pub locale: String,
    /// The time zone.
    #[serde(deserialize_with = "lenient::or_default")]
    pub timezone: String,
    /// The e-mail addresses.
    #[serde(deserialize_with = "lenient::objects")]
    pub emails: Vec<ScimValue>,
    /// The phone numbers.
    #[serde(deserialize_with = "lenient::objects")]
    pub phone_numbers: Vec<ScimValue>,
    /// The postal addresses.
    #[serde(deserialize_with = "lenient::objects")]
    pub addresses: Vec<ScimAddress>,
    /// The instant messaging addresses.
    #[serde(deserialize_with = "lenient::objects")]
    pub ims: Vec<ScimValue>,
    /// The photos.
    #[serde(deserialize_with = "lenient::objects")]
    pub photos: Vec<ScimValue>,
    /// The entitlements.
    #[serde(deserialize_with = "lenient::objects")]
    pub entitlements: Vec<ScimValue>,
    /// The roles.
    #[serde(deserialize_with = "lenient::objects")]
    pub roles: Vec<ScimValue>,
    /// The X.509 certificates.
    #[serde(deserialize_with = "lenient::objects")]
    pub x509certificates: Vec<ScimValue>,
    /// The parts of the name.
    #[serde(deserialize_with = "lenient::object")]
    pub name: Option<ScimName>,
    /// The enterprise extension.
    #[serde(deserialize_with = "lenient::object")]
    pub enterprise_extension: Option<ScimEnterpriseExtension>,
}

/// A group in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimGroup {
    /// The id of the group.
    #[serde(deserialize_with = "lenient::or_default")]
    pub value: String,
    /// The name of the group.
    #[serde(deserialize_with = "lenient::or_default")]
    pub display: String,
}

/// One value of a list in [`ScimAttributes`]: an e-mail address, a phone number, a role and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimValue {
    /// The value.
    #[serde(deserialize_with = "lenient::or_default")]
    pub value: String,
    /// Its kind, such as `work`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub r#type: String,
    /// Whether it is the preferred one.
    pub primary: Option<bool>,
}

/// A postal address in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimAddress {
    /// The whole address as text.
    #[serde(deserialize_with = "lenient::or_default")]
    pub formatted: String,
    /// Street and number.
    #[serde(deserialize_with = "lenient::or_default")]
    pub street_address: String,
    /// The city.
    #[serde(deserialize_with = "lenient::or_default")]
    pub locality: String,
    /// The state or region.
    #[serde(deserialize_with = "lenient::or_default")]
    pub region: String,
    /// The postal code.
    #[serde(deserialize_with = "lenient::or_default")]
    pub postal_code: String,
    /// The country.
    #[serde(deserialize_with = "lenient::or_default")]
    pub country: String,
    /// Its kind, such as `work`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub r#type: String,
    /// Whether it is the preferred one.
    pub primary: Option<bool>,
}

/// The parts of a name in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimName {
    /// The whole name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub formatted: String,
    /// The family name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub family_name: String,
    /// The given name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub given_name: String,
    /// The middle name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub middle_name: String,
    /// What stands before the name, such as `Ms.`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub honorific_prefix: String,
    /// What stands behind the name, such as `III`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub honorific_suffix: String,
}

/// The enterprise extension in [`ScimAttributes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimEnterpriseExtension {
    /// The employee number.
    #[serde(deserialize_with = "lenient::or_default")]
    pub employee_number: String,
    /// The cost centre.
    #[serde(deserialize_with = "lenient::or_default")]
    pub cost_center: String,
    /// The division.
    #[serde(deserialize_with = "lenient::or_default")]
    pub division: String,
    /// The department.
    #[serde(deserialize_with = "lenient::or_default")]
    pub department: String,
    /// The organization.
    #[serde(deserialize_with = "lenient::or_default")]
    pub organization: String,
    /// The manager.
    #[serde(deserialize_with = "lenient::object")]
    pub manager: Option<ScimManager>,
}

/// A manager in [`ScimEnterpriseExtension`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScimManager {
    /// The id of the manager.
    #[serde(deserialize_with = "lenient::or_default")]
    pub value: String,
    /// The URI of the manager's account.
    #[serde(deserialize_with = "lenient::or_default")]
    pub r#ref: String,
    /// The name of the manager.
    #[serde(deserialize_with = "lenient::or_default")]
    pub display_name: String,
}

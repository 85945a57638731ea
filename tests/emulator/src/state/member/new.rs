//! Members that are created from a description instead of a call to the API.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ATTRIBUTES, Member, MemberStatus};
use crate::state::attribute::Attributes;
use crate::state::directory::OrganizationKey;
use crate::state::generator::Generator;
use crate::state::organization::MfaMethod;
use crate::state::password::Password;
use crate::state::totp::{Registration, decode_secret};

/// A Member to create. Missing values are generated or take a default.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NewMember {
    /// `member_id`.
    pub member_id: Option<String>,
    /// `external_id`, accepted instead of the id.
    pub external_id: Option<String>,
    /// `email_address`.
    pub email_address: Option<String>,
    /// `name`.
    pub name: String,
    /// `status`.
    pub status: MemberStatus,
    /// `is_breakglass`: exempt from the restrictions on MFA methods and primary methods.
    pub is_breakglass: bool,
    /// Gives the role `stytch_admin`, which may act on other Members.
    pub is_admin: bool,
    /// `mfa_enrolled`.
    pub mfa_enrolled: bool,
    /// `mfa_phone_number`, verified, which makes SMS codes an active factor.
    pub mfa_phone_number: Option<String>,
    /// `default_mfa_method`.
    pub default_mfa_method: Option<MfaMethod>,
    /// The password, which the emulator keeps as a SHA-512 hash.
    pub password: Option<String>,
    /// The base32 secret of an active TOTP.
    pub totp_secret: Option<String>,
    /// Recovery codes. If unset and there is a TOTP, `recovery_codes.count` codes are generated.
    pub recovery_codes: Option<Vec<String>>,
    /// `trusted_metadata`.
    pub trusted_metadata: Map<String, Value>,
    /// `untrusted_metadata`.
    pub untrusted_metadata: Map<String, Value>,
}

impl Member {
    /// Creates the Member that `new` describes, with this id and e-mail address. An invalid TOTP
    /// secret is left out.
    pub(in crate::state) fn described(
        new: &NewMember,
        id: String,
        email_address: String,
        organization: OrganizationKey,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Self {
        let mut attributes = Attributes::initial(ATTRIBUTES);
        attributes.set("email_address", email_address);
        attributes.set("name", new.name.as_str());
        attributes.set("external_id", new.external_id.clone());
        attributes.set("trusted_metadata", new.trusted_metadata.clone());
        attributes.set("untrusted_metadata", new.untrusted_metadata.clone());
        attributes.set("is_breakglass", new.is_breakglass);
        attributes.set("mfa_enrolled", new.mfa_enrolled);
        attributes.set(
            "mfa_phone_number",
            new.mfa_phone_number.as_deref().unwrap_or_default(),
        );
        attributes.set(
            "default_mfa_method",
            new.default_mfa_method.map_or("", MfaMethod::name),
        );
        let admin = new.is_admin.then(|| "stytch_admin".to_owned());
        Self {
            status: new.status,
            email_verified: new.status == MemberStatus::Active,
            phone_verified: new.mfa_phone_number.is_some(),
            roles: admin.into_iter().collect(),
            password: new
                .password
                .as_ref()
                .map(|password| Password::of(password, generate)),
            registration: new
                .totp_secret
                .as_ref()
                .and_then(|secret| decode_secret(secret, true))
                .map(|secret| Registration::new(generate.id("member-totp"), secret, None)),
            ..Self::new(id, organization, attributes, generate, now)
        }
    }
}

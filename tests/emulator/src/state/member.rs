//! Members, their lock, recovery codes and devices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::attribute::{Attribute, Attributes, Kind};
use super::directory::OrganizationKey;
use super::generator::{Generator, RECOVERY_CODES};
use super::organization::MfaMethod;
use super::session::Factor;
use super::totp::Registration;
use crate::clock::minutes_later;
use crate::json;
use crate::settings::{LockSettings, Settings};

/// `status` of a Member.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemberStatus {
    /// Created, never logged in.
    Pending,
    /// Invited, never logged in.
    Invited,
    /// Logged in at least once.
    #[default]
    Active,
    /// Deleted: no request finds such a Member.
    Deleted,
}

/// A Member to create. What is left out is made up.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct NewMember {
    /// `member_id`.
    pub member_id: Option<String>,
    /// `external_id`, accepted in the place of the id.
    pub external_id: Option<String>,
    /// `email_address`.
    pub email_address: Option<String>,
    /// `name`.
    pub name: String,
    /// `status`.
    pub status: MemberStatus,
    /// `is_breakglass`: exempt from restricted MFA methods.
    pub is_breakglass: bool,
    /// Gives the role `stytch_admin`, which may act on other Members.
    pub is_admin: bool,
    /// `mfa_enrolled`.
    pub mfa_enrolled: bool,
    /// `mfa_phone_number`, verified, which makes SMS codes an active factor.
    pub mfa_phone_number: Option<String>,
    /// `default_mfa_method`.
    pub default_mfa_method: Option<MfaMethod>,
    /// The base32 secret of an active TOTP.
    pub totp_secret: Option<String>,
    /// Recovery codes; ten made-up ones if unset and there is a TOTP.
    pub recovery_codes: Option<Vec<String>>,
    /// `trusted_metadata`.
    pub trusted_metadata: Map<String, Value>,
    /// `untrusted_metadata`.
    pub untrusted_metadata: Map<String, Value>,
}

const fn attribute(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind }
}

/// What Create and Update set. The JSON shows more: ids, status, times, and what other calls change.
pub(crate) static ATTRIBUTES: &[Attribute] = &[
    attribute("email_address", Kind::Text),
    attribute("name", Kind::Text),
    attribute("external_id", Kind::OptionalText),
    attribute("trusted_metadata", Kind::Object),
    attribute("untrusted_metadata", Kind::Object),
    attribute("is_breakglass", Kind::Flag),
    attribute("mfa_enrolled", Kind::Flag),
    attribute("mfa_phone_number", Kind::Text),
    attribute("default_mfa_method", Kind::OneOf(&["", "sms_otp", "totp"])),
    attribute("sso_registrations", Kind::EmptyList),
    attribute("oauth_registrations", Kind::EmptyList),
    attribute("retired_email_addresses", Kind::EmptyList),
    attribute("scim_registration", Kind::Null),
];

/// A recovery code that was not used yet.
#[derive(Clone, Debug)]
pub(crate) struct RecoveryCode {
    pub(crate) id: String,
    pub(crate) code: String,
}

/// A time in which no attempt is accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lock {
    created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A device that sent a telemetry id.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) visitor_id: String,
    pub(crate) first_seen_at: Timestamp,
}

/// A Member.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) organization: OrganizationKey,
    pub(crate) attributes: Attributes,
    pub(crate) status: MemberStatus,
    pub(crate) email_verified: bool,
    email_id: String,
    phone_id: String,
    /// The roles that were assigned; everybody is `stytch_member` besides.
    pub(crate) roles: Vec<String>,
    pub(crate) registration: Option<Registration>,
    pub(crate) recovery_codes: Vec<RecoveryCode>,
    /// Devices by telemetry id.
    pub(crate) devices: BTreeMap<String, Device>,
    failures: u32,
    lock: Option<Lock>,
    created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Member {
    /// Makes a Member with the decoded secret of an active TOTP.
    pub(crate) fn new(
        new: &NewMember,
        secret: Option<Vec<u8>>,
        organization: OrganizationKey,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Self {
        let id = new.member_id.clone();
        let id = id.unwrap_or_else(|| generate.id("member"));
        let unique = id.rsplit('-').next().unwrap_or(&id);
        let email_address = new.email_address.clone();
        let mut attributes = Attributes::initial(ATTRIBUTES);
        attributes.set(
            "email_address",
            email_address.unwrap_or_else(|| format!("member-{unique}@example.com")),
        );
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
        let mut member = Self {
            organization,
            attributes,
            status: new.status,
            email_verified: new.status == MemberStatus::Active,
            email_id: generate.id("email"),
            phone_id: generate.id("phone-number"),
            roles: admin.into_iter().collect(),
            registration: secret
                .map(|secret| Registration::new(generate.id("member-totp"), secret, None)),
            recovery_codes: Vec::new(),
            devices: BTreeMap::new(),
            failures: 0,
            lock: None,
            created_at: now,
            updated_at: now,
            id,
        };
        match &new.recovery_codes {
            Some(codes) => member.import_recovery_codes(codes, generate),
            None if member.registration.is_some() => member.mint_recovery_codes(generate),
            None => {}
        }
        member
    }

    pub(crate) fn email_address(&self) -> &str {
        self.attributes.text("email_address")
    }

    pub(crate) fn has_phone_number(&self) -> bool {
        !self.attributes.text("mfa_phone_number").is_empty()
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == "stytch_admin")
    }

    /// The active TOTP.
    pub(crate) fn active_totp(&self) -> Option<&Registration> {
        self.registration.as_ref().filter(|totp| totp.is_active())
    }

    /// Replaces the recovery codes by new ones.
    pub(crate) fn mint_recovery_codes(&mut self, generate: &mut Generator) {
        let codes: Vec<String> = (0..RECOVERY_CODES)
            .map(|_| generate.recovery_code())
            .collect();
        self.import_recovery_codes(&codes, generate);
    }

    /// Replaces the recovery codes.
    pub(crate) fn import_recovery_codes(&mut self, codes: &[String], generate: &mut Generator) {
        self.recovery_codes = codes
            .iter()
            .map(|code| RecoveryCode {
                id: generate.id("recovery-code"),
                code: code.clone(),
            })
            .collect();
    }

    /// The texts of the recovery codes.
    pub(crate) fn recovery_code_texts(&self) -> Vec<&str> {
        self.recovery_codes
            .iter()
            .map(|code| code.code.as_str())
            .collect()
    }

    /// The lock that holds now.
    pub(crate) fn lock(&self, now: Timestamp) -> Option<Lock> {
        self.lock.filter(|lock| now < lock.expires_at)
    }

    /// Counts a failed attempt; enough of them in a row lock the Member.
    pub(crate) fn count_failure(&mut self, settings: &LockSettings, now: Timestamp) {
        if !settings.count_failures {
            return;
        }
        self.failures += 1;
        if self.failures >= settings.after_failures {
            self.failures = 0;
            self.lock = Some(Lock {
                created_at: now,
                expires_at: minutes_later(now, settings.minutes),
            });
        }
    }

    /// Ends a row of failed attempts.
    pub(crate) fn count_success(&mut self) {
        self.failures = 0;
        self.lock = None;
    }

    /// Sets `default_mfa_method`.
    pub(crate) fn set_default_mfa_method(&mut self, method: Option<MfaMethod>) {
        self.attributes
            .set("default_mfa_method", method.map_or("", MfaMethod::name));
    }

    /// Empties a `default_mfa_method` of `totp`.
    pub(crate) fn clear_default_of_totp(&mut self) {
        if self.attributes.text("default_mfa_method") == MfaMethod::Totp.name() {
            self.set_default_mfa_method(None);
        }
    }

    /// The details that a session shows for a factor.
    pub(crate) fn factor_details(&self, factor: Factor) -> Value {
        match factor {
            Factor::MagicLink => json!({
                "email_id": self.email_id,
                "email_address": self.email_address(),
            }),
            Factor::SmsOtp => json!({
                "phone_id": self.phone_id,
                "phone_number": self.attributes.text("mfa_phone_number"),
            }),
            Factor::Totp => json!({
                "totp_id": self.registration.as_ref().map(|totp| totp.id.as_str()),
            }),
        }
    }

    /// The ids of the Member's roles.
    pub(crate) fn role_ids(&self) -> Vec<&str> {
        let assigned = self.roles.iter().map(String::as_str);
        ["stytch_member"].into_iter().chain(assigned).collect()
    }

    pub(crate) fn to_json(
        &self,
        organization_id: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Value {
        let shown = self.registration.as_ref().filter(|totp| {
            totp.is_active() || (settings.totp.pending_registration_shown && totp.is_pending(now))
        });
        let lock = self.lock(now);
        let role = |id| {
            json!({
                "role_id": id,
                "sources": [{ "type": "direct_assignment", "details": {} }],
            })
        };
        let mut all = self.attributes.to_json();
        all.extend(json::members(json!({
            "organization_id": organization_id,
            "member_id": self.id,
            "status": self.status,
            "member_password_id": "",
            "email_address_verified": self.email_verified,
            "mfa_phone_number_verified": self.has_phone_number(),
            "is_admin": self.is_admin(),
            "totp_registration_id": shown.map_or("", |totp| &totp.id),
            "is_locked": lock.is_some(),
            "roles": self.role_ids().into_iter().map(role).collect::<Vec<_>>(),
            "created_at": json::time(self.created_at),
            "updated_at": json::time(self.updated_at),
            "lock_created_at": json::optional_time(lock.map(|lock| lock.created_at)),
            "lock_expires_at": json::optional_time(lock.map(|lock| lock.expires_at)),
        })));
        all.into()
    }
}

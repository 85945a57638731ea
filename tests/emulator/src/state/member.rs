//! Members, their lock, recovery codes and devices.

mod new;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::new::NewMember;
use super::attribute::{Attribute, Attributes, Kind};
use super::directory::OrganizationKey;
use super::generator::Generator;
use super::organization::{MfaMethod, is_external_id};
use super::password::Password;
use super::session::Factor;
use super::totp::Registration;
use crate::clock::minutes_later;
use crate::json;
use crate::settings::{ErrorCase, LockSettings, Settings};

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
    /// Deleted. No request finds the Member.
    Deleted,
}

/// The attributes that Create and Update set. The JSON also shows ids, the status, times, and
/// values that other calls change.
pub(crate) static ATTRIBUTES: &[Attribute] = &[
    Attribute::new("email_address", Kind::Text, ErrorCase::InvalidEmail).rule(is_email_address),
    Attribute::new("name", Kind::Text, ErrorCase::InvalidArgument).own(),
    Attribute::new(
        "external_id",
        Kind::OptionalText,
        ErrorCase::InvalidExternalId,
    )
    .rule(is_external_id),
    Attribute::new("trusted_metadata", Kind::Object, ErrorCase::InvalidArgument),
    Attribute::new(
        "untrusted_metadata",
        Kind::Object,
        ErrorCase::InvalidArgument,
    )
    .own(),
    Attribute::new("is_breakglass", Kind::Flag, ErrorCase::InvalidArgument),
    Attribute::new("mfa_enrolled", Kind::Flag, ErrorCase::InvalidArgument).own(),
    Attribute::new(
        "mfa_phone_number",
        Kind::Text,
        ErrorCase::InvalidPhoneNumber,
    )
    .rule(is_phone_number)
    .own(),
    Attribute::new(
        "default_mfa_method",
        Kind::OneOf(&["", "sms_otp", "totp"]),
        ErrorCase::InvalidDefaultMfaMethod,
    )
    .by_update()
    .own(),
    Attribute::shown("sso_registrations", Kind::EmptyList),
    Attribute::shown("oauth_registrations", Kind::EmptyList),
    Attribute::shown("retired_email_addresses", Kind::EmptyList),
    Attribute::shown("scim_registration", Kind::Null),
];

/// Whether an address has one name and one domain. More of Stytch's rule is not known.
fn is_email_address(address: &str) -> bool {
    let space = |c: char| c.is_whitespace() || c.is_control();
    let mut parts = address.split('@');
    matches!(
        (parts.next(), parts.next(), parts.next()),
        (Some(name), Some(domain), None) if !name.is_empty() && !domain.is_empty()
    ) && !address.contains(space)
}

/// Whether a phone number is in E.164 format.
fn is_phone_number(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit())
}

/// An unused recovery code.
#[derive(Clone, Debug)]
pub(crate) struct RecoveryCode {
    pub(crate) id: String,
    pub(crate) code: String,
}

/// The period in which no attempt is accepted.
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
    pub(crate) phone_verified: bool,
    email_id: String,
    phone_id: String,
    /// The assigned roles. All Members also have `stytch_member`.
    pub(crate) roles: Vec<String>,
    pub(crate) password: Option<Password>,
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
    /// Creates an active Member with these attributes.
    pub(crate) fn new(
        id: String,
        organization: OrganizationKey,
        attributes: Attributes,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            organization,
            attributes,
            status: MemberStatus::Active,
            email_verified: false,
            phone_verified: false,
            email_id: generate.id("email"),
            phone_id: generate.id("phone-number"),
            roles: Vec::new(),
            password: None,
            registration: None,
            recovery_codes: Vec::new(),
            devices: BTreeMap::new(),
            failures: 0,
            lock: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn email_address(&self) -> &str {
        self.attributes.text("email_address")
    }

    /// Whether SMS is a registered factor, i.e. there is a verified phone number.
    pub(crate) fn has_phone_number(&self) -> bool {
        self.phone_verified && !self.attributes.text("mfa_phone_number").is_empty()
    }

    /// Activates a Member that is pending or invited.
    pub(crate) fn activate(&mut self) {
        if matches!(self.status, MemberStatus::Pending | MemberStatus::Invited) {
            self.status = MemberStatus::Active;
        }
    }

    /// Adds the current e-mail address to `retired_email_addresses`.
    pub(crate) fn retire_email_address(&mut self) {
        let retired = json!({
            "email_id": self.email_id,
            "email_address": self.email_address(),
        });
        self.attributes.push("retired_email_addresses", retired);
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == "stytch_admin")
    }

    /// Returns the active TOTP.
    pub(crate) fn active_totp(&self) -> Option<&Registration> {
        self.registration.as_ref().filter(|totp| totp.is_active())
    }

    /// Replaces the recovery codes with new ones.
    pub(crate) fn mint_recovery_codes(&mut self, count: usize, generate: &mut Generator) {
        let codes: Vec<String> = (0..count).map(|_| generate.recovery_code()).collect();
        self.import_recovery_codes(&codes, generate);
    }

    /// Replaces the recovery codes with these.
    pub(crate) fn import_recovery_codes(&mut self, codes: &[String], generate: &mut Generator) {
        self.recovery_codes = codes
            .iter()
            .map(|code| RecoveryCode {
                id: generate.id("recovery-code"),
                code: code.clone(),
            })
            .collect();
    }

    /// Returns the texts of the recovery codes.
    pub(crate) fn recovery_code_texts(&self) -> Vec<&str> {
        self.recovery_codes
            .iter()
            .map(|code| code.code.as_str())
            .collect()
    }

    /// Returns the lock if the Member is locked now.
    pub(crate) fn lock(&self, now: Timestamp) -> Option<Lock> {
        self.lock.filter(|lock| now < lock.expires_at)
    }

    /// Counts a failed attempt. Enough consecutive failed attempts lock the Member.
    pub(crate) fn count_failure(&mut self, settings: &LockSettings, now: Timestamp) {
        self.failures += 1;
        if self.failures >= settings.after_failures {
            self.failures = 0;
            self.lock = Some(Lock {
                created_at: now,
                expires_at: minutes_later(now, settings.minutes),
            });
        }
    }

    /// Resets the count of failed attempts and removes the lock.
    pub(crate) fn count_success(&mut self) {
        self.failures = 0;
        self.lock = None;
    }

    /// Sets `default_mfa_method`.
    pub(crate) fn set_default_mfa_method(&mut self, method: Option<MfaMethod>) {
        self.attributes
            .set("default_mfa_method", method.map_or("", MfaMethod::name));
    }

    /// Clears a `default_mfa_method` of `totp`.
    pub(crate) fn clear_default_of_totp(&mut self) {
        if self.attributes.text("default_mfa_method") == MfaMethod::Totp.name() {
            self.set_default_mfa_method(None);
        }
    }

    /// Returns the details that a session shows for a factor.
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
            Factor::Password => Value::Null,
            Factor::Totp => json!({
                "totp_id": self.registration.as_ref().map(|totp| totp.id.as_str()),
            }),
        }
    }

    /// Returns the ids of the Member's roles.
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
            "member_password_id": self.password.as_ref().map_or("", |it| &it.id),
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

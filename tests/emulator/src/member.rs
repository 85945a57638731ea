//! Members, their lock and their JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::minutes_later;
use crate::generator::{Generator, RECOVERY_CODES};
use crate::json;
use crate::organization::MfaMethod;
use crate::session::Factor;
use crate::settings::Settings;
use crate::totp::Registration;

/// `status` of a member.
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
    /// Deleted.
    Deleted,
}

/// A member to make. What is left out is made up.
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
    /// Gives the role `stytch_admin`, which may delete another member's TOTP.
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
}

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

/// A member.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    /// Position of the organization in the directory.
    pub(crate) organization: usize,
    external_id: Option<String>,
    email_id: String,
    pub(crate) email_address: String,
    name: String,
    pub(crate) status: MemberStatus,
    pub(crate) is_breakglass: bool,
    pub(crate) is_admin: bool,
    pub(crate) mfa_enrolled: bool,
    phone_id: String,
    pub(crate) mfa_phone_number: Option<String>,
    pub(crate) default_mfa_method: Option<MfaMethod>,
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
    /// Makes a member with the decoded secret of an active TOTP.
    pub(crate) fn new(
        new: &NewMember,
        secret: Option<Vec<u8>>,
        organization: usize,
        generate: &mut Generator,
        now: Timestamp,
    ) -> Self {
        let id = new.member_id.clone();
        let id = id.unwrap_or_else(|| generate.id("member"));
        let registration =
            secret.map(|secret| Registration::new(generate.id("member-totp"), secret, None));
        let unique = id.rsplit('-').next().unwrap_or(&id);
        let email_address = new.email_address.clone();
        let mut member = Self {
            organization,
            external_id: new.external_id.clone(),
            email_id: generate.id("email"),
            email_address: email_address.unwrap_or_else(|| format!("member-{unique}@example.com")),
            name: new.name.clone(),
            status: new.status,
            is_breakglass: new.is_breakglass,
            is_admin: new.is_admin,
            mfa_enrolled: new.mfa_enrolled,
            phone_id: generate.id("phone-number"),
            mfa_phone_number: new.mfa_phone_number.clone(),
            default_mfa_method: new.default_mfa_method,
            registration,
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

    /// Whether an id or external id in a request means this member.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.id == name || self.external_id.as_deref() == Some(name)
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

    /// Counts a failed attempt; enough of them in a row lock the member.
    pub(crate) fn count_failure(&mut self, settings: &Settings, now: Timestamp) {
        if !settings.failures_lock {
            return;
        }
        self.failures += 1;
        if self.failures >= settings.lock_after_failures {
            self.failures = 0;
            self.lock = Some(Lock {
                created_at: now,
                expires_at: minutes_later(now, settings.lock_minutes),
            });
        }
    }

    /// Ends a row of failed attempts.
    pub(crate) fn count_success(&mut self) {
        self.failures = 0;
        self.lock = None;
    }

    /// The details that a session shows for a factor.
    pub(crate) fn factor_details(&self, factor: Factor) -> Value {
        match factor {
            Factor::MagicLink => json!({
                "email_id": self.email_id,
                "email_address": self.email_address,
            }),
            Factor::SmsOtp => json!({
                "phone_id": self.phone_id,
                "phone_number": self.mfa_phone_number.as_deref().unwrap_or_default(),
            }),
            Factor::Totp => json!({
                "totp_id": self.registration.as_ref().map(|totp| totp.id.as_str()),
            }),
        }
    }

    /// The ids of the member's roles.
    pub(crate) fn role_ids(&self) -> Vec<&'static str> {
        let mut roles = vec!["stytch_member"];
        if self.is_admin {
            roles.push("stytch_admin");
        }
        roles
    }

    pub(crate) fn to_json(
        &self,
        organization_id: &str,
        settings: &Settings,
        now: Timestamp,
    ) -> Value {
        let shown = self.registration.as_ref().filter(|totp| {
            totp.is_active() || (settings.pending_registration_shown && totp.is_pending(now))
        });
        let lock = self.lock(now);
        let role = |id| {
            json!({
                "role_id": id,
                "sources": [{ "type": "direct_assignment", "details": {} }],
            })
        };
        json!({
            "organization_id": organization_id,
            "member_id": self.id,
            "email_address": self.email_address,
            "status": self.status,
            "name": self.name,
            "sso_registrations": [],
            "is_breakglass": self.is_breakglass,
            "member_password_id": "",
            "oauth_registrations": [],
            "email_address_verified": self.status == MemberStatus::Active,
            "mfa_phone_number_verified": self.mfa_phone_number.is_some(),
            "is_admin": self.is_admin,
            "totp_registration_id": shown.map_or("", |totp| &totp.id),
            "retired_email_addresses": [],
            "is_locked": lock.is_some(),
            "mfa_enrolled": self.mfa_enrolled,
            "mfa_phone_number": self.mfa_phone_number.as_deref().unwrap_or_default(),
            "default_mfa_method": self.default_mfa_method.map_or("", MfaMethod::name),
            "roles": self.role_ids().into_iter().map(role).collect::<Vec<_>>(),
            "trusted_metadata": {},
            "untrusted_metadata": {},
            "created_at": json::time(self.created_at),
            "updated_at": json::time(self.updated_at),
            "scim_registration": null,
            "external_id": self.external_id,
            "lock_created_at": json::optional_time(lock.map(|lock| lock.created_at)),
            "lock_expires_at": json::optional_time(lock.map(|lock| lock.expires_at)),
        })
    }
}

//! TOTP registrations and their codes.

use serde::{Deserialize, Serialize};

use super::group;
use crate::config::ConfigError;

/// Maximum width and height of a QR code in pixels.
const MAX_QR_PIXELS: u32 = 4096;

group! {
    /// TOTP registrations and their codes.
    TotpSettings {
        /// Hash algorithm of the codes: `sha1`, which authenticator apps assume, `sha256` or
        /// `sha512`.
        algorithm: Algorithm = Algorithm::Sha1, Guess;
        /// Number of steps before and after the current one whose codes are accepted. The
        /// documentation of the consumer API says 1.
        code_window_steps: u8 = 1, Guess;
        /// Which codes count as used: `accepted_codes`, or `older_steps`, i.e. all codes up to the
        /// newest accepted one.
        replay_scope: ReplayScope = ReplayScope::AcceptedCodes, Guess;
        /// Issuer in the QR code; `null` means the Organization's name.
        qr_issuer: Option<String> = None, Guess;
        /// Width and height of the QR code in pixels, up to 4096; larger if the code does not fit.
        qr_pixels: u32 = 200, Guess;
        /// What a second Create does to a pending registration: `replace` or `refuse`.
        second_create: SecondCreate = SecondCreate::Replace, Guess;
        /// What Migrate does to a pending registration: `replace` or `refuse`.
        migrate_while_pending: SecondCreate = SecondCreate::Replace, Guess;
        /// Whether `expiration_minutes: 0` means the default of 60.
        zero_expiration_is_default: bool = false, Guess;
        /// Whether `member.totp_registration_id` shows a pending registration.
        pending_registration_shown: bool = false, Guess;
        /// Whether a Member that is not active may get a TOTP. The error page says no; examples in
        /// the documentation show a pending Member.
        inactive_members_may_enroll: bool = false, Guess;
        /// Whether Create checks the Member's TOTP before it checks the session.
        create_checks_totp_first: bool = false, Guess;
        /// Whether Create uses up its intermediate session token.
        create_consumes_intermediate_session: bool = false, Guess;
        /// Changes that Create makes to the Member besides the registration.
        create_changes: MemberChanges = MemberChanges::default(), Guess;
        /// Changes that Migrate makes to the Member besides the registration.
        migrate_changes: MemberChanges = MemberChanges::default(), Guess;
        /// Whether a migrated TOTP is active without a first code.
        migrate_is_active: bool = true, Guess;
        /// Smallest secret in bytes that Migrate accepts.
        migrate_secret_min_bytes: usize = 10, Guess;
        /// Largest secret in bytes that Migrate accepts.
        migrate_secret_max_bytes: usize = 128, Guess;
        /// Whether Migrate accepts lower case, spaces and padding in a secret.
        migrate_secret_lenient: bool = true, Guess;
        /// Whether Delete succeeds for a Member without a TOTP.
        delete_ignores_missing: bool = false, Guess;
        /// Whether Delete deletes a pending registration; otherwise it finds no TOTP.
        delete_includes_pending: bool = true, Guess;
        /// Whether deleting the TOTP sets `mfa_enrolled` to false.
        delete_unenrols: bool = false, Guess;
        /// Whether Authenticate and Migrate respond with a top-level `organization_id`. Older pages
        /// of the documentation do.
        show_organization_id: bool = false, Guess;
        /// Whether deleting the TOTP clears a `default_mfa_method` of `totp`.
        delete_clears_default_mfa_method: bool = true, Guess;
    }
}

impl TotpSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.qr_pixels > MAX_QR_PIXELS {
            return Err(ConfigError::at(
                "qr_pixels",
                format!("must be at most {MAX_QR_PIXELS}"),
            ));
        }
        if self.migrate_secret_min_bytes > self.migrate_secret_max_bytes {
            return Err(ConfigError::at(
                "migrate_secret_min_bytes",
                "must not be larger than migrate_secret_max_bytes",
            ));
        }
        Ok(())
    }
}

/// Hash algorithm of the one-time codes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-512.
    Sha512,
}

/// Which codes are refused as already used.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReplayScope {
    /// Codes that were accepted before.
    AcceptedCodes,
    /// Codes of the newest accepted step and of all steps before it.
    OlderSteps,
}

/// What happens to a pending registration when another one is created.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecondCreate {
    /// The new registration replaces the pending one.
    Replace,
    /// The call is refused with [`ErrorCase::PendingTotpExists`](super::ErrorCase).
    Refuse,
}

/// Changes to a Member when a registration is created.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MemberChanges {
    /// Sets `mfa_enrolled`.
    pub mfa_enrolled: bool,
    /// Sets `default_mfa_method` to `totp`.
    pub default_mfa_method: bool,
}

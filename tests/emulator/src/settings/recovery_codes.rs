//! Recovery codes.

use serde::{Deserialize, Serialize};

use super::group;

group! {
    /// Recovery codes.
    RecoveryCodeSettings {
        /// What TOTP Create does when the Member has recovery codes: `replace`, `keep` or `refuse`.
        existing_at_create: ExistingRecoveryCodes = ExistingRecoveryCodes::Replace, Guess;
        /// What TOTP Migrate does when the Member has recovery codes: `replace`, `keep` or
        /// `refuse`.
        existing_at_migrate: ExistingRecoveryCodes = ExistingRecoveryCodes::Replace, Guess;
        /// How many are made.
        count: usize = 10, Documented;
        /// How many TOTP Migrate imports at most; `null` means no limit.
        import_max: Option<usize> = None, Guess;
        /// Whether TOTP Migrate refuses codes that are given twice.
        import_refuses_duplicates: bool = false, Guess;
        /// Whether TOTP Migrate refuses codes that are not three groups of four.
        import_refuses_other_forms: bool = false, Guess;
        /// Whether TOTP Migrate makes new codes when the given list is empty; otherwise the Member
        /// has none.
        import_replaces_empty: bool = true, Guess;
        /// Whether deleting the TOTP deletes the recovery codes.
        deleted_with_totp: bool = true, Guess;
        /// Whether Rotate needs an active TOTP.
        rotate_needs_active_totp: bool = true, Guess;
        /// Whether Recover needs an active TOTP.
        recover_needs_active_totp: bool = true, Guess;
        /// Whether Recover accepts a code in upper case.
        ignore_case: bool = false, Guess;
        /// Whether Recover accepts a code without hyphens, or with spaces.
        ignore_separators: bool = false, Guess;
        /// Whether Get refuses a Member without recovery codes; otherwise it returns an empty list.
        get_refuses_without_codes: bool = false, Guess;
    }
}

/// What happens to recovery codes that the Member already has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExistingRecoveryCodes {
    /// New ones take their place.
    Replace,
    /// They stay and are returned.
    Keep,
    /// The call is refused with [`ErrorCase::RecoveryCodesExist`](super::ErrorCase).
    Refuse,
}

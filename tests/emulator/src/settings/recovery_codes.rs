//! Recovery codes.

use serde::{Deserialize, Serialize};

use super::{check_range, group};
use crate::config::ConfigError;

group! {
    /// Recovery codes.
    RecoveryCodeSettings {
        /// What TOTP Create does when the Member has recovery codes: `replace`, `keep` or `refuse`.
        existing_at_create: ExistingRecoveryCodes = ExistingRecoveryCodes::Replace, Guess;
        /// What TOTP Migrate does when the Member has recovery codes: `replace`, `keep` or
        /// `refuse`.
        existing_at_migrate: ExistingRecoveryCodes = ExistingRecoveryCodes::Replace, Guess;
        /// Number of recovery codes that are generated, up to 1000.
        count: usize = 10, Documented;
        /// Maximum number of recovery codes that TOTP Migrate imports; `null` means no limit.
        import_max: Option<usize> = None, Guess;
        /// Whether TOTP Migrate refuses duplicate codes.
        import_refuses_duplicates: bool = false, Guess;
        /// Whether TOTP Migrate refuses codes that are not three groups of four characters.
        import_refuses_other_forms: bool = false, Guess;
        /// Whether TOTP Migrate generates new codes when the given list is empty; otherwise the
        /// Member has none.
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

impl RecoveryCodeSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_range("count", self.count, 0..=1000)
    }
}

/// What happens to recovery codes that the Member already has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExistingRecoveryCodes {
    /// New codes replace them.
    Replace,
    /// They stay and are returned.
    Keep,
    /// The call is refused with [`ErrorCase::RecoveryCodesExist`](super::ErrorCase).
    Refuse,
}

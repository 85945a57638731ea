//! Passwords.

use super::group;
use crate::config::ConfigError;
use crate::state::MemberStatus;

group! {
    /// Passwords.
    PasswordSettings {
        /// Status of a Member that Migrate creates: `active` or `pending`.
        migrated_member_status: MemberStatus = MemberStatus::Active, Guess;
        /// Whether Migrate activates an existing Member that is pending or invited.
        migrate_activates: bool = true, Guess;
        /// Whether Migrate replaces an existing password; otherwise the call is refused.
        migrate_replaces: bool = false, Guess;
        /// Whether a login activates a Member that is pending or invited. Documented for magic
        /// links.
        login_activates: bool = true, Guess;
        /// Whether Migrate accepts a hash in upper-case hexadecimal digits.
        upper_case_hash_accepted: bool = false, Guess;
    }
}

impl PasswordSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self.migrated_member_status {
            MemberStatus::Active | MemberStatus::Pending => Ok(()),
            _ => Err(ConfigError::at(
                "migrated_member_status",
                "must be active or pending",
            )),
        }
    }
}

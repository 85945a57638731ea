//! The lock after failed attempts in a row.

use super::group;
use crate::config::ConfigError;

group! {
    /// The lock after failed attempts in a row.
    LockSettings {
        /// Whether wrong TOTP codes and recovery codes count.
        count_failures: bool = true, Guess;
        /// Failed attempts in a row that lock a Member. A project may choose 1 to 100.
        after_failures: u32 = 10, Project;
        /// Minutes that a lock lasts. A project may choose 5 to 10080.
        minutes: u32 = 60, Project;
    }
}

impl LockSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.after_failures == 0 {
            return Err(ConfigError::at("after_failures", "must be at least 1"));
        }
        Ok(())
    }
}

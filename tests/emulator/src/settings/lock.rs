//! The lock after consecutive failed attempts.

use super::{check_range, group};
use crate::config::ConfigError;
use crate::endpoint::Endpoint;

group! {
    /// The lock after consecutive failed attempts.
    LockSettings {
        /// Whether wrong TOTP codes count as failed attempts.
        count_totp_failures: bool = true, Guess;
        /// Whether TOTP codes that were used before count as failed attempts.
        count_replays: bool = false, Guess;
        /// Whether wrong recovery codes count as failed attempts.
        count_recovery_failures: bool = true, Guess;
        /// Whether wrong passwords count as failed attempts.
        count_password_failures: bool = true, Guess;
        /// The endpoints that refuse a locked Member, by name.
        refuses: Vec<String> = refusing(), Guess;
        /// Number of consecutive failed attempts that lock a Member. A project may choose 1 to 100.
        after_failures: u32 = 10, Project;
        /// Duration of a lock in minutes. A project may choose 5 to 10080.
        minutes: u32 = 60, Project;
    }
}

/// Returns the names of the endpoints that check a password or a code.
fn refusing() -> Vec<String> {
    let names = [
        "passwords.authenticate",
        "recovery_codes.recover",
        "totp.authenticate",
    ];
    names.map(str::to_owned).to_vec()
}

impl LockSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (index, name) in self.refuses.iter().enumerate() {
            if Endpoint::named(name).is_none() {
                let place = format!("refuses[{index}]");
                return Err(ConfigError::at(
                    place,
                    format!("there is no endpoint {name}"),
                ));
            }
        }
        check_range("after_failures", self.after_failures, 1..=100)?;
        check_range("minutes", self.minutes, 5..=10_080)
    }
}

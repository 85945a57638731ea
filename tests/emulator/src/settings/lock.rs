//! The lock after failed attempts in a row.

use super::group;
use crate::config::ConfigError;
use crate::endpoint::Endpoint;

group! {
    /// The lock after failed attempts in a row.
    LockSettings {
        /// Whether wrong TOTP codes count.
        count_totp_failures: bool = true, Guess;
        /// Whether TOTP codes that were used before count.
        count_replays: bool = false, Guess;
        /// Whether wrong recovery codes count.
        count_recovery_failures: bool = true, Guess;
        /// Whether wrong passwords count.
        count_password_failures: bool = true, Guess;
        /// The endpoints that refuse a locked Member, by name.
        refuses: Vec<String> = refusing(), Guess;
        /// Failed attempts in a row that lock a Member. A project may choose 1 to 100.
        after_failures: u32 = 10, Project;
        /// Minutes that a lock lasts. A project may choose 5 to 10080.
        minutes: u32 = 60, Project;
    }
}

/// The endpoints that check what a Member knows or has.
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
        if self.after_failures == 0 {
            return Err(ConfigError::at("after_failures", "must be at least 1"));
        }
        Ok(())
    }
}

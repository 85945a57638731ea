//! Sessions, intermediate sessions and session JWTs.

use super::group;
use crate::config::ConfigError;

const MIN_MINUTES: i32 = 5;
const MAX_MINUTES: i32 = 527_040;

/// Every `session_duration_minutes` that any project can have.
pub(crate) fn minutes() -> std::ops::RangeInclusive<i32> {
    MIN_MINUTES..=MAX_MINUTES
}

group! {
    /// Sessions, intermediate sessions and session JWTs.
    SessionSettings {
        /// Whether TOTP Authenticate and Recover need a session argument. Sources contradict each
        /// other.
        argument_required: bool = true, Guess;
        /// Minutes until an intermediate session token expires.
        intermediate_minutes: u32 = 10, Documented;
        /// The project's maximum for `session_duration_minutes`, 5 to 527040.
        max_duration_minutes: i32 = MAX_MINUTES, Project;
        /// Whether a call with an existing session and no duration moves the session's expiry to 60
        /// minutes from now.
        expiry_moves_without_duration: bool = false, Guess;
        /// Whether an expired `session_jwt` still stands for its session while that one lives.
        accept_expired_jwt: bool = true, Documented;
        /// Whether the key set needs the project's credentials. The official SDKs fetch it without.
        jwks_need_authorization: bool = false, Documented;
    }
}

impl SessionSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if minutes().contains(&self.max_duration_minutes) {
            return Ok(());
        }
        Err(ConfigError::at(
            "max_duration_minutes",
            format!("must be {MIN_MINUTES} to {MAX_MINUTES}"),
        ))
    }
}

//! Sessions, intermediate sessions and session JWTs.

use super::{check_range, group};
use crate::config::ConfigError;

const MAX_MINUTES: i32 = 527_040;

/// Returns the range of `session_duration_minutes` that a project can allow.
pub(crate) fn minutes() -> std::ops::RangeInclusive<i32> {
    5..=MAX_MINUTES
}

group! {
    /// Sessions, intermediate sessions and session JWTs.
    SessionSettings {
        /// Whether TOTP Authenticate and Recover need a session argument. Sources contradict each
        /// other.
        argument_required: bool = true, Guess;
        /// Minutes until an intermediate session token expires.
        intermediate_minutes: u32 = 10, Documented;
        /// Whether a wrong TOTP code or recovery code uses up the intermediate session token.
        wrong_code_ends_intermediate: bool = false, Guess;
        /// Whether factors show their `sequence_order`. An example in the documentation shows it,
        /// but no SDK has it.
        show_sequence_order: bool = false, Guess;
        /// The project's maximum for `session_duration_minutes`, 5 to 527040.
        max_duration_minutes: i32 = MAX_MINUTES, Project;
        /// Whether TOTP Authenticate, Recover and a login that present an existing session without
        /// a duration move its expiry to 60 minutes from now.
        expiry_moves_without_duration: bool = false, Guess;
        /// Whether an expired `session_jwt` is accepted while its session is live.
        accept_expired_jwt: bool = true, Documented;
        /// Whether Revoke succeeds for a session that does not exist or has expired.
        revoke_ignores_unknown: bool = false, Guess;
        /// Whether Revoke by `member_id` also ends intermediate sessions.
        revoke_ends_intermediate: bool = false, Guess;
        /// Name of a key's SHA-256 thumbprint in the key set. The SDKs use different names.
        jwks_thumbprint_name: String = "x5t_s256".to_owned(), Guess;
        /// Whether the key set needs the project's credentials. The official SDKs fetch it without
        /// credentials.
        jwks_need_authorization: bool = false, Documented;
    }
}

impl SessionSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_range("max_duration_minutes", self.max_duration_minutes, minutes())
    }
}

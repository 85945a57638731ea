//! `session_custom_claims`.

use serde::{Deserialize, Serialize};

use super::group;

group! {
    /// `session_custom_claims`.
    ClaimsSettings {
        /// Whether claims of a new session are dropped when the call has no
        /// `session_duration_minutes`.
        need_session_duration: bool = true, Documented;
        /// What happens to reserved claims: `ignore` or `refuse`. Sources contradict each other.
        reserved: ReservedClaims = ReservedClaims::Ignore, Guess;
        /// Limit for the session's claims after merging, as compact JSON in bytes. The limit of 4
        /// KB is documented; how it is measured is a guess.
        max_bytes: usize = 4096, Guess;
        /// Whether the limit counts characters; otherwise it counts bytes.
        count_characters: bool = false, Guess;
    }
}

/// What happens to reserved claims in `session_custom_claims`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReservedClaims {
    /// They are ignored.
    Ignore,
    /// The call is refused.
    Refuse,
}

//! The rate limit.

use super::group;

group! {
    /// The rate limit.
    RateLimitSettings {
        /// Maximum number of calls per clock hour for each endpoint and Member or Organization.
        /// Further calls get 429 `too_many_requests`. `null` means no limit.
        calls_per_hour: Option<u32> = None, Guess;
    }
}

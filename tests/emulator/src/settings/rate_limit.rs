//! The limit of calls in an hour.

use super::group;

group! {
    /// The limit of calls in an hour.
    RateLimitSettings {
        /// Calls per endpoint and Member, or Organization, in a clock hour; then 429
        /// `too_many_requests`. `null` means no limit.
        calls_per_hour: Option<u32> = None, Guess;
    }
}

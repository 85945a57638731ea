//! The rate limit: calls per endpoint and target in the current clock hour.

use std::collections::HashMap;

use super::call::Call;
use super::error::Refusal;
use super::target::Target;
use crate::settings::ErrorCase;

const HOUR: i64 = 3600;

/// Counts the calls of one clock hour.
#[derive(Debug, Default)]
pub(super) struct RateLimit {
    hour: i64,
    calls: HashMap<(&'static str, Target), u32>,
}

impl RateLimit {
    /// Counts a call, and refuses it if it is above the limit.
    pub(super) fn count(&mut self, call: &Call<'_>, target: Target) -> Result<(), Refusal> {
        let Some(limit) = call.settings.rate_limit.calls_per_hour else {
            return Ok(());
        };
        let second = call.now.as_second();
        let hour = second.div_euclid(HOUR);
        if self.hour != hour {
            self.hour = hour;
            self.calls.clear();
        }
        let calls = self.calls.entry((call.endpoint.name, target)).or_default();
        *calls = calls.saturating_add(1);
        if *calls <= limit {
            return Ok(());
        }
        let rest = HOUR - second.rem_euclid(HOUR);
        Err(call.refuse_for(ErrorCase::TooManyRequests, rest))
    }
}

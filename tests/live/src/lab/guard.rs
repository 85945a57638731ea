//! Prevents locks of Members: after two failures in a row, a password login follows.

use serde_json::{Value, json};
use totps_ureq::Request;

use super::Lab;
use crate::halt::Halt;
use crate::wire::Exchange;

/// The number of failures in a row after which a success is needed.
const MOST_IN_A_ROW: u32 = 2;
/// The maximum number of failures of one Member. It is below the default threshold of projects, in
/// case a password login does not reset the count.
const MOST: u32 = 8;

/// The paths of calls whose failures may count for a lock.
const COUNTED: [&str; 3] = [
    "/v1/b2b/totp/authenticate",
    "/v1/b2b/recovery_codes/recover",
    "/v1/b2b/passwords/authenticate",
];

impl Lab<'_> {
    /// Checks whether a call may be sent. Returns the id of the Member whose failures it may
    /// increase.
    pub(super) fn before(&mut self, request: &Request) -> Result<Option<String>, Halt> {
        if !COUNTED.contains(&request.uri().path()) {
            return Ok(None);
        }
        let body: Value = serde_json::from_slice(request.body().as_bytes()).unwrap_or_default();
        let Some(person) = self.bench.people.find(&body) else {
            return Ok(None);
        };
        let Some(knowledge) = self.bench.people.of(&person.id) else {
            return Ok(None);
        };
        if knowledge.may_be_locked {
            return Ok(Some(person.id));
        }
        if knowledge.is_locked {
            return Err(Halt::experiment(
                "a Member is locked: the project locks after very few failures",
            ));
        }
        if knowledge.failures >= MOST {
            return Err(Halt::experiment("too many failures for one Member"));
        }
        if knowledge.failures_in_a_row >= MOST_IN_A_ROW {
            // The login does not get here again: it succeeds, or the experiment ends.
            knowledge.failures_in_a_row = 0;
            self.send("login, between failures", &person.login_with(json!({})))?
                .needed("the login")?;
        }
        Ok(Some(person.id))
    }

    /// Counts a failure. A success resets the count of failures in a row.
    pub(super) fn after(&mut self, subject: Option<&str>, exchange: &Exchange) {
        let member = exchange.body.get("member");
        if let Some(locked) = member.and_then(|member| member.get("is_locked")) {
            let id = member.and_then(|member| member.get("member_id")?.as_str());
            if let Some(knowledge) = self.bench.people.of(id.unwrap_or_default()) {
                knowledge.is_locked = *locked == Value::Bool(true);
            }
        }
        let Some(knowledge) = subject.and_then(|id| self.bench.people.of(id)) else {
            return;
        };
        if exchange.is_rate_limited() {
            return;
        }
        if exchange.status.is_success() {
            knowledge.failures_in_a_row = 0;
        } else {
            knowledge.failures_in_a_row += 1;
            knowledge.failures += 1;
            // On these calls, any other 429 is a lock.
            knowledge.is_locked |= exchange.status == 429;
        }
    }
}

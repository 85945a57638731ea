//! Keeps Members from being locked: at most two failures in a row, then a password login.

use serde_json::{Value, json};
use totps_ureq::Request;

use super::Lab;
use crate::halt::Halt;
use crate::wire::Exchange;

/// Failures in a row, after which a success has to come.
const MOST_IN_A_ROW: u32 = 2;
/// Failures of one Member in all: below the threshold that projects have by default, in case a
/// password login does not start the count again.
const MOST: u32 = 8;

/// The paths of calls whose failures may count.
const COUNTED: [&str; 3] = [
    "/v1/b2b/totp/authenticate",
    "/v1/b2b/recovery_codes/recover",
    "/v1/b2b/passwords/authenticate",
];

impl Lab<'_> {
    /// Looks whether a call may be sent. Returns the id of the Member whose failures it can add to.
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
            // It cannot come here again: this is a success, or the experiment ends.
            knowledge.failures_in_a_row = 0;
            self.send(
                "login, so that failures are not in a row",
                &person.login_with(json!({})),
            )?
            .needed("a login")?;
        }
        Ok(Some(person.id))
    }

    /// Counts a failure, or begins again.
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
        if exchange.status.is_success() {
            knowledge.failures_in_a_row = 0;
        } else {
            knowledge.failures_in_a_row += 1;
            knowledge.failures += 1;
            // 429 on these calls, other than for the rate, is the lock.
            knowledge.is_locked |= exchange.status == 429;
        }
    }
}

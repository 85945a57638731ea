//! Faults that answer the next calls.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{
    ApiError, KnownError, TOO_FEW_TOKENS_AUTHENTICATED, TOO_MANY_REQUESTS, USER_LOCK_LIMIT_REACHED,
};
use crate::response::{self, add_headers, final_status};

/// A fault for a call.
///
/// `Answer` and `RateLimited` answer in the place of the API, which never sees the call. All others
/// let the API do the call and spoil the way of its answer: a code that was right is used up.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Any answer.
    Answer {
        /// The HTTP status; 500 stands for one that no answer can have.
        status: u16,
        /// A text is sent as it is, everything else as JSON.
        #[serde(default)]
        body: Value,
        /// Headers; `Content-Type` is `application/json` unless it is given here. The length is
        /// always that of the body.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// A 429 in Stytch's form.
    RateLimited {
        /// Its type.
        #[serde(default)]
        error_type: RateLimitError,
        /// Its `Retry-After`, if any.
        #[serde(default)]
        retry_after_seconds: Option<u64>,
    },
    /// The answer comes late.
    Delay {
        /// How late.
        milliseconds: u64,
    },
    /// The connection is closed after so many bytes of the answer.
    CloseAfter {
        /// How many bytes of head and body are sent. A shorter answer is sent whole.
        bytes: usize,
    },
    /// The connection is reset in the place of the answer.
    Reset,
    /// The answer comes in small pieces.
    Drip {
        /// Bytes in a piece.
        bytes: usize,
        /// Time between pieces.
        milliseconds: u64,
    },
}

/// The documented types of a 429.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RateLimitError {
    /// `too_many_requests`
    #[default]
    TooManyRequests,
    /// `user_lock_limit_reached`
    UserLockLimitReached,
    /// `too_few_tokens_authenticated`
    TooFewTokensAuthenticated,
}

impl RateLimitError {
    fn error(self) -> KnownError {
        match self {
            Self::TooManyRequests => TOO_MANY_REQUESTS,
            Self::UserLockLimitReached => USER_LOCK_LIMIT_REACHED,
            Self::TooFewTokensAuthenticated => TOO_FEW_TOKENS_AUTHENTICATED,
        }
    }

    /// The error answer.
    pub(crate) fn refusal(self, retry_after_seconds: Option<u64>) -> ApiError {
        ApiError::from(self.error()).retry_after(retry_after_seconds.map(Duration::from_secs))
    }
}

/// How an answer goes out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// Whole and at once.
    #[default]
    Whole,
    /// After some time.
    Delayed(Duration),
    /// Until so many bytes are sent.
    CutAfter(usize),
    /// Not at all.
    Reset,
    /// In pieces of so many bytes, with a pause before each.
    Drip { bytes: usize, pause: Duration },
}

/// A custom answer; what cannot be sent is left out of it.
pub(crate) fn custom_answer(
    status: u16,
    body: &Value,
    headers: &BTreeMap<String, String>,
) -> Response<Vec<u8>> {
    let body = match body {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        json => json.to_string(),
    };
    let status = final_status(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = response::json(status, body);
    add_headers(&mut response, headers);
    response
}

/// The faults that wait for calls.
#[derive(Debug, Default)]
pub(crate) struct Faults(VecDeque<(u32, Fault)>);

impl Faults {
    /// Adds a fault for a number of calls, after those that wait already.
    pub(crate) fn push(&mut self, times: u32, fault: Fault) {
        if times > 0 {
            self.0.push_back((times, fault));
        }
    }

    /// The fault for a call that comes in now.
    pub(crate) fn next(&mut self) -> Option<Fault> {
        let (times, fault) = self.0.front_mut()?;
        let fault = fault.clone();
        *times -= 1;
        if *times == 0 {
            self.0.pop_front();
        }
        Some(fault)
    }

    /// Forgets the faults that wait.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

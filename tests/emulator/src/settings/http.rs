//! Requests and responses in general.

use std::collections::BTreeMap;

use super::group;
use crate::config::ConfigError;
use crate::sendable::{check_headers, check_status};

group! {
    /// Requests and responses in general.
    HttpSettings {
        /// HTTP status of every successful response.
        success_status: u16 = 200, Guess;
        /// Headers added to every response of the API.
        response_headers: BTreeMap<String, String> = BTreeMap::new(), Guess;
        /// Send `Retry-After` with the 429 of the rate limit and of the lock.
        send_retry_after: bool = false, Guess;
        /// Largest request body in bytes.
        max_body_bytes: usize = 1024 * 1024, Guess;
        /// Refuse request fields and query parameters that the endpoint does not have.
        refuse_unknown_fields: bool = false, Guess;
        /// Refuse a body that has a duplicate key; otherwise the last value counts.
        refuse_duplicate_keys: bool = false, Guess;
        /// Whether the first value of a duplicate key counts, if it is not refused.
        first_duplicate_counts: bool = false, Guess;
        /// Whether the case of a key is ignored.
        ignore_key_case: bool = false, Guess;
        /// Whether text after the JSON object is ignored; otherwise the body is refused.
        ignore_trailing_text: bool = false, Guess;
        /// Whether a byte order mark before the JSON object is ignored; otherwise the body is
        /// refused.
        ignore_byte_order_mark: bool = false, Guess;
        /// Whether the body of a GET or DELETE is parsed; a body that is not JSON is then refused.
        read_unneeded_bodies: bool = false, Guess;
        /// Whether a trailing slash in a path is ignored.
        ignore_trailing_slash: bool = false, Guess;
        /// Refuse a body whose `Content-Type` is not `application/json`.
        require_json_content_type: bool = false, Guess;
        /// Refuse a body whose `Content-Type` has a `charset`. SDKs contradict each other.
        refuse_charset: bool = false, Guess;
    }
}

impl HttpSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        check_status(self.success_status, true).map_err(|error| error.within("success_status"))?;
        check_headers(&self.response_headers)
            .map(drop)
            .map_err(|error| error.within("response_headers"))
    }
}

//! Helpers for building JSON responses.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// Formats a time as the API does: RFC 3339 in UTC with whole seconds.
pub(crate) fn time(at: Timestamp) -> Value {
    format!("{at:.0}").into()
}

/// Formats a time, or returns null.
pub(crate) fn optional_time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, time)
}

/// Returns the members of an object that is made with `json!`.
pub(crate) fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

//! Small helpers for building JSON responses.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A moment as the API writes it: RFC 3339 in UTC with whole seconds.
pub(crate) fn time(at: Timestamp) -> Value {
    format!("{at:.0}").into()
}

/// A moment or null.
pub(crate) fn optional_time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, time)
}

/// The members of an object made with `json!`.
pub(crate) fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

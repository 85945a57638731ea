//! Makes two responses that differ only in values that must not be shown.

use serde_json::{Map, Value};

use super::object::strip_bom;

/// The keys whose texts must not be shown.
const HIDDEN: [&str; 17] = [
    "secret",
    "qr_code",
    "recovery_codes",
    "session_token",
    "session_jwt",
    "trusted_metadata",
    "untrusted_metadata",
    "sso_attributes",
    "details",
    "allowed_oauth_tenants",
    "custom_claims",
    "new_factor",
    "error_message",
    "error_description",
    "error_url",
    "error_uri",
    "error_details",
];

/// Returns two variants of the body with different texts and numbers in place of the hidden ones.
/// Returns `None` if the body is not JSON or has no hidden values.
pub(crate) fn disguised(body: &[u8]) -> Option<[Vec<u8>; 2]> {
    let json: Value = serde_json::from_slice(strip_bom(body)).ok()?;
    let variants = ["one", "two"].map(|text| with_hidden(&json, false, text).to_string());
    let [one, two] = &variants;
    (one != two).then(|| variants.map(String::into_bytes))
}

fn with_hidden(json: &Value, is_hidden: bool, text: &str) -> Value {
    match json {
        Value::String(_) if is_hidden => text.into(),
        Value::Number(_) if is_hidden => u8::from(text == "one").into(),
        Value::Array(list) => list
            .iter()
            .map(|element| with_hidden(element, is_hidden, text))
            .collect(),
        Value::Object(map) => {
            let fields = map.iter().map(|(key, value)| {
                let value = with_hidden(value, is_hidden || HIDDEN.contains(&&**key), text);
                let key = if is_hidden {
                    [key, text].concat()
                } else {
                    key.clone()
                };
                (key, value)
            });
            Map::from_iter(fields).into()
        }
        other => other.clone(),
    }
}

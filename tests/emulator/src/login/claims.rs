//! The rules for a session's custom claims.

use serde_json::{Map, Value};

use crate::api::error::Refusal;
use crate::json;
use crate::settings::{ClaimsSettings, ErrorCase, ReservedClaims};

const RESERVED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
const STYTCH_PREFIX: &str = "https://stytch.com/";

/// Merges a request's claims into those of a session.
pub(crate) fn merge(
    claims: &mut Map<String, Value>,
    changes: &Map<String, Value>,
    settings: &ClaimsSettings,
) -> Result<(), Refusal> {
    let mut changes = changes.clone();
    let reserved = |name: &String| RESERVED.contains(&name.as_str());
    let stytch = |name: &String| name.starts_with(STYTCH_PREFIX);
    match settings.reserved {
        ReservedClaims::Ignore => changes.retain(|name, _| !reserved(name) && !stytch(name)),
        ReservedClaims::Refuse if changes.keys().any(reserved) => {
            return Err(ErrorCase::ReservedClaims.into());
        }
        ReservedClaims::Refuse if changes.keys().any(stytch) => {
            return Err(ErrorCase::StytchClaims.into());
        }
        ReservedClaims::Refuse => {}
    }
    // Null deletes, objects are merged, everything else overwrites: a JSON Merge Patch.
    let mut merged = Value::Object(std::mem::take(claims));
    json_patch::merge(&mut merged, &Value::Object(changes));
    *claims = json::members(merged);
    let size = |json: String| {
        if settings.count_characters {
            json.chars().count()
        } else {
            json.len()
        }
    };
    let size = serde_json::to_string(claims).map_or(usize::MAX, size);
    if size > settings.max_bytes {
        return Err(ErrorCase::CustomClaimsTooLarge.into());
    }
    Ok(())
}

//! The rules for a session's custom claims.

use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::settings::{ReservedClaims, Settings, Situation};

const RESERVED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
const STYTCH_PREFIX: &str = "https://stytch.com/";

/// Merges a request's claims into those of a session.
pub(crate) fn merge(
    claims: &mut Map<String, Value>,
    changes: &Map<String, Value>,
    settings: &Settings,
) -> Result<(), ApiError> {
    let mut changes = changes.clone();
    let reserved = |name: &String| RESERVED.contains(&name.as_str());
    let stytch = |name: &String| name.starts_with(STYTCH_PREFIX);
    match settings.reserved_claims {
        ReservedClaims::Ignore => changes.retain(|name, _| !reserved(name) && !stytch(name)),
        ReservedClaims::Refuse if changes.keys().any(reserved) => {
            return Err(settings.error(Situation::ReservedClaims));
        }
        ReservedClaims::Refuse if changes.keys().any(stytch) => {
            return Err(settings.error(Situation::StytchClaims));
        }
        ReservedClaims::Refuse => {}
    }
    merge_objects(claims, changes);
    let size = serde_json::to_string(claims).map_or(usize::MAX, |json| json.len());
    if size > settings.custom_claims_max_bytes {
        return Err(settings.error(Situation::CustomClaimsTooLarge));
    }
    Ok(())
}

/// Null deletes, objects are merged, everything else overwrites.
fn merge_objects(target: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (name, change) in changes {
        match change {
            Value::Null => {
                target.remove(&name);
            }
            Value::Object(change) => {
                let mut merged = match target.remove(&name) {
                    Some(Value::Object(present)) => present,
                    _ => Map::new(),
                };
                merge_objects(&mut merged, change);
                target.insert(name, merged.into());
            }
            change => {
                target.insert(name, change);
            }
        }
    }
}

//! Finds fields that are in no fixture. The fixtures have every key that is documented or was
//! observed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

macro_rules! fixtures {
    ($($endpoint:literal: $folder:literal),* $(,)?) => {
        &[$((
            $endpoint,
            include_str!(concat!("../../../fixtures/", $folder, "/full.json")),
        )),*]
    };
}

/// Keys of the live API that were observed and that no type has.
const OBSERVED: &str = include_str!("../../../fixtures/authenticate/extra-fields.json");

/// The full response of each typed call.
const FULL: &[(&str, &str)] = fixtures! {
    "totp.create": "create",
    "totp.authenticate": "authenticate",
    "totp.migrate": "migrate",
    "totp.delete": "delete_totp",
    "recovery_codes.get": "get_recovery_codes",
    "recovery_codes.rotate": "rotate_recovery_codes",
    "recovery_codes.recover": "recover",
    "members.get": "get_member",
    "sessions.authenticate": "authenticate_session",
    "sessions.revoke": "revoke_sessions",
};

/// Objects whose keys are chosen by the run or by the project.
const FREE: [&str; 4] = [
    "trusted_metadata",
    "untrusted_metadata",
    "custom_claims",
    "details",
];

/// Collects unknown fields.
#[derive(Debug, Default)]
pub(super) struct Fields {
    known: BTreeMap<&'static str, BTreeSet<String>>,
    unknown: BTreeSet<String>,
}

impl Fields {
    pub(super) fn look_at(&mut self, endpoint: &str, body: &Map<String, Value>) {
        let Some((name, full)) = FULL.iter().find(|(name, _)| *name == endpoint) else {
            return;
        };
        let known = self.known.entry(name).or_insert_with(|| {
            let read = |text| serde_json::from_str::<Map<String, Value>>(text);
            let mut known = paths(&read(full).unwrap_or_default());
            known.extend(paths(&read(OBSERVED).unwrap_or_default()));
            known
        });
        for path in paths(body).difference(known) {
            // Only the outermost one, because all fields inside it are unknown.
            let outer = path.rsplit_once('.').map_or("", |(outer, _)| outer);
            if outer.is_empty() || known.contains(outer) {
                self.unknown.insert(format!("{name}: {path}"));
            }
        }
    }

    pub(super) fn finish(self) -> Vec<String> {
        self.unknown.into_iter().collect()
    }
}

/// Returns the paths of all fields, e.g. `member.status`. Elements of a list have no part in the
/// path.
fn paths(object: &Map<String, Value>) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (name, value) in object {
        collect(name, value, &mut paths);
    }
    paths
}

fn collect(path: &str, value: &Value, paths: &mut BTreeSet<String>) {
    paths.insert(path.to_owned());
    let name = path.rsplit('.').next().unwrap_or_default();
    match value {
        Value::Object(object) if !FREE.contains(&name) => {
            for (name, value) in object {
                collect(&format!("{path}.{name}"), value, paths);
            }
        }
        Value::Array(list) => {
            for value in list {
                collect(path, value, paths);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_field_is_listed_once() {
        let mut fields = Fields::default();
        let body = json!({
            "member_id": "member-test-1",
            "news": { "inside": 1 },
            "member": { "status": "active", "later": null, "trusted_metadata": { "own": 1 } },
        });
        let body = body.as_object().unwrap();
        fields.look_at("totp.create", body);
        fields.look_at("totp.create", body);
        assert_eq!(
            fields.finish(),
            ["totp.create: member.later", "totp.create: news"]
        );
    }
}

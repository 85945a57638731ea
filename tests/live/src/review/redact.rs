//! Redacts bodies: ids, tokens, codes, secrets and addresses of a project are replaced by samples.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::symbols::{id_kind, without_uuids};

/// Fields whose texts are kept: words of the API, times, and constants of this program.
const KEPT: [&str; 36] = [
    "alg",
    "allowed_type",
    "auth_methods",
    "created_at",
    "default_mfa_method",
    "delivery_method",
    "email_invites",
    "email_jit_provisioning",
    "error_message",
    "error_type",
    "error_url",
    "expires_at",
    "filter_name",
    "first_party_connected_apps_allowed_type",
    "hash_type",
    "intermediate_session_token_expires_at",
    "kty",
    "last_accessed_at",
    "last_authenticated_at",
    "lock_created_at",
    "lock_expires_at",
    "mfa_methods",
    "mfa_policy",
    "name",
    "oauth_tenant_jit_provisioning",
    "operator",
    "organization_name",
    "secondary_auth_initiated",
    "sequence_order",
    "set_mfa_enrollment",
    "sso_jit_provisioning",
    "started_at",
    "status",
    "third_party_connected_apps_allowed_type",
    "updated_at",
    "use",
];

/// Fields whose lists are kept: words of the API.
const KEPT_LISTS: [&str; 4] = [
    "allowed_auth_methods",
    "allowed_mfa_methods",
    "key_ops",
    "email_allowed_domains",
];

/// Fields with names of roles.
const ROLES: [&str; 2] = ["role_id", "roles"];

/// The values that replace tokens, codes and secrets. Most are from Stytch's documentation.
const SAMPLES: [(&str, &str); 9] = [
    ("secret", "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS"),
    ("qr_code", "data:image/png;base64, iVBORw0KGgo="),
    ("code", "012345"),
    ("recovery_code", "ckss-2skx-ebow"),
    ("recovery_codes", "ckss-2skx-ebow"),
    (
        "session_token",
        "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q",
    ),
    ("session_jwt", "example_jwt"),
    (
        "intermediate_session_token",
        "SeiGwdj5lKkrEVgcEY3QNJXt6srxS3IK2Nwkar6mXD4=",
    ),
    ("hash", "0"),
];

/// Values with fewer bytes are not replaced inside messages.
const SHORTEST: usize = 6;

/// Replaces values. Each occurrence of a value gets the same replacement.
#[derive(Debug, Default)]
pub(super) struct Redactor {
    replaced: BTreeMap<String, String>,
}

impl Redactor {
    /// Returns a body without the values of the project.
    pub(super) fn body(&mut self, body: &Map<String, Value>) -> Map<String, Value> {
        // Messages quote values of the same body, so they are redacted last.
        let mut redacted = self.object(body);
        if let Some(Value::String(message)) = redacted.get_mut("error_message") {
            *message = self.message(message);
        }
        redacted
    }

    fn object(&mut self, object: &Map<String, Value>) -> Map<String, Value> {
        let fields = object.iter().map(|(name, value)| {
            let value = self.value(name, value);
            // A search returns a map from ids to Organizations.
            let name = match id_kind(name) {
                Some(_) => self.text("", name),
                None => name.clone(),
            };
            (name, value)
        });
        fields.collect()
    }

    fn value(&mut self, name: &str, value: &Value) -> Value {
        match value {
            Value::Object(object) => self.object(object).into(),
            Value::Array(list)
                if KEPT_LISTS.contains(&name) && list.iter().all(Value::is_string) =>
            {
                value.clone()
            }
            Value::Array(list) => list.iter().map(|value| self.value(name, value)).collect(),
            // `type` is a word of the API in a factor and in a role's source.
            Value::String(_) if KEPT.contains(&name) || name == "type" => value.clone(),
            Value::String(text) if text.is_empty() => value.clone(),
            // Other roles are the project's own.
            Value::String(text) if ROLES.contains(&name) && text.starts_with("stytch_") => {
                value.clone()
            }
            Value::String(text) => self.text(name, text).into(),
            other => other.clone(),
        }
    }

    fn text(&mut self, name: &str, text: &str) -> String {
        if let Some(known) = self.replaced.get(text) {
            return known.clone();
        }
        let number = self.replaced.len() + 1;
        let sample = SAMPLES.iter().find(|(field, _)| *field == name);
        let stands_for = match (sample, id_kind(text)) {
            (Some((_, sample)), _) => (*sample).to_owned(),
            (None, Some(kind)) => format!("{kind}-00000000-0000-4000-8000-{number:012}"),
            (None, None) if text.contains('@') => format!("member-{number}@example.com"),
            (None, None) => format!("redacted-{number}"),
        };
        self.replaced.insert(text.to_owned(), stands_for.clone());
        stands_for
    }

    fn message(&self, text: &str) -> String {
        let mut values: Vec<&String> = self.replaced.keys().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let mut text = text.to_owned();
        for value in values {
            if value.len() >= SHORTEST && text.contains(value.as_str()) {
                text = text.replace(value.as_str(), &self.replaced[value]);
            }
        }
        without_uuids(&text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn roles_of_the_project_are_replaced() {
        let body = json!({
            "roles": [{ "role_id": "acme_billing" }, { "role_id": "stytch_member" }],
            "member": { "roles": ["acme_billing", "stytch_admin"] },
        });
        let redacted = Redactor::default().body(body.as_object().unwrap());
        let expected = json!({
            "roles": [{ "role_id": "redacted-1" }, { "role_id": "stytch_member" }],
            "member": { "roles": ["redacted-1", "stytch_admin"] },
        });
        // The numbers depend on the order of the fields.
        assert_eq!(Value::Object(redacted), expected);
    }
}

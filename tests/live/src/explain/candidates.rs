//! The values of a setting that an experiment may be able to distinguish.

use serde_json::{Value, json};
use totps_emulator::Settings;

use crate::experiment::ISSUER;
use crate::trace::Record;

/// Returns the other values of a setting, e.g. of `totp.second_create`.
pub(super) fn candidates(name: &str, record: &Record, settings: &Settings) -> Vec<Value> {
    let current = get(settings, name);
    let mut values = match name {
        "claims.reserved" => list(json!(["ignore", "refuse"])),
        "claims.max_bytes" => list(json!([3_999, 4_000, 4_095, 4_096, 4_097, 5_000])),
        "lock.after_failures" => numbers(record, name, 1),
        "lock.minutes" => numbers(record, name, 5),
        "lock.refuses" => noted(record, "lock.refuses", json!([])),
        "member.get_with_both" => list(json!(["match", "member_id", "refuse"])),
        "organization.common_email_domains" => noted(record, name, json!([])),
        "password.migrated_member_status" => list(json!(["active", "pending"])),
        "rbac.roles" => list(json!([[], ["stytch_admin"]])),
        "recovery_codes.existing_at_create" | "recovery_codes.existing_at_migrate" => {
            list(json!(["replace", "keep", "refuse"]))
        }
        "recovery_codes.import_max" => list(json!([null, 0, 1, 10])),
        "recovery_codes.count" => noted(record, name, json!(0)),
        "session.jwks_thumbprint_name" => noted(record, name, json!("none")),
        "session.intermediate_minutes" => list(json!([9, 10, 12])),
        "session.max_duration_minutes" => list(json!([527_039, 527_040])),
        "search.totp_filter" => noted(record, name, json!("none")),
        "totp.algorithm" => list(json!(["sha1", "sha256", "sha512"])),
        "totp.code_window_steps" => numbers(record, name, 0),
        "totp.qr_issuer" => list(json!([null, ISSUER])),
        "totp.qr_pixels" => noted(record, name, json!(1_000)),
        "totp.replay_scope" => list(json!(["accepted_codes", "older_steps"])),
        "totp.second_create" | "totp.migrate_while_pending" => list(json!(["replace", "refuse"])),
        "totp.create_changes" | "totp.migrate_changes" => changes(),
        "totp.migrate_secret_min_bytes" => list(json!([1, 9, 10, 15, 16, 20, 21])),
        "totp.migrate_secret_max_bytes" => list(json!([20, 32, 64, 128, 129])),
        "http.max_body_bytes" => list(json!([65_535, 65_536, 1_048_576, 4_194_304])),
        "http.response_headers" => noted(record, name, json!({ "pragma": "none" })),
        "http.success_status" => statuses(record, json!(200)),
        "organization.create_status" | "member.create_status" => {
            let usual = json!(settings.http.success_status);
            let mut values = statuses(record, Value::Null);
            // It has the same effect as `null`.
            values.retain(|value| *value != usual);
            values
        }
        _ if current.is_boolean() => list(json!([true, false])),
        _ => Vec::new(),
    };
    values.retain(|value| *value != current);
    values
}

fn list(values: Value) -> Vec<Value> {
    match values {
        Value::Array(values) => values,
        _ => Vec::new(),
    }
}

/// Returns `other`, the default, and the value that the experiment noted.
fn noted(record: &Record, name: &str, other: Value) -> Vec<Value> {
    let mut values = vec![other, get(&Settings::default(), name)];
    if let Some(value) = record.notes.get(name) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

/// Returns the number that an experiment noted, its neighbours that are at least `smallest`, and
/// the default.
fn numbers(record: &Record, name: &str, smallest: u64) -> Vec<Value> {
    let default = get(&Settings::default(), name);
    let noted = record.notes.get(name).and_then(Value::as_u64);
    let around = noted.map_or(Vec::new(), |it| vec![it.saturating_sub(1), it, it + 1]);
    let mut values: Vec<Value> = around
        .into_iter()
        .filter(|number| *number >= smallest)
        .map(Value::from)
        .collect();
    if !values.contains(&default) {
        values.push(default);
    }
    values
}

/// Returns the default, the unused status 299, and the observed statuses.
fn statuses(record: &Record, default: Value) -> Vec<Value> {
    let mut values = vec![default, json!(299)];
    let seen = record.steps.iter().filter(|step| step.accepted());
    for status in seen.map(|step| json!(step.status)) {
        if !values.contains(&status) {
            values.push(status);
        }
    }
    values
}

fn changes() -> Vec<Value> {
    let flags = [(false, false), (false, true), (true, false), (true, true)];
    let change =
        |(enrolled, default)| json!({ "mfa_enrolled": enrolled, "default_mfa_method": default });
    flags.into_iter().map(change).collect()
}

/// Returns the value of a setting.
pub(crate) fn get(settings: &Settings, name: &str) -> Value {
    let all = serde_json::to_value(settings).unwrap_or_default();
    let value = all.pointer(&pointer(name));
    value.cloned().unwrap_or_default()
}

/// Returns the settings with changes; `None` if a change is not valid.
pub(crate) fn with(settings: &Settings, changes: &[(&str, Value)]) -> Option<Settings> {
    let mut all = serde_json::to_value(settings).ok()?;
    for (name, value) in changes {
        *all.pointer_mut(&pointer(name))? = value.clone();
    }
    serde_json::from_value(all).ok()
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('.', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_candidate_is_a_valid_value() {
        // A value that no emulator can have would count as excluded by every experiment.
        let settings = Settings::default();
        for row in Settings::table() {
            let name = format!("{}.{}", row.group, row.name);
            for value in candidates(&name, &Record::default(), &settings) {
                let changed = with(&settings, &[(name.as_str(), value.clone())]);
                let found = changed.map(|changed| get(&changed, &name));
                assert_eq!(found, Some(value), "expected a valid value of {name}");
            }
        }
    }
}

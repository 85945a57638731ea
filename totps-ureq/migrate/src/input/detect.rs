//! Detects the format of a file.

use std::fs::File;
use std::io::Read;

use super::{FORMATS, Format, InputError};

/// How much of the start of a file is examined, in bytes.
const LOOKED_AT: u64 = 64 * 1024;

pub(super) fn detect(file: &mut File) -> Result<&'static Format, InputError> {
    let mut start = Vec::new();
    file.take(LOOKED_AT).read_to_end(&mut start)?;
    let start = String::from_utf8_lossy(&start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return Err(InputError::whole("is empty"));
    }
    name(start).and_then(Format::named).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        let rule = format!(
            "is in none of the known formats, or in one that cannot be detected; name it with --format: {}",
            names.join(", ")
        );
        InputError::whole(rule)
    })
}

fn name(start: &str) -> Option<&'static str> {
    let content = start.lines().map(str::trim);
    let first = content
        .clone()
        .find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let lower = first.to_ascii_lowercase();
    if lower.starts_with("otpauth-migration://") {
        return Some("google-authenticator");
    }
    if lower.starts_with("otpauth://") {
        return Some("otpauth");
    }
    if start.starts_with(['{', '[']) {
        return json(start, first);
    }
    if content.clone().any(|line| line == "totp_configurations:") {
        return Some("authelia");
    }
    csv(&lower)
}

fn json(start: &str, first: &str) -> Option<&'static str> {
    let has = |key: &str| start.contains(&format!("\"{key}\""));
    let first_line_is_row = serde_json::from_str::<serde_json::Value>(first)
        .is_ok_and(|line| line.is_object() && line.get("secret").is_some());
    if has("mfa_factors") {
        Some("auth0")
    } else if has("db") && has("header") {
        Some("aegis")
    } else if has("twoFactor") {
        Some("fusionauth")
    } else if has("credentials") || has("realm") || has("credentialData") {
        Some("keycloak")
    } else if has("model") && start.to_ascii_lowercase().contains("totpdevice\"") {
        Some("django")
    } else if has("factor_type") {
        Some("supabase")
    } else if first_line_is_row {
        Some("ndjson")
    } else {
        None
    }
}

fn csv(first: &str) -> Option<&'static str> {
    let columns: Vec<_> = first
        .split(',')
        .map(|name| name.trim().trim_matches('"'))
        .collect();
    let has = |name: &str| columns.contains(&name);
    let member = has("member_id") || has("email_address") || has("user");
    if has("secret") && member && !has("factor_type") {
        Some("csv")
    } else if has("factor_type") && has("secret") {
        Some("supabase-csv")
    } else if has("key") && has("step") && has("digits") && !has("serial") {
        Some("django-csv")
    } else if has("issuer") && has("username") && has("secret") {
        Some("authelia-csv")
    } else if has("serial") || matches!(columns.get(2), Some(&("totp" | "hotp" | "ocra"))) {
        Some("oath-csv")
    } else {
        None
    }
}

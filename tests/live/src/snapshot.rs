//! The parts of a response that are compared: those that a setting of the emulator can change.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use crate::clock::seconds_of;
use crate::symbols::Symbols;
use crate::wire::Exchange;

/// Lifetimes are rounded to this many minutes before they are compared, because calls take time.
const COARSE: i64 = 5;

/// Fields of a Member whose values are compared. `""`, `null` and a missing field are the same.
const MEMBER: [&str; 9] = [
    "status",
    "name",
    "mfa_enrolled",
    "default_mfa_method",
    "email_address_verified",
    "is_locked",
    "is_breakglass",
    "trusted_metadata",
    "untrusted_metadata",
];

/// Fields of an Organization whose values are compared in responses to `organizations.*` calls.
const ORGANIZATION: [&str; 6] = [
    "mfa_policy",
    "mfa_methods",
    "auth_methods",
    "email_invites",
    "email_jit_provisioning",
    "sso_jit_provisioning",
];

type Seen = BTreeMap<String, Value>;

/// Returns the compared parts of a success.
pub(crate) fn of(exchange: &Exchange, now: SystemTime, symbols: &mut Symbols) -> Seen {
    let body = &exchange.body;
    let mut seen = Seen::new();
    let name = exchange.endpoint.map_or("", |endpoint| endpoint.name());
    if let Some(member) = object(body, "member") {
        see_member(member, &mut seen, symbols);
    }
    if let Some(organization) = object(body, "organization") {
        hide_organization(organization, symbols);
        if name.starts_with("organizations.") {
            for field in ORGANIZATION {
                seen.insert(format!("organization.{field}"), plain(organization, field));
            }
        }
    }
    if let Some(session) = object(body, "member_session") {
        see_session(session, now, "session", &mut seen, symbols);
    }
    see_login(body, now, &mut seen, symbols);
    for field in ["session_token", "session_jwt", "secret", "qr_code"] {
        symbols.name(field_kind(field), exchange.text(field));
    }
    if body.contains_key("totp_registration_id") {
        let id = symbols.name("totp", exchange.text("totp_registration_id"));
        seen.insert("totp_registration_id".to_owned(), id.into());
    }
    if let Some(codes) = body.get("recovery_codes").and_then(Value::as_array) {
        let mut name = |code: &Value| symbols.name("code", code.as_str().unwrap_or_default());
        let codes: Vec<String> = codes.iter().map(&mut name).collect();
        seen.insert("recovery_codes".to_owned(), json!(codes));
    }
    for field in ["recovery_codes_remaining", "member_created"] {
        if let Some(value) = body.get(field) {
            seen.insert(field.to_owned(), value.clone());
        }
    }
    if matches!(name, "totp.authenticate" | "totp.migrate") {
        let shown = body.contains_key("organization_id");
        seen.insert("organization_id is shown".to_owned(), shown.into());
    }
    see_lists(body, now, &mut seen, symbols);
    seen
}

/// Returns the compared parts of a refusal, besides the error itself.
pub(crate) fn of_refusal(exchange: &Exchange) -> Seen {
    let mut seen = Seen::new();
    if exchange.status == 429 {
        let sent = exchange.headers.contains_key("retry-after");
        seen.insert("retry-after is sent".to_owned(), sent.into());
    }
    seen
}

fn see_member(member: &Map<String, Value>, seen: &mut Seen, symbols: &mut Symbols) {
    for field in MEMBER {
        seen.insert(format!("member.{field}"), plain(member, field));
    }
    for (field, kind) in [
        ("member_id", "member"),
        ("totp_registration_id", "totp"),
        ("email_address", "address"),
        ("external_id", "external-id"),
        ("member_password_id", "password"),
    ] {
        let name = symbols.name(kind, text(member, field));
        seen.insert(format!("member.{field}"), name.into());
    }
    let retired = member.get("retired_email_addresses");
    let retired = retired.and_then(Value::as_array).map_or(0, Vec::len);
    seen.insert("member.retired_email_addresses".to_owned(), retired.into());
}

/// Gives names to the ids of an Organization, because error messages can contain them.
fn hide_organization(organization: &Map<String, Value>, symbols: &mut Symbols) {
    for (field, kind) in [
        ("organization_id", "organization"),
        ("organization_slug", "slug"),
        ("organization_name", "organization-name"),
        ("organization_external_id", "external-id"),
    ] {
        symbols.name(kind, text(organization, field));
    }
}

fn see_session(
    session: &Map<String, Value>,
    now: SystemTime,
    part: &str,
    seen: &mut Seen,
    symbols: &mut Symbols,
) {
    let id = symbols.name("session", text(session, "member_session_id"));
    seen.insert(format!("{part}.member_session_id"), id.into());
    seen.insert(
        format!("{part}.minutes left"),
        minutes_left(session, "expires_at", now),
    );
    seen.insert(
        format!("{part}.custom_claims"),
        plain(session, "custom_claims"),
    );
    let factors = session.get("authentication_factors");
    let factors = factors
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut types: Vec<&str> = factors
        .iter()
        .filter_map(|factor| factor.get("type")?.as_str())
        .collect();
    types.sort_unstable();
    seen.insert(format!("{part}.factors"), json!(types));
    let ordered = factors.iter().any(|it| it.get("sequence_order").is_some());
    seen.insert(format!("{part}.sequence_order is shown"), ordered.into());
}

/// Adds the fields that only responses to a primary factor have.
fn see_login(body: &Map<String, Value>, now: SystemTime, seen: &mut Seen, symbols: &mut Symbols) {
    let Some(authenticated) = body.get("member_authenticated") else {
        return;
    };
    seen.insert("member_authenticated".to_owned(), authenticated.clone());
    let token = symbols.name("intermediate", text(body, "intermediate_session_token"));
    seen.insert("intermediate_session_token".to_owned(), token.into());
    if let Some(required) = object(body, "mfa_required") {
        let options = object(required, "member_options");
        let shown = |field| options.is_some_and(|options| !text(options, field).is_empty());
        let options = json!({
            "totp_registration_id": shown("totp_registration_id"),
            "mfa_phone_number": shown("mfa_phone_number"),
        });
        seen.insert("mfa_required.member_options".to_owned(), options);
        let initiated = plain(required, "secondary_auth_initiated");
        seen.insert(
            "mfa_required.secondary_auth_initiated".to_owned(),
            initiated,
        );
    }
    let owed = *authenticated == Value::Bool(false);
    if owed {
        let left = minutes_left(body, "intermediate_session_token_expires_at", now);
        seen.insert("intermediate_session_token_expires_at".to_owned(), left);
    }
}

fn see_lists(body: &Map<String, Value>, now: SystemTime, seen: &mut Seen, symbols: &mut Symbols) {
    if let Some(sessions) = body.get("member_sessions").and_then(Value::as_array) {
        let mut names = Vec::new();
        for session in sessions.iter().filter_map(Value::as_object) {
            names.push(symbols.name("session", text(session, "member_session_id")));
            let part = format!("member_sessions.{}", names.len());
            if sessions.len() == 1 {
                see_session(session, now, &part, seen, symbols);
            }
        }
        names.sort_unstable();
        seen.insert("member_sessions".to_owned(), json!(names));
    }
    if let Some(members) = body.get("members").and_then(Value::as_array) {
        let members = members.iter().filter_map(Value::as_object);
        let mut name = |member| symbols.name("member", text(member, "member_id"));
        let mut members: Vec<String> = members.map(&mut name).collect();
        members.sort_unstable();
        seen.insert("members".to_owned(), json!(members));
    }
    if let Some(total) = object(body, "results_metadata").and_then(|it| it.get("total")) {
        seen.insert(
            "results_metadata.total is shown".to_owned(),
            (*total != -1).into(),
        );
    }
}

/// Returns the minutes from now, rounded; `null` if the field is not a time.
fn minutes_left(object: &Map<String, Value>, field: &str, now: SystemTime) -> Value {
    let time = humantime::parse_rfc3339_weak(text(object, field).trim_end_matches('Z')).ok();
    let Some(time) = time else {
        return Value::Null;
    };
    let seconds = seconds_of(time) - seconds_of(now);
    let coarse = COARSE * 60;
    ((seconds + coarse / 2).div_euclid(coarse) * COARSE).into()
}

/// Returns a field. `""`, an empty object and a missing field are `null`, because servers differ
/// here.
fn plain(object: &Map<String, Value>, field: &str) -> Value {
    match object.get(field) {
        None => Value::Null,
        Some(Value::String(text)) if text.is_empty() => Value::Null,
        Some(Value::Object(object)) if object.is_empty() => Value::Null,
        Some(value) => value.clone(),
    }
}

fn object<'a>(object: &'a Map<String, Value>, field: &str) -> Option<&'a Map<String, Value>> {
    object.get(field)?.as_object()
}

fn text<'a>(object: &'a Map<String, Value>, field: &str) -> &'a str {
    object
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn field_kind(field: &str) -> &'static str {
    match field {
        "session_token" => "token",
        "session_jwt" => "jwt",
        "secret" => "secret",
        _ => "picture",
    }
}

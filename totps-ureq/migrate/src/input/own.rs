//! The formats `csv` and `ndjson`, for your own tables.

use std::io::BufRead;

use serde_json::Value;
use zeroize::Zeroizing;

use super::json::Object;
use super::{Entry, InputError, Sink, csv_table, lines};
use crate::row::classify::split_codes;
use crate::row::{Cause, Place, RecoveryCode};
use crate::secret::Encoding;

const FIELDS: &[&str] = &[
    "organization_id",
    "member_id",
    "email_address",
    "user",
    "secret",
    "encoding",
    "algorithm",
    "digits",
    "period",
    "recovery_codes",
    "code",
];

pub(super) fn read_csv(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let fill = |record: &csv_table::Record<'_>, entry: &mut Entry| {
        entry.organization_id = record.get("organization_id");
        entry.member_id = record
            .get("member_id")
            .or_else(|| record.get("email_address"));
        entry.user(record.get("user"));
        entry.secret = Zeroizing::new(record.get("secret").unwrap_or_default());
        entry.algorithm = record.get("algorithm");
        entry.digits = record.count("digits", entry);
        entry.period = record.count("period", entry);
        entry.set_recovery_codes(split_codes(
            &record.get("recovery_codes").unwrap_or_default(),
        ));
        entry.code = record.get("code");
        set_encoding(entry, record.get("encoding"));
        check_member(entry);
    };
    csv_table::read(reader, &["secret"], Some(FIELDS), fill, sink)
}

pub(super) fn read_ndjson(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let mut failed = None;
    lines(reader, |line, text| {
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                let place = Place::line(line).column(error.column() as u64);
                failed = Some(InputError::new(place, "is not JSON"));
                return false;
            }
        };
        let place = Place::line(line);
        let mut entry = Entry::new(place.clone());
        match Object::new(place, &value) {
            Ok(object) => fill(&object, &value, &mut entry),
            Err(cause) => entry.causes.push(cause),
        }
        sink(entry)
    })?;
    failed.map_or(Ok(()), Err)
}

fn fill(object: &Object<'_>, value: &Value, entry: &mut Entry) {
    let mut causes = Vec::new();
    for name in value
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
    {
        if !FIELDS.contains(&name.as_str()) {
            // The name is not shown, because it could be a misplaced value.
            let rule = format!("must have only the fields {}", FIELDS.join(", "));
            causes.push(Cause::invalid(object.place.clone(), rule));
            break;
        }
    }
    let mut text = |name| {
        object
            .text(name, &mut causes)
            .filter(|text| !text.is_empty())
    };
    entry.organization_id = text("organization_id");
    entry.member_id = text("member_id");
    let email = text("email_address");
    entry.member_id = entry.member_id.take().or(email);
    entry.user(text("user"));
    entry.secret = Zeroizing::new(text("secret").unwrap_or_default());
    entry.algorithm = text("algorithm");
    let encoding = text("encoding");
    entry.digits = object.count("digits", &mut causes);
    entry.period = object.count("period", &mut causes);
    match object.get("code") {
        // A number may have lost leading zeros.
        Some(Value::Number(_)) => {
            causes.push(Cause::invalid(
                object.place.at("code"),
                "must be a string of 6 digits",
            ));
        }
        _ => {
            entry.code = object
                .text("code", &mut causes)
                .filter(|code| !code.is_empty())
        }
    }
    match object.get("recovery_codes") {
        None => {}
        Some(Value::String(codes)) => entry.set_recovery_codes(split_codes(codes)),
        Some(Value::Array(codes)) if codes.iter().all(Value::is_string) => {
            let codes = codes.iter().filter_map(Value::as_str);
            entry.set_recovery_codes(codes.map(RecoveryCode::new).collect());
        }
        Some(_) => {
            let place = object.place.at("recovery_codes");
            causes.push(Cause::invalid(place, "must be an array of strings"));
        }
    }
    entry.causes.append(&mut causes);
    set_encoding(entry, encoding);
    check_member(entry);
}

fn set_encoding(entry: &mut Entry, name: Option<String>) {
    if let Some(name) = name {
        entry.encoding = Encoding::named(&name);
        if entry.encoding.is_none() {
            let rule = "must be base32, hex, base64, text or base64-of-base32";
            let place = entry.field("encoding");
            entry.causes.push(Cause::invalid(place, rule));
        }
    }
}

/// Checks that a row names the Member, or a user of the `--members` file.
fn check_member(entry: &mut Entry) {
    if entry.member_id.is_none() && entry.users.is_empty() {
        let place = entry.field("member_id");
        entry
            .causes
            .push(Cause::invalid(place, "is missing or empty"));
    }
}

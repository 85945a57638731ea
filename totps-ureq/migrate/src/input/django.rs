//! django-otp, and authentik, which is derived from it.

use std::io::BufRead;

use serde_json::Value;
use zeroize::Zeroizing;

use super::json::{self, Object};
use super::{Entry, InputError, Sink, csv_table};
use crate::row::{Cause, Place};
use crate::secret::Encoding;

/// Reads the output of `manage.py dumpdata`, which may also have other models than TOTP devices.
pub(super) fn read_json(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    json::each(
        reader,
        &[],
        &mut |place, object| match entry(place, &object) {
            Some(entry) => sink(entry),
            None => true,
        },
    )
}

fn entry(place: Place, object: &Value) -> Option<Entry> {
    let object = Object::new(place.clone(), object).ok()?;
    let mut entry = Entry::new(place);
    let mut causes = Vec::new();
    let model = object.text("model", &mut causes)?;
    if !model.to_ascii_lowercase().ends_with(".totpdevice") {
        return None;
    }
    entry.secret_field = "fields.key";
    entry.encoding = Some(Encoding::Hex);
    if let Some(fields) = object.object("fields", &mut causes) {
        entry.secret = fields.secret("key", &mut causes);
        entry.digits = fields.count("digits", &mut causes);
        entry.period = fields.count("step", &mut causes);
        entry.start_time = fields.integer("t0", &mut causes).unwrap_or(0);
        if fields.get("confirmed") == Some(&Value::Bool(false)) {
            causes.push(Cause::Unconfirmed);
        }
        match fields.get("user") {
            // With `--natural-foreign` it is a list, such as `["ada"]`.
            Some(Value::Array(natural)) => {
                let names = natural.iter().filter_map(Value::as_str);
                names.for_each(|name| entry.user(Some(name.to_owned())));
            }
            _ => entry.user(fields.text("user", &mut causes)),
        }
    } else if causes.is_empty() {
        causes.push(Cause::invalid(entry.field("fields"), "is missing"));
    }
    entry.causes.append(&mut causes);
    Some(entry)
}

/// Reads the table as CSV, for example from `\copy`.
pub(super) fn read_csv(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let fill = |record: &csv_table::Record<'_>, entry: &mut Entry| {
        entry.user(record.get("username"));
        entry.user(record.get("user_id"));
        entry.email = entry.email.take().or_else(|| record.get("email"));
        entry.secret = Zeroizing::new(record.get("key").unwrap_or_default());
        entry.secret_field = "key";
        entry.encoding = Some(Encoding::Hex);
        entry.digits = record.count("digits", entry);
        entry.period = record.count("step", entry);
        if let Some(start) = record.get("t0") {
            entry.start_time = start.parse().unwrap_or(1);
        }
        let confirmed = record.get("confirmed").unwrap_or_default();
        if matches!(&*confirmed.to_ascii_lowercase(), "f" | "false" | "0") {
            entry.causes.push(Cause::Unconfirmed);
        }
    };
    csv_table::read(reader, &["key", "digits", "step"], None, fill, sink)
}

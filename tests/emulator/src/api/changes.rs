//! The attributes of an Organization or a Member that a request sets.

use serde_json::Value;

use super::error::Refusal;
use super::fields::Fields;
use crate::settings::UpdateSettings;
use crate::state::attribute::{Attribute, Changes, SetBy};

/// Returns the attributes that a Create sets.
pub(crate) fn creation(table: &'static [Attribute], fields: &Fields) -> Result<Changes, Refusal> {
    changes(table, fields, SetBy::Both, false)
}

/// Returns the attributes that an Update sets.
pub(crate) fn update(
    table: &'static [Attribute],
    fields: &Fields,
    settings: &UpdateSettings,
) -> Result<Changes, Refusal> {
    changes(table, fields, SetBy::Update, settings.null_resets)
}

fn changes(
    table: &'static [Attribute],
    fields: &Fields,
    by: SetBy,
    null_resets: bool,
) -> Result<Changes, Refusal> {
    let mut changes = Vec::new();
    for row in table {
        if row.set_by != SetBy::Both && row.set_by != by {
            continue;
        }
        if let Some(value) = fields.value(row.name) {
            if !row.has_type_of(value) {
                return Err(Refusal::invalid_argument(value));
            }
            if !row.allows(value) {
                return Err(row.error.into());
            }
            changes.push((row, value.clone()));
        } else if null_resets && fields.is_null(row.name) && row.allows(&row.kind.initial()) {
            changes.push((row, Value::Null));
        }
    }
    Ok(changes)
}

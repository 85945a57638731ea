//! Aegis: a vault that was exported without encryption.

use std::io::BufRead;

use super::json::{self, Object};
use super::{Entry, InputError, Sink};
use crate::row::{Cause, Place};
use crate::secret::Encoding;

pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let document = json::document(reader)?;
    let mut causes = Vec::new();
    let vault = Object::new(Place::default(), &document);
    let vault = vault.map_err(|_| InputError::whole("is not an Aegis vault"))?;
    if vault.get("db").is_some_and(serde_json::Value::is_string) {
        let rule = "the vault is encrypted; export it again without encryption";
        return Err(InputError::new(Place::path("db"), rule));
    }
    let Some(db) = vault.object("db", &mut causes) else {
        return Err(InputError::new(Place::path("db"), "is missing"));
    };
    for object in db.objects("entries", &mut causes) {
        let mut entry = Entry::new(object.place.clone());
        let mut causes = Vec::new();
        entry.is_totp = object.text("type", &mut causes).as_deref() == Some("totp");
        entry.user(object.text("name", &mut causes));
        entry.secret_field = "info.secret";
        entry.encoding = Some(Encoding::Base32);
        if let Some(info) = object.object("info", &mut causes) {
            entry.secret = info.secret("secret", &mut causes);
            entry.algorithm = info.text("algo", &mut causes);
            entry.digits = info.count("digits", &mut causes);
            entry.period = info.count("period", &mut causes);
        } else if causes.is_empty() {
            causes.push(Cause::invalid(entry.field("info"), "is missing"));
        }
        entry.causes.append(&mut causes);
        if !sink(entry) {
            return Ok(());
        }
    }
    match causes.first() {
        Some(Cause::Invalid { place, rule }) => Err(InputError::new(place.clone(), rule.clone())),
        _ => Ok(()),
    }
}

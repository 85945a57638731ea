//! Keycloak: a realm export, or a file of its users.

use std::io::BufRead;

use serde_json::Value;

use super::json::{self, Object};
use super::{Entry, InputError, Sink};
use crate::row::{Cause, Place};
use crate::secret::Encoding;

pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    json::each(reader, &["users"], &mut |place, user| {
        let entries = entries(place, &user);
        entries.into_iter().all(&mut *sink)
    })
}

fn entries(place: Place, user: &Value) -> Vec<Entry> {
    let Ok(user) = Object::new(place.clone(), user) else {
        return Vec::new();
    };
    let mut causes = Vec::new();
    let mut entries = Vec::new();
    let mut hashed_codes = false;
    for credential in user.objects("credentials", &mut causes) {
        match credential.text("type", &mut causes).as_deref() {
            // Keycloak before 8 has `totp` and `hotp`.
            Some("otp" | "totp" | "hotp") => entries.push(entry(&credential)),
            Some("recovery-authn-codes") => hashed_codes = true,
            _ => {}
        }
    }
    if entries.is_empty() && !causes.is_empty() {
        entries.push(Entry::new(place));
    }
    let several = entries.len() > 1;
    let id = user.text("id", &mut causes);
    let username = user.text("username", &mut causes);
    let email = user.text("email", &mut causes);
    for entry in &mut entries {
        entry.email.clone_from(&email);
        entry.user(username.clone());
        entry.user(id.clone());
        entry.hashed_codes = hashed_codes;
        entry.causes.extend(causes.iter().cloned());
        if several {
            entry.causes.push(Cause::SeveralDevices);
        }
    }
    entries
}

fn entry(credential: &Object<'_>) -> Entry {
    let mut entry = Entry::new(credential.place.clone());
    let mut causes = Vec::new();
    if credential.has("hashedSaltedValue") && !credential.has("secretData") {
        let rule = "is in the format of Keycloak before 8: import it into a newer version and export it again";
        entry
            .causes
            .push(Cause::invalid(credential.place.clone(), rule));
        return entry;
    }
    let secret = inner(credential, "secretData", &mut causes);
    let data = inner(credential, "credentialData", &mut causes);
    if let Some(secret) = &secret {
        if let Ok(secret) = Object::new(credential.place.at("secretData"), secret) {
            entry.secret = secret.secret("value", &mut causes);
        }
    }
    entry.secret_field = "secretData.value";
    if let Some(Ok(data)) = data
        .as_ref()
        .map(|data| Object::new(credential.place.at("credentialData"), data))
    {
        entry.is_totp = data
            .text("subType", &mut causes)
            .is_none_or(|kind| kind == "totp");
        entry.algorithm = data.text("algorithm", &mut causes);
        entry.digits = data.count("digits", &mut causes);
        entry.period = data.count("period", &mut causes);
        entry.encoding = match data.text("secretEncoding", &mut causes).as_deref() {
            // The key is the bytes of the text. The most frequent mistake is to read it as base32.
            None => Some(Encoding::Text),
            Some("BASE32") => Some(Encoding::Base32),
            Some(_) => {
                let place = data.place.at("secretEncoding");
                causes.push(Cause::invalid(place, "must be BASE32 or missing"));
                None
            }
        };
    }
    entry.causes.append(&mut causes);
    entry
}

/// Returns an object that is JSON in a string. Some tools that process exports replace the string
/// by the object.
fn inner(credential: &Object<'_>, name: &str, causes: &mut Vec<Cause>) -> Option<Value> {
    let place = credential.place.at(name);
    let (value, rule) = match credential.get(name) {
        Some(Value::String(text)) => (serde_json::from_str(text).ok(), "must be JSON in a string"),
        Some(object @ Value::Object(_)) => (Some(object.clone()), ""),
        Some(_) => (None, "must be JSON in a string"),
        None => (
            None,
            "is missing; the Admin API leaves it out, a realm export has it",
        ),
    };
    let value = value.filter(Value::is_object);
    if value.is_none() {
        causes.push(Cause::invalid(place, rule));
    }
    value
}

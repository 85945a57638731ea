//! FusionAuth: users with `twoFactor.methods`.

use std::io::{BufRead, Read};

use serde_json::Value;

use super::json::{self, Object};
use super::{Entry, InputError, Sink};
use crate::row::{Cause, Place, RecoveryCode};
use crate::secret::Encoding;

/// Reads `{"users": […]}`, as the API returns it, or only the array of users.
pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let mut first = [0_u8; 1];
    let length = loop {
        let length = reader.read(&mut first)?;
        if length == 0 || !first[0].is_ascii_whitespace() {
            break length;
        }
    };
    let mut whole = first[..length].chain(reader);
    let mut each = |place: Place, user: Value| {
        let entries = entries(place, &user);
        entries.into_iter().all(&mut *sink)
    };
    if first[0] == b'[' {
        json::each(&mut whole, &[], &mut each)
    } else {
        json::each(&mut whole, &["users"], &mut each)
    }
}

fn entries(place: Place, user: &Value) -> Vec<Entry> {
    let mut causes = Vec::new();
    let Ok(user) = Object::new(place.clone(), user) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    let mut codes = Vec::new();
    if let Some(two_factor) = user.object("twoFactor", &mut causes) {
        for method in two_factor.objects("methods", &mut causes) {
            // The other methods are e-mail and SMS.
            if method.text("method", &mut causes).as_deref() == Some("authenticator") {
                entries.push(entry(&method));
            }
        }
        match two_factor.get("recoveryCodes") {
            None => {}
            Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
                codes = list
                    .iter()
                    .filter_map(Value::as_str)
                    .map(RecoveryCode::new)
                    .collect();
            }
            Some(_) => {
                let place = two_factor.place.at("recoveryCodes");
                causes.push(Cause::invalid(place, "must be an array of strings"));
            }
        }
    }
    if entries.is_empty() && !causes.is_empty() {
        entries.push(Entry::new(place));
    }
    let several = entries.len() > 1;
    let email = user.text("email", &mut causes);
    let id = user.text("id", &mut causes);
    let username = user.text("username", &mut causes);
    for entry in &mut entries {
        entry.email.clone_from(&email);
        entry.user(id.clone());
        entry.user(username.clone());
        entry.set_recovery_codes(codes.clone());
        entry.causes.extend(causes.iter().cloned());
        if several {
            entry.causes.push(Cause::SeveralDevices);
        }
    }
    entries
}

fn entry(method: &Object<'_>) -> Entry {
    let mut entry = Entry::new(method.place.clone());
    let mut causes = Vec::new();
    if method.has("secretBase32Encoded") {
        entry.secret = method.secret("secretBase32Encoded", &mut causes);
        entry.secret_field = "secretBase32Encoded";
        entry.encoding = Some(Encoding::Base32);
    } else {
        // It is base64 according to the documentation, but is read as such only with --encoding.
        // Some base64 is also valid base32 or hex, so that a guess could give a wrong key.
        entry.secret = method.secret("secret", &mut causes);
        entry.encoding_is_ambiguous = true;
    }
    if let Some(authenticator) = method.object("authenticator", &mut causes) {
        entry.algorithm = authenticator.text("algorithm", &mut causes);
        entry.digits = authenticator.count("codeLength", &mut causes);
        entry.period = authenticator.count("timeStep", &mut causes);
    }
    entry.causes.append(&mut causes);
    entry
}

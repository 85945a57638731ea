//! Auth0: users with `mfa_factors`, in the form that its import accepts and its support exports.

use std::io::BufRead;

use serde_json::Value;

use super::json::{self, Object};
use super::{Entry, InputError, Sink};
use crate::row::{Cause, Place};
use crate::secret::Encoding;

pub(super) fn read(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    json::each(reader, &[], &mut |place, user| {
        let entries = entries(place, &user);
        entries.into_iter().all(&mut *sink)
    })
}

fn entries(place: Place, user: &Value) -> Vec<Entry> {
    let mut causes = Vec::new();
    let Ok(user) = Object::new(place.clone(), user) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    let factors = user.objects("mfa_factors", &mut causes);
    let several = factors.iter().filter(|factor| factor.has("totp")).count() > 1;
    for factor in factors {
        // The other factors are phone numbers and e-mail addresses.
        if let Some(totp) = factor.object("totp", &mut causes) {
            let mut entry = Entry::new(totp.place.clone());
            entry.secret = totp.secret("secret", &mut entry.causes);
            entry.encoding = Some(Encoding::Base32);
            if several {
                entry.causes.push(Cause::SeveralDevices);
            }
            entries.push(entry);
        }
    }
    if entries.is_empty() && !causes.is_empty() {
        entries.push(Entry::new(place));
    }
    let email = user.text("email", &mut causes);
    let id = user.text("user_id", &mut causes);
    let username = user.text("username", &mut causes);
    for entry in &mut entries {
        entry.email.clone_from(&email);
        entry.user(id.clone());
        entry.user(username.clone());
        entry.causes.extend(causes.iter().cloned());
    }
    entries
}

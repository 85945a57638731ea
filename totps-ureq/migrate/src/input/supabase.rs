//! Supabase: the table `auth.mfa_factors`.

use std::io::BufRead;

use zeroize::Zeroizing;

use super::json::{self, Object};
use super::{Entry, InputError, Sink, csv_table};
use crate::row::Cause;
use crate::secret::Encoding;

pub(super) fn read_json(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    json::each(reader, &[], &mut |place, value| {
        let mut entry = Entry::new(place.clone());
        let Ok(object) = Object::new(place, &value) else {
            return true;
        };
        let mut causes = Vec::new();
        let mut text = |name| object.text(name, &mut causes);
        let fields = Fields {
            user_id: text("user_id"),
            email: text("email"),
            factor_type: text("factor_type"),
            status: text("status"),
            secret: text("secret"),
        };
        entry.causes.append(&mut causes);
        fields.fill(&mut entry);
        sink(entry)
    })
}

pub(super) fn read_csv(reader: &mut dyn BufRead, sink: &mut Sink<'_>) -> Result<(), InputError> {
    let fill = |record: &csv_table::Record<'_>, entry: &mut Entry| {
        let fields = Fields {
            user_id: record.get("user_id"),
            email: record.get("email"),
            factor_type: record.get("factor_type"),
            status: record.get("status"),
            secret: record.get("secret"),
        };
        fields.fill(entry);
    };
    let required = ["user_id", "factor_type", "status", "secret"];
    csv_table::read(reader, &required, None, fill, sink)
}

struct Fields {
    user_id: Option<String>,
    email: Option<String>,
    factor_type: Option<String>,
    status: Option<String>,
    secret: Option<String>,
}

impl Fields {
    fn fill(self, entry: &mut Entry) {
        entry.email = self.email;
        entry.user(self.user_id);
        entry.encoding = Some(Encoding::Base32);
        if self.status.as_deref() != Some("verified") {
            entry.causes.push(Cause::Unconfirmed);
        } else if self.factor_type.as_deref() != Some("totp") {
            entry.is_totp = false;
        }
        let secret = Zeroizing::new(self.secret.unwrap_or_default());
        // An encrypted secret is a JSON object with a key id, a nonce and data.
        if secret.trim_start().starts_with('{') {
            entry.causes.push(Cause::Encrypted);
        }
        entry.secret = secret;
    }
}

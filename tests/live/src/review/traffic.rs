//! Saves the traffic as fixtures: the first body of each form, redacted.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::redact::Redactor;
use crate::halt::Halt;
use crate::wire::Exchange;

/// Writes redacted fixtures into a folder.
#[derive(Debug)]
pub(super) struct Traffic {
    folder: PathBuf,
    redactor: Redactor,
    /// The forms that were saved: the folder, the name, and the keys with and without a value.
    forms: BTreeSet<String>,
    names: BTreeSet<String>,
}

impl Traffic {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            redactor: Redactor::default(),
            forms: BTreeSet::new(),
            names: BTreeSet::new(),
        }
    }

    pub(super) fn look_at(&mut self, endpoint: &str, exchange: &Exchange) -> Result<(), Halt> {
        let sent: Map<String, Value> = serde_json::from_slice(&exchange.sent).unwrap_or_default();
        // The request first, so that its values are also replaced in the response.
        let sent = self.redactor.body(&sent);
        let received = self.redactor.body(&exchange.body);
        if exchange.status.is_success() {
            if !sent.is_empty() {
                self.keep("requests", endpoint, &sent)?;
            }
            return self.keep(folder(endpoint), "live", &received);
        }
        let kind = exchange.text("error_type").replace('_', "-");
        let name = format!("{}-{kind}", exchange.status.as_u16());
        self.keep("error", &name, &received)
    }

    /// Writes a body, unless one of the same form was saved.
    fn keep(&mut self, folder: &str, name: &str, body: &Map<String, Value>) -> Result<(), Halt> {
        let form = format!("{folder}/{name}{}", form(body));
        if body.is_empty() || !self.forms.insert(form) {
            return Ok(());
        }
        let name = self.free_name(folder, &file_name(name));
        let written = serde_json::to_string_pretty(body).map_err(std::io::Error::other);
        let path = self.folder.join(folder);
        let written = written.and_then(|text| {
            fs::create_dir_all(&path)?;
            fs::write(path.join(&name), text + "\n")
        });
        written.map_err(|error| Halt::run(format!("the traffic cannot be saved: {error}")))
    }

    fn free_name(&mut self, folder: &str, name: &str) -> String {
        let numbered = |number| match number {
            1 => format!("{name}.json"),
            number => format!("{name}-{number}.json"),
        };
        let mut names = (1..).map(numbered);
        let free = names.find(|file| self.names.insert(format!("{folder}/{file}")));
        free.unwrap_or_default()
    }
}

/// Returns the folder of the fixtures of an endpoint.
fn folder(endpoint: &str) -> &str {
    match endpoint {
        "totp.create" => "create",
        "totp.authenticate" => "authenticate",
        "totp.migrate" => "migrate",
        "totp.delete" => "delete_totp",
        "recovery_codes.get" => "get_recovery_codes",
        "recovery_codes.rotate" => "rotate_recovery_codes",
        "recovery_codes.recover" => "recover",
        "members.get" => "get_member",
        "sessions.authenticate" => "authenticate_session",
        "sessions.revoke" => "revoke_sessions",
        other => other,
    }
}

/// Replaces all but ASCII letters, digits and hyphens by hyphens, and cuts after 80 characters.
fn file_name(name: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '-'
        }
    };
    name.chars().take(80).map(safe).collect()
}

/// Returns the keys of a body, with a mark for `null` and for empty texts.
fn form(value: &Map<String, Value>) -> String {
    let fields = value.iter().map(|(name, value)| match value {
        Value::Object(object) => format!("{name}{}", form(object)),
        Value::Null => format!("{name}?"),
        Value::String(text) if text.is_empty() => format!("{name}-"),
        _ => name.clone(),
    });
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

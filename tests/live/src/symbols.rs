//! Names that replace ids, tokens, codes and secrets.

use std::collections::BTreeMap;

/// Values with fewer bytes are not replaced inside other texts.
const SHORTEST: usize = 6;

/// Gives each value of a kind a name, such as `totp#1` and `totp#2`, in the order in which they
/// occur.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    names: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, u32>,
}

impl Symbols {
    /// Returns the name of a value; empty for an empty value.
    pub(crate) fn name(&mut self, kind: &'static str, value: &str) -> String {
        if value.is_empty() {
            return String::new();
        }
        if let Some(name) = self.names.get(value) {
            return name.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let name = format!("{kind}#{count}");
        self.names.insert(value.to_owned(), name.clone());
        name
    }

    /// Replaces each value that has a name, and each UUID, in a text.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut values: Vec<&String> = self.names.keys().collect();
        // The longest first, because one value can be part of another one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let mut text = text.to_owned();
        for value in values {
            if value.len() >= SHORTEST && text.contains(value.as_str()) {
                text = text.replace(value.as_str(), &self.names[value]);
            }
        }
        without_uuids(&text)
    }
}

/// Replaces each UUID by `…`, for ids that were in no response.
pub(crate) fn without_uuids(text: &str) -> String {
    let mut rest = text;
    let mut clean = String::new();
    while let Some(c) = rest.chars().next() {
        if rest.get(..UUID).is_some_and(is_uuid) {
            clean.push('…');
            rest = &rest[UUID..];
        } else {
            clean.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    clean
}

/// The length of a UUID in bytes.
const UUID: usize = 36;

/// Returns the text before the UUID of an id, e.g. `member-test`; `None` for any other text.
pub(crate) fn id_kind(text: &str) -> Option<&str> {
    let split = text.len().checked_sub(UUID)?;
    let kind = text.get(..split)?.strip_suffix('-')?;
    is_uuid(text.get(split..)?).then_some(kind)
}

fn is_uuid(text: &str) -> bool {
    text.len() == UUID
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_neither_known_values_nor_ids() {
        let mut symbols = Symbols::default();
        symbols.name("token", "mZAYn5aLEqKUlZ");
        let id = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";
        let text = format!("„{id}“ has no mZAYn5aLEqKUlZ");
        assert_eq!(symbols.redact(&text), "„member-test-…“ has no token#1");
        assert_eq!(id_kind(id), Some("member-test"));
        assert_eq!(id_kind("member-test-1"), None);
    }
}

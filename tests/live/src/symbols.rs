//! Names in the place of ids, tokens, codes and secrets.

use std::collections::BTreeMap;

/// Shorter texts are not replaced inside other texts.
const SHORTEST: usize = 6;

/// Gives each value of a kind a name, `totp#1`, `totp#2` and so on, in the order in which they come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    names: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, u32>,
}

impl Symbols {
    /// The name of a value. The empty text stays as it is.
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

    /// A text without the values that have names.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut values: Vec<&String> = self.names.keys().collect();
        // One value can be part of another one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let mut text = text.to_owned();
        for value in values {
            if value.len() >= SHORTEST && text.contains(value.as_str()) {
                text = text.replace(value.as_str(), &self.names[value]);
            }
        }
        text
    }
}

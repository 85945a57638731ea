//! The headers of the responses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::wire::Exchange;

/// Headers whose values describe the API and not the run.
const TELLING: [&str; 12] = [
    "cache-control",
    "content-encoding",
    "content-type",
    "pragma",
    "referrer-policy",
    "retry-after",
    "server",
    "strict-transport-security",
    "vary",
    "via",
    "x-content-type-options",
    "x-frame-options",
];

/// Headers that belong to one response or to the connection.
const OWN: [&str; 7] = [
    "connection",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "retry-after",
    "transfer-encoding",
];

/// The headers of all responses.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    names: BTreeMap<u16, BTreeSet<String>>,
    values: BTreeMap<String, BTreeSet<String>>,
    counts: BTreeMap<String, u32>,
    responses: u32,
}

impl Headers {
    pub(crate) fn look_at(&mut self, exchange: &Exchange) {
        self.responses += 1;
        let names = self.names.entry(exchange.status.as_u16()).or_default();
        for name in exchange.headers.keys() {
            names.insert(name.as_str().to_owned());
            *self.counts.entry(name.as_str().to_owned()).or_default() += 1;
        }
        for (name, value) in &exchange.headers {
            let name = name.as_str();
            if TELLING.contains(&name) || name.contains("ratelimit") {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                self.values
                    .entry(name.to_owned())
                    .or_default()
                    .insert(value);
            }
        }
    }

    /// Returns the headers that all responses had with the same value.
    pub(crate) fn constant(&self) -> Value {
        let everywhere = |name: &str| self.counts.get(name) == Some(&self.responses);
        let values = self.values.iter().filter(|(name, values)| {
            !OWN.contains(&name.as_str()) && values.len() == 1 && everywhere(name)
        });
        let values = values.filter_map(|(name, values)| {
            let value = values.first()?.clone();
            Some((name.clone(), Value::from(value)))
        });
        Value::Object(values.collect())
    }

    pub(super) fn finish(self) -> (BTreeMap<u16, Vec<String>>, BTreeMap<String, Vec<String>>) {
        let names = self.names.into_iter();
        let values = self.values.into_iter();
        (
            names
                .map(|(status, it)| (status, it.into_iter().collect()))
                .collect(),
            values
                .map(|(name, it)| (name, it.into_iter().collect()))
                .collect(),
        )
    }
}

//! Checks of every response, independent of the experiment.

mod decode;
pub(crate) mod headers;
mod redact;
mod traffic;
mod unknown;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use self::headers::Headers;
use self::traffic::Traffic;
use crate::halt::Halt;
use crate::wire::Exchange;

/// Checks every response of a run.
#[derive(Debug, Default)]
pub(crate) struct Review {
    headers: Headers,
    unreadable: Vec<Unreadable>,
    unknown: unknown::Fields,
    disagreeing_status: BTreeSet<String>,
    traffic: Option<Traffic>,
}

/// A success that a typed call does not read completely.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Unreadable {
    /// The endpoint.
    pub endpoint: String,
    /// The fields that were set aside, or the error if the whole response could not be read.
    pub what: String,
}

/// What was found in all responses.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reviewed {
    /// Successes that a typed call of totps does not read completely.
    pub unreadable: Vec<Unreadable>,
    /// Fields of typed responses that no fixture has, e.g. `totp.create: member.new_field`.
    pub unknown_fields: Vec<String>,
    /// Responses whose `status_code` is not the HTTP status: the endpoint and both.
    pub disagreeing_status: Vec<String>,
    /// The names of the headers, by status.
    pub header_names: std::collections::BTreeMap<u16, Vec<String>>,
    /// The values of the headers that describe the API and not the run.
    pub header_values: std::collections::BTreeMap<String, Vec<String>>,
}

impl Review {
    pub(crate) fn new(keep_traffic: Option<PathBuf>) -> Self {
        Self {
            traffic: keep_traffic.map(Traffic::new),
            ..Self::default()
        }
    }

    pub(crate) fn look_at(&mut self, exchange: &Exchange) -> Result<(), Halt> {
        self.headers.look_at(exchange);
        let name = exchange
            .endpoint
            .map_or("(none)", |endpoint| endpoint.name());
        if let Some(what) = decode::unreadable(name, exchange) {
            let endpoint = name.to_owned();
            let unreadable = Unreadable { endpoint, what };
            if !self.unreadable.contains(&unreadable) {
                self.unreadable.push(unreadable);
            }
        }
        if exchange.status.is_success() {
            self.unknown.look_at(name, &exchange.body);
        }
        let status = exchange.status.as_u16();
        if let Some(said) = exchange.body.get("status_code").filter(|it| **it != status) {
            // Only numbers, because a text could be anything.
            let said = said.as_i64().map(|said| said.to_string());
            let said = said.as_deref().unwrap_or("not an integer");
            let disagreeing = format!("{name}: status {status}, `status_code` {said}");
            self.disagreeing_status.insert(disagreeing);
        }
        match &mut self.traffic {
            Some(traffic) => traffic.look_at(name, exchange),
            None => Ok(()),
        }
    }

    pub(crate) fn finish(self) -> Reviewed {
        let (header_names, header_values) = self.headers.finish();
        Reviewed {
            unreadable: self.unreadable,
            unknown_fields: self.unknown.finish(),
            disagreeing_status: self.disagreeing_status.into_iter().collect(),
            header_names,
            header_values,
        }
    }
}

//! The rules, each with the case that checks it.

mod certificates;
mod connections;
mod cuts;
mod deadlines;
mod delivery;
mod environment;
mod framing;
mod kinds;
mod limits;
mod load;
mod logs;
mod redirects;
mod requests;
mod responses;
mod retries;
mod settings;

use crate::hostile::Server;
use crate::probe::Probe;
use crate::rule::{Needs, Rule, Severity};

/// All rules, in the order of the report.
pub(crate) const GROUPS: [&[Rule]; 16] = [
    &redirects::RULES,
    &delivery::RULES,
    &requests::RULES,
    &responses::RULES,
    &framing::RULES,
    &limits::RULES,
    &deadlines::RULES,
    &connections::RULES,
    &load::RULES,
    &cuts::RULES,
    &certificates::RULES,
    &environment::RULES,
    &logs::RULES,
    &kinds::RULES,
    &retries::RULES,
    &settings::RULES,
];

/// Creates a rule that runs at the same time as others.
const fn rule(
    id: &'static str,
    severity: Severity,
    sentence: &'static str,
    fix: &'static str,
    case: fn(&Probe),
) -> Rule {
    Rule {
        id,
        severity,
        sentence,
        fix,
        needs: Needs::Nothing,
        case,
    }
}

impl Rule {
    const fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }
}

/// Starts a server that sends the same bytes in response to each request and keeps its connections
/// open.
fn responding(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::start(
        move |connection| {
            while connection.read_request().is_some() && connection.write(&bytes) {}
        },
    )
}

/// Starts a server that closes the connection after its response.
fn responding_once(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::start(move |connection| {
        connection.read_request();
        connection.write(&bytes);
    })
}

/// Starts a server that reads the request and sends nothing.
fn silent() -> Server {
    Server::start(|connection| {
        connection.read_request();
        connection.hold();
    })
}

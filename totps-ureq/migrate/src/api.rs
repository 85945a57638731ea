//! Calls the API at the common pace, and says what a failure means for a migration.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use totps_ureq::{
    ApiError, Client, Delivery, Error, GetMemberParams, GetMemberResponse, Operation, Reason,
    Transport, TransportErrorKind,
};

use crate::pace::Gate;
use crate::row::{Member, MemberName};
use crate::stop::{Stop, StopReason};

/// How many 5xx with the same status, one after the other, end the run.
const MOST_EQUAL_FAILURES: u32 = 10;
/// How often a request is tried if it cannot be sent.
const MOST_CONNECTS: u32 = 8;
/// How often a request is tried if it is refused with a 429.
const MOST_LIMITED: u32 = 100;
/// How often a call that changes nothing is made if no response comes.
const MOST_READS: u32 = 6;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The API refused the call, and did nothing.
    Refused(Refusal),
    /// The call may have been carried out.
    Unclear(String),
    /// All tries are used up. If the call came from [`Api::once`], nothing was done.
    GaveUp(String),
    /// Nothing was done, and the run is stopped.
    Stopped,
}

/// How the API refused a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error_type: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// A client that keeps to the pace.
pub(crate) struct Api<'a, T> {
    pub(crate) client: &'a Client<T>,
    pub(crate) gate: &'a Gate,
    pub(crate) stop: &'a Stop,
    /// The pause between two reads of a Member after a lost response.
    pub(crate) pause: Duration,
    /// The status of the last response, 0 for a success, and how often it came in a row.
    failures: Mutex<(u16, u32)>,
}

impl<'a, T: Transport> Api<'a, T> {
    pub(crate) fn new(
        client: &'a Client<T>,
        gate: &'a Gate,
        stop: &'a Stop,
        pause: Duration,
    ) -> Self {
        Self {
            client,
            gate,
            stop,
            pause,
            failures: Mutex::new((0, 0)),
        }
    }

    /// Makes a call. It is repeated only if it was not sent, or was refused with a 429.
    pub(crate) fn once<P: Operation>(&self, params: &P) -> Result<P::Response, Failure> {
        let (mut connects, mut limited) = (0, 0);
        loop {
            let sent = self.gate.pass(self.stop).ok_or(Failure::Stopped)?;
            let error = match self.client.call(params) {
                Ok(response) => {
                    self.gate.succeeded();
                    self.responded(0);
                    return Ok(response);
                }
                Err(error) => error,
            };
            match &error {
                Error::InvalidParams(error) => {
                    return Err(Failure::Refused(Refusal {
                        status: 0,
                        error_type: Some(format!("invalid {}", error.field())),
                        request_id: None,
                    }));
                }
                Error::Transport(cause) if cause.delivery() == Delivery::NotSent => {
                    connects += 1;
                    if cause.kind() == TransportErrorKind::Refused || connects >= MOST_CONNECTS {
                        return Err(
                            self.end(format!("the API cannot be reached: {}", chain(&error)))
                        );
                    }
                    let wait = Duration::from_millis(100 << connects.min(6));
                    if !self.stop.sleep(wait) {
                        return Err(Failure::Stopped);
                    }
                }
                Error::Api(api) if api.status().as_u16() == 429 => {
                    self.responded(429);
                    self.gate.limited(sent, api.retry_after());
                    limited += 1;
                    if limited >= MOST_LIMITED {
                        return Err(Failure::GaveUp(error.to_string()));
                    }
                }
                Error::Api(api) => return Err(self.refused(&error, api)),
                // No response, or a success response that cannot be decoded.
                _ => return Err(Failure::Unclear(error.to_string())),
            }
        }
    }

    /// Makes a call that changes nothing, and repeats it until there is a response.
    pub(crate) fn read<P: Operation>(&self, params: &P) -> Result<P::Response, Failure> {
        let mut reads = 1;
        loop {
            match self.once(params) {
                Err(Failure::Unclear(_)) if reads < MOST_READS => {
                    let wait = (self.pause / 4) * (1 << reads);
                    if !self.stop.sleep(wait.min(Duration::from_secs(10))) {
                        return Err(Failure::Stopped);
                    }
                    reads += 1;
                }
                Err(Failure::Unclear(what)) => return Err(Failure::GaveUp(what)),
                read => return read,
            }
        }
    }

    pub(crate) fn member(&self, member: &Member) -> Result<GetMemberResponse, Failure> {
        let organization_id = member.organization_id.as_str();
        self.read(&match &member.name {
            MemberName::Id(id) => GetMemberParams::by_id(organization_id, id.as_str()),
            MemberName::Email(email) => GetMemberParams::by_email(organization_id, email.as_str()),
        })
    }

    fn refused(&self, error: &Error, api: &ApiError) -> Failure {
        let status = api.status();
        let equal = self.responded(status.as_u16());
        if status.is_server_error() {
            if equal >= MOST_EQUAL_FAILURES {
                self.end(format!("{equal} times in a row: {error}"));
            }
            return Failure::Unclear(error.to_string());
        }
        let stops = matches!(status.as_u16(), 401 | 403);
        if stops || error.reason() == Reason::Configuration {
            return self.end(error.to_string());
        }
        match api.error_type() {
            Some(error_type) if status.is_client_error() => Failure::Refused(Refusal {
                status: status.as_u16(),
                error_type: Some(printable(error_type.as_str())),
                request_id: api.request_id().map(printable),
            }),
            // The response is not from Stytch, but from an intermediary.
            _ => Failure::Unclear(error.to_string()),
        }
    }

    fn end(&self, reason: String) -> Failure {
        self.stop.stop(StopReason::Api(reason));
        Failure::Stopped
    }

    /// Records the status of a response, and returns how often it came in a row.
    fn responded(&self, status: u16) -> u32 {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if failures.0 == status {
            failures.1 + 1
        } else {
            1
        };
        *failures = (status, count);
        count
    }
}

/// Returns a text from the API, at most 100 characters long and without control characters.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// Returns the texts of an error and its sources. The errors of the client show no secrets.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

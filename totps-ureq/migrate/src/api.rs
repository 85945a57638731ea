//! Calls of the API at the common pace, with what their failures mean for a migration.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use totps_ureq::{
    ApiError, Client, Delivery, Error, GetMemberParams, GetMemberResponse, Operation, Reason,
    Transport, TransportErrorKind,
};

use crate::pace::Gate;
use crate::row::{Member, MemberName};
use crate::stop::{Stop, StopReason};

/// So many 5xx with the same status in a row end the run.
const MOST_EQUAL_FAILURES: u32 = 10;
/// So often one request is tried that cannot even be sent.
const MOST_CONNECTS: u32 = 8;
/// So often one request is tried that is refused for there being too many.
const MOST_LIMITED: u32 = 100;
/// So often a Member is read when no response comes.
const MOST_READS: u32 = 6;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The API refused it, and did nothing.
    Refused(Refusal),
    /// It may have been carried out.
    Unclear(String),
    /// Nothing was done, and it was tried often enough.
    GaveUp(String),
    /// Nothing was done, and the run is stopped.
    Stopped,
}

/// What the API said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error_type: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// A client that keeps to a pace.
pub(crate) struct Api<'a, T> {
    pub(crate) client: &'a Client<T>,
    pub(crate) gate: &'a Gate,
    pub(crate) stop: &'a Stop,
    /// Between two looks at a Member after a lost response.
    pub(crate) pause: Duration,
    /// The last 5xx, and how many came in a row.
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

    /// Calls once. Only what was not sent, or was refused with a 429, is repeated.
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
                // No response, or a success that cannot be read.
                _ => return Err(Failure::Unclear(error.to_string())),
            }
        }
    }

    /// Calls until there is a response, which is safe for what changes nothing.
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
            // It does not come from Stytch, but from something in between.
            _ => Failure::Unclear(error.to_string()),
        }
    }

    fn end(&self, reason: String) -> Failure {
        self.stop.stop(StopReason::Api(reason));
        Failure::Stopped
    }

    /// Counts equal 5xx in a row.
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

/// What the API calls something, without what a terminal would act on.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// An error with what it is made of. The errors of the client show no secrets.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

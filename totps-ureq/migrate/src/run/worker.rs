//! Carries out the steps of one row.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use totps_ureq::{
    GetMemberResponse, GetRecoveryCodesParams, MigrateParams, RecoveryCode as SentCode, Transport,
};

use super::course::{Course, End, Seen, Sent, Step};
use super::{described, lines};
use crate::api::{Api, Failure};
use crate::codes::{CodesFile, CodesLine};
use crate::journal::{Broken, CodesAre, Event, History, Opened, Record, RowId, State};
use crate::report::Outcome;
use crate::row::{Member, MemberName, Row};

/// One row, and what to do with it.
pub(super) struct Work {
    row: Row,
    id: RowId,
    history: Option<History>,
    only_codes: bool,
}

impl Work {
    pub(super) fn migrate(row: Row, id: RowId, history: Option<History>) -> Self {
        Self {
            row,
            id,
            history,
            only_codes: false,
        }
    }

    /// Reads the codes of a row that was migrated without a codes file.
    pub(super) fn read_codes(row: Row, id: RowId, history: Option<History>) -> Self {
        Self {
            only_codes: true,
            ..Self::migrate(row, id, history)
        }
    }
}

/// A row that is left to the next run, in the state that the journal has.
struct Left(State);

impl From<Broken> for Left {
    fn from(_: Broken) -> Self {
        Self(unknown("the journal or the codes file cannot be written"))
    }
}

fn unknown(reason: impl Into<String>) -> State {
    State::Unknown {
        reason: reason.into(),
    }
}

/// Works on rows, from many threads at once.
pub(super) struct Worker<'a, T> {
    api: &'a Api<'a, T>,
    journal: &'a Opened,
    codes: Option<&'a CodesFile>,
    /// The row that each Member belongs to, by Stytch's id of the Member.
    claims: Mutex<HashMap<String, RowId>>,
}

impl<'a, T: Transport> Worker<'a, T> {
    pub(super) fn new(
        api: &'a Api<'a, T>,
        journal: &'a Opened,
        codes: Option<&'a CodesFile>,
    ) -> Self {
        let claims = journal.rows.iter().filter_map(|(row, history)| {
            let rejected = matches!(history.state, State::Rejected { .. });
            let member_id = history.member_id.clone().filter(|_| !rejected)?;
            Some((member_id, *row))
        });
        Self {
            api,
            journal,
            codes,
            claims: Mutex::new(claims.collect()),
        }
    }

    pub(super) fn work(&self, work: Work) -> Outcome {
        let Work {
            row,
            id,
            history,
            only_codes,
        } = work;
        let state = if only_codes {
            self.read_codes_later(&row, id, history.as_ref())
        } else {
            self.migrate(&row, id, history.as_ref())
        };
        Outcome::of_row(&row, state.unwrap_or_else(|Left(state)| state))
    }

    fn migrate(&self, row: &Row, id: RowId, history: Option<&History>) -> Result<State, Left> {
        let (mut course, mut step) = Course::begin(history);
        // Whether the journal says `planned`, for the state of a row that is stopped.
        let mut planned = history.is_none_or(|history| !history.is_unclear());
        let mut member = Target::of(row, history);
        // The records to write with the next intent or end.
        let mut pending: Vec<_> = described(id, &row.member, &row.place.to_string(), history)
            .into_iter()
            .collect();
        let mut codes = Vec::new();
        loop {
            step = match step {
                Step::Look | Step::LookAgain => {
                    let paused = step != Step::LookAgain || self.api.stop.sleep(self.api.pause);
                    let seen = if paused {
                        self.look(&mut member)
                    } else {
                        Err(Failure::Stopped)
                    };
                    match seen {
                        Ok(_) if !self.claim(&member, id) => {
                            let causes = "two_rows".to_owned();
                            self.write(
                                id,
                                &mut pending,
                                [Event::Rejected {
                                    causes: causes.clone(),
                                }],
                            )?;
                            return Ok(State::Rejected { causes });
                        }
                        Ok(seen) => course.seen(seen),
                        Err(Failure::Refused(refusal)) if planned => {
                            Step::End(End::Refused(refusal))
                        }
                        Err(failure) => return self.leave(id, &mut pending, failure, planned),
                    }
                }
                Step::Send => {
                    let absent = Event::Absent {
                        member_id: member.id.clone().unwrap_or_default(),
                        secret: self.journal.signer.secret(id, &row.key),
                    };
                    pending.extend([absent, Event::Intent].map(|event| Record::now(id, event)));
                    let intent = lines(pending.drain(..));
                    self.journal.appender.append_synced(intent)?;
                    match self.send(row, &member) {
                        Ok((id, new_codes)) => {
                            codes = new_codes;
                            course.sent(Sent::Migrated(id))
                        }
                        Err(Failure::Unclear(lost)) => {
                            planned = false;
                            course.sent(Sent::Unclear(lost))
                        }
                        Err(Failure::Refused(refusal)) => course.sent(Sent::Refused(refusal)),
                        Err(failure) => {
                            self.write(id, &mut pending, [Event::NotDone])?;
                            return self.leave(id, &mut pending, failure, planned);
                        }
                    }
                }
                Step::End(end) => {
                    return self.end(
                        row,
                        id,
                        &member,
                        end,
                        std::mem::take(&mut codes),
                        &mut pending,
                    );
                }
            };
        }
    }

    /// Leaves a row to the next run.
    fn leave(
        &self,
        id: RowId,
        pending: &mut Vec<Record>,
        failure: Failure,
        planned: bool,
    ) -> Result<State, Left> {
        let reason = match failure {
            Failure::Stopped if planned => return Err(Left(State::Planned)),
            Failure::Stopped => return Err(Left(State::Sent)),
            Failure::Refused(refusal) => format!(
                "the Member cannot be read after a lost response: {} {}",
                refusal.status,
                refusal.error_type.as_deref().unwrap_or_default()
            ),
            Failure::Unclear(what) | Failure::GaveUp(what) => what,
        };
        self.write(
            id,
            pending,
            [Event::Unknown {
                reason: reason.clone(),
            }],
        )?;
        Ok(State::Unknown { reason })
    }

    fn look(&self, member: &mut Target) -> Result<Seen, Failure> {
        let response = self.api.member(&member.named)?;
        if let Some(id) = member_id(&response) {
            member.id = Some(id);
        }
        Ok(match response.member.totp_registration_id {
            Some(id) => Seen::There(id.as_str().to_owned()),
            None => Seen::Absent,
        })
    }

    /// Whether the Member belongs to this row, and not to another row that names it differently.
    fn claim(&self, member: &Target, row: RowId) -> bool {
        let Some(id) = &member.id else { return true };
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        *claims.entry(id.clone()).or_insert(row) == row
    }

    /// Sends Migrate. Returns the id of the registration, and recovery codes that are new to the
    /// Member.
    fn send(&self, row: &Row, member: &Target) -> Result<(String, Vec<SentCode>), Failure> {
        let Some(member_id) = &member.id else {
            return Err(Failure::GaveUp(
                "Get Member showed no id of the Member".to_owned(),
            ));
        };
        let organization_id = member.named.organization_id.as_str();
        let secret = row.key.to_base32();
        let mut params = MigrateParams::new(organization_id, member_id.as_str(), secret.as_str());
        let brought = || row.recovery_codes.iter().map(|code| code.as_str());
        if !row.recovery_codes.is_empty() {
            params = params.recovery_codes(brought());
        }
        let response = self.api.once(&params)?;
        let mut codes = response.recovery_codes;
        if codes
            .iter()
            .all(|code| brought().any(|it| it == code.expose()))
        {
            codes.clear();
        }
        Ok((response.totp_registration_id.as_str().to_owned(), codes))
    }

    fn end(
        &self,
        row: &Row,
        id: RowId,
        member: &Target,
        end: End,
        codes: Vec<SentCode>,
        pending: &mut Vec<Record>,
    ) -> Result<State, Left> {
        let (event, state) = match end {
            End::Migrated {
                id: registration,
                found,
            } => {
                let recovery_codes =
                    self.keep_codes(row, id, member, &registration, found, codes)?;
                let event = Event::Migrated {
                    totp_registration_id: registration.clone(),
                    found,
                    recovery_codes,
                };
                let state = State::Migrated {
                    totp_registration_id: registration,
                    found,
                    recovery_codes,
                };
                (event, state)
            }
            End::Present(totp_registration_id) => {
                let event = Event::Present {
                    member_id: member.id.clone().unwrap_or_default(),
                    totp_registration_id: totp_registration_id.clone(),
                };
                (
                    event,
                    State::Present {
                        totp_registration_id,
                    },
                )
            }
            End::Refused(refusal) => {
                let state = State::Refused {
                    status: refusal.status,
                    error_type: refusal.error_type.clone(),
                };
                let event = Event::Refused {
                    status: refusal.status,
                    error_type: refusal.error_type,
                    request_id: refusal.request_id,
                };
                (event, state)
            }
            End::Conflict(reason) => {
                let reason = reason.to_owned();
                (
                    Event::Conflict {
                        reason: reason.clone(),
                    },
                    State::Conflict { reason },
                )
            }
            End::Unknown(reason) => (
                Event::Unknown {
                    reason: reason.clone(),
                },
                unknown(reason),
            ),
        };
        self.write(id, pending, [event])?;
        Ok(state)
    }

    /// Stores new recovery codes before the outcome is recorded.
    fn keep_codes(
        &self,
        row: &Row,
        id: RowId,
        member: &Target,
        registration: &str,
        found: bool,
        codes: Vec<SentCode>,
    ) -> Result<CodesAre, Left> {
        let was_brought = !row.recovery_codes.is_empty();
        let Some(file) = self.codes else {
            let are = if was_brought && codes.is_empty() {
                CodesAre::Brought
            } else {
                CodesAre::Unread
            };
            return Ok(are);
        };
        if file.has(id, registration) {
            return Ok(CodesAre::Stored);
        }
        let codes = if !found {
            codes
        } else if was_brought {
            Vec::new()
        } else {
            match self.codes_of(member) {
                Ok(codes) => codes,
                // The Member has no codes, or they may not be read.
                Err(Failure::Refused(_)) => return Ok(CodesAre::Unread),
                // The next run finds the TOTP again.
                Err(Failure::Stopped) => return Err(Left(State::Sent)),
                Err(Failure::Unclear(what) | Failure::GaveUp(what)) => {
                    return Err(Left(unknown(format!(
                        "the recovery codes cannot be read: {what}"
                    ))));
                }
            }
        };
        if codes.is_empty() {
            let are = if was_brought {
                CodesAre::Brought
            } else {
                CodesAre::Unread
            };
            return Ok(are);
        }
        self.store(file, id, member, registration, &codes)?;
        Ok(CodesAre::Stored)
    }

    fn store(
        &self,
        file: &CodesFile,
        row: RowId,
        member: &Target,
        registration: &str,
        codes: &[SentCode],
    ) -> Result<(), Broken> {
        file.store(&CodesLine {
            row,
            organization_id: member.named.organization_id.clone(),
            member_id: member.id.clone().unwrap_or_default(),
            totp_registration_id: registration.to_owned(),
            recovery_codes: codes.iter().map(|code| code.expose().to_owned()).collect(),
        })
    }

    fn codes_of(&self, member: &Target) -> Result<Vec<SentCode>, Failure> {
        let organization_id = member.named.organization_id.as_str();
        let member_id = member
            .id
            .as_deref()
            .unwrap_or_else(|| member.named.name.as_str());
        let params = GetRecoveryCodesParams::new(organization_id, member_id);
        Ok(self.api.read(&params)?.recovery_codes)
    }

    /// Reads the codes of a row that is already migrated, if the Member still has its TOTP.
    fn read_codes_later(
        &self,
        row: &Row,
        id: RowId,
        history: Option<&History>,
    ) -> Result<State, Left> {
        let state = history
            .map(|history| history.state.clone())
            .unwrap_or_default();
        let (
            State::Migrated {
                totp_registration_id,
                found,
                ..
            },
            Some(file),
        ) = (&state, self.codes)
        else {
            return Ok(state);
        };
        let mut member = Target::of(row, history);
        let is_ours = self
            .look(&mut member)
            .is_ok_and(|seen| seen == Seen::There(totp_registration_id.clone()));
        if !file.has(id, totp_registration_id) {
            match self.codes_of(&member) {
                Ok(codes) if is_ours && !codes.is_empty() => {
                    self.store(file, id, &member, totp_registration_id, &codes)?;
                }
                // They stay unread.
                _ => return Ok(state),
            }
        }
        self.write(id, &mut Vec::new(), [Event::CodesStored])?;
        Ok(State::Migrated {
            totp_registration_id: totp_registration_id.clone(),
            found: *found,
            recovery_codes: CodesAre::Stored,
        })
    }

    /// Appends events to the journal, without waiting for the disk.
    fn write<const N: usize>(
        &self,
        id: RowId,
        pending: &mut Vec<Record>,
        events: [Event; N],
    ) -> Result<(), Broken> {
        pending.extend(events.map(|event| Record::now(id, event)));
        self.journal.appender.append(lines(pending.drain(..)))
    }
}

/// The Member of a row.
struct Target {
    /// The name by which the Member is read.
    named: Member,
    /// Stytch's id, by which the Member is changed.
    id: Option<String>,
}

impl Target {
    fn of(row: &Row, history: Option<&History>) -> Self {
        let id = history
            .and_then(|history| history.member_id.clone())
            .filter(|id| !id.is_empty());
        let mut named = row.member.clone();
        // An e-mail address may have moved to another Member since.
        if let Some(id) = &id {
            named.name = MemberName::Id(id.clone());
        }
        let as_named = match &named.name {
            MemberName::Id(name) => Some(name.clone()),
            MemberName::Email(_) => None,
        };
        Self {
            named,
            id: id.or(as_named),
        }
    }
}

/// Returns Stytch's id of the Member from a response of Get Member.
pub(super) fn member_id(response: &GetMemberResponse) -> Option<String> {
    let id = response.member.member_id.as_str();
    let id = if id.is_empty() {
        response.member_id.as_ref()?.as_str()
    } else {
        id
    };
    Some(id.to_owned())
}

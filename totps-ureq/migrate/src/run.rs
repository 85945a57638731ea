//! `run`: sends the rows that are not done yet.

mod course;
mod worker;

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use totps_ureq::Transport;

use crate::api::Api;
use crate::codes::CodesFile;
use crate::disk::Disk;
use crate::input::InputError;
use crate::journal::{CodesAre, Event, History, Journal, Opened, Record, RowId, State};
use crate::plan::Plan;
use crate::pool;
use crate::report::{Observer, Outcome};
use crate::row::{Cause, Item, Kind, Member, Naming, Problem, Row};
use crate::stop::{Stop, StopReason};
use worker::{Work, Worker};

/// The options of a run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) jobs: usize,
    pub(crate) limit: Option<u64>,
    pub(crate) retry_refused: bool,
}

/// Opens the codes file of a journal, if one is wanted.
pub(crate) fn open_codes(
    disk: &Disk,
    path: Option<&Path>,
    journal: RowId,
    stop: &Arc<Stop>,
) -> Result<Option<CodesFile>, crate::codes::CodesError> {
    path.map(|path| CodesFile::open(disk, path, journal, disk_failure("codes file", stop)))
        .transpose()
}

/// Opens a journal to write to it.
pub(crate) fn open_journal(
    journal: Journal,
    stop: &Arc<Stop>,
) -> Result<Opened, crate::journal::JournalError> {
    journal.start(disk_failure("journal", stop))
}

fn disk_failure(file: &'static str, stop: &Arc<Stop>) -> impl Fn(&io::Error) + Send + 'static {
    let stop = stop.clone();
    move |error| {
        let reason = format!("the {file} cannot be written: {}", error.kind());
        stop.stop(StopReason::Disk(reason));
    }
}

/// Sends the rows that are not done yet, and reports every row to the observer.
pub(crate) fn run<T: Transport + Sync>(
    plan: &Plan<'_>,
    api: &Api<'_, T>,
    journal: &Opened,
    codes: Option<&CodesFile>,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(), InputError> {
    let repeated = if plan.names_are_mixed() {
        resolve(plan, api, journal, settings.jobs)?
    } else {
        HashSet::new()
    };
    let worker = Worker::new(api, journal, codes);
    let mut left = settings.limit.unwrap_or(u64::MAX);
    let work = |work: Work| {
        let outcome = worker.work(work);
        observer.outcome(outcome);
    };
    pool::each(settings.jobs, work, |send| {
        plan.each(&mut |item| {
            if api.stop.is_stopped() {
                return false;
            }
            match item {
                Item::Problem(problem) => {
                    reject(problem, journal, observer);
                    true
                }
                Item::Row(row) => {
                    let id = journal.signer.row(&row.member);
                    let history = journal.rows.get(&id);
                    if repeated.contains(&id) && history.is_none_or(|it| !it.is_done()) {
                        reject(row.into_problem(Cause::TwoRows), journal, observer);
                        return true;
                    }
                    match next(&row, id, history, journal, codes.is_some(), settings) {
                        Next::Settled(outcome) => {
                            observer.outcome(outcome);
                            true
                        }
                        Next::Work(kind) if left > 0 => {
                            left -= 1;
                            send(kind(row, id, history.cloned()))
                        }
                        Next::Work(_) => {
                            observer.left();
                            true
                        }
                        Next::Codes(kind) => send(kind(row, id, history.cloned())),
                    }
                }
            }
        })
    })
}

type MakeWork = fn(Row, RowId, Option<History>) -> Work;

enum Next {
    Settled(Outcome),
    Work(MakeWork),
    Codes(MakeWork),
}

/// Decides what to do with a row, from what the journal says about it.
fn next(
    row: &Row,
    id: RowId,
    history: Option<&History>,
    journal: &Opened,
    has_codes_file: bool,
    settings: &Settings,
) -> Next {
    let Some(history) = history else {
        return Next::Work(Work::migrate);
    };
    let outcome = |state| Next::Settled(Outcome::of_row(row, state).known_before());
    if history.undoing {
        let reason = "an undo of the row was not finished: run undo again".to_owned();
        return outcome(State::Unknown { reason });
    }
    // If a secret was or may have been sent, it must be the one of the row.
    let sent = history.is_unclear() || matches!(history.state, State::Migrated { .. });
    let secret = journal.signer.secret(id, &row.key);
    if sent && history.secret.is_some_and(|earlier| earlier != secret) {
        let reason = "another secret was sent for the Member before".to_owned();
        return outcome(State::Conflict { reason });
    }
    match &history.state {
        State::Migrated {
            recovery_codes: CodesAre::Unread,
            ..
        } if has_codes_file && row.recovery_codes.is_empty() => Next::Codes(Work::read_codes),
        State::Refused { .. } | State::Conflict { .. } if settings.retry_refused => {
            Next::Work(Work::migrate)
        }
        state if history.is_done() => outcome(state.clone()),
        _ => Next::Work(Work::migrate),
    }
}

/// Records that a row is not sent, unless the journal says so already.
fn reject(problem: Problem, journal: &Opened, observer: &dyn Observer) {
    let causes = problem.codes();
    if let Some(member) = problem
        .member
        .as_ref()
        .filter(|_| problem.kind() != Kind::Skipped)
    {
        let row = journal.signer.row(member);
        let history = journal.rows.get(&row);
        let is_new = history.is_none_or(|history| {
            let same =
                matches!(&history.state, State::Rejected { causes: earlier } if *earlier == causes);
            !same && !history.is_done() && history.intents == 0
        });
        if is_new {
            let described = described(row, member, &problem.place.to_string(), history);
            let event = Record::now(row, Event::Rejected { causes });
            // The appender stops the run if it fails.
            let _ = journal
                .appender
                .append(lines(described.into_iter().chain([event])));
        }
    }
    observer.problem(problem);
}

/// Returns the record that says which Member a row is, unless the journal has it already.
fn described(
    row: RowId,
    member: &Member,
    input: &str,
    history: Option<&History>,
) -> Option<Record> {
    let known = history.is_some_and(|history| {
        history.input == input
            && history.member == member.name.as_str()
            && history.organization_id == member.organization_id
    });
    (!known).then(|| {
        let event = Event::Row {
            organization_id: member.organization_id.clone(),
            member: member.name.as_str().to_owned(),
            input: input.to_owned(),
        };
        Record::now(row, event)
    })
}

fn lines(records: impl IntoIterator<Item = Record>) -> Vec<u8> {
    let mut lines = Vec::new();
    for record in records {
        lines.extend(record.to_line());
    }
    lines
}

/// Reads the Members that are not named by Stytch's own id, to find rows that name the same Member in
/// different ways. Returns those rows.
fn resolve<T: Transport + Sync>(
    plan: &Plan<'_>,
    api: &Api<'_, T>,
    journal: &Opened,
    jobs: usize,
) -> Result<HashSet<RowId>, InputError> {
    let members: Mutex<HashMap<String, Vec<RowId>>> = Mutex::default();
    let found = |member_id: String, row: RowId| {
        let mut members = members.lock().unwrap_or_else(PoisonError::into_inner);
        members.entry(member_id).or_default().push(row);
    };
    let look = |(member, row): (Member, RowId)| {
        // An error is ignored here, and reported when the row is sent.
        if let Ok(response) = api.member(&member) {
            if let Some(id) = worker::member_id(&response) {
                found(id, row);
            }
        }
    };
    pool::each(jobs, look, |send| {
        plan.each(&mut |item| {
            let member = match item {
                Item::Row(row) => row.member,
                Item::Problem(Problem {
                    member: Some(member),
                    ..
                }) => member,
                Item::Problem(_) => return true,
            };
            let row = journal.signer.row(&member);
            let known = journal
                .rows
                .get(&row)
                .and_then(|history| history.member_id.clone());
            match (member.naming(), known) {
                (Naming::MemberId, _) => found(member.name.as_str().to_owned(), row),
                (_, Some(id)) => found(id, row),
                (_, None) => return send((member, row)),
            }
            true
        })
    })?;
    let members = members.into_inner().unwrap_or_else(PoisonError::into_inner);
    let repeated = members
        .into_values()
        .filter(|rows| rows.iter().any(|row| *row != rows[0]));
    Ok(repeated.flatten().collect())
}

#[cfg(test)]
mod tests;

//! `undo`: deletes the registrations that `run` made according to the journal, if they still exist.

use serde_json::json;
use totps_ureq::{DeleteTotpParams, Transport};

use crate::api::{Api, Failure};
use crate::journal::{Event, History, Opened, Record, RowId, State};
use crate::pool;
use crate::report::{RowLine, Screen};
use crate::verify::member_of;

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undone {
    Deleted,
    /// The Member had no TOTP any more.
    Gone,
    /// The Member has another TOTP, which is not deleted.
    Other,
    Failed,
}

/// How often a registration is deleted again if no response comes.
const MOST_DELETES: u32 = 5;

/// Undoes every migrated row.
pub(crate) fn undo<T: Transport + Sync>(
    journal: &Opened,
    api: &Api<'_, T>,
    jobs: usize,
    screen: &Screen<'_>,
    done: &(dyn Fn(Undone) + Sync),
) {
    let work = |(row, history): (RowId, &History)| {
        let State::Migrated {
            totp_registration_id,
            ..
        } = &history.state
        else {
            return;
        };
        let (undone, reason) = match delete(journal, api, row, history, totp_registration_id) {
            Ok(undone) => (undone, String::new()),
            Err(Failure::Stopped) => return,
            Err(Failure::Refused(refusal)) => {
                let error_type = refusal.error_type.unwrap_or_default();
                (Undone::Failed, format!("{} {error_type}", refusal.status))
            }
            Err(Failure::Unclear(what) | Failure::GaveUp(what)) => (Undone::Failed, what),
        };
        done(undone);
        let (name, todo) = match undone {
            Undone::Deleted => ("deleted", ""),
            Undone::Gone => ("gone", ""),
            Undone::Other => (
                "other_totp",
                "the Member has enrolled again since; the new TOTP was not deleted",
            ),
            Undone::Failed => ("failed", "run undo again"),
        };
        screen.event(&json!({
            "event": "undone",
            "outcome": name,
            "input": history.input,
            "organization_id": history.organization_id,
            "member": history.member,
            "totp_registration_id": totp_registration_id,
        }));
        if !todo.is_empty() {
            screen.row(&RowLine {
                input: history.input.clone(),
                organization_id: history.organization_id.clone(),
                member: history.member.clone(),
                state: history.state.name(),
                reason: if reason.is_empty() {
                    name.to_owned()
                } else {
                    reason
                },
                todo: todo.to_owned(),
            });
        }
    };
    pool::each(jobs, work, |send| {
        let rows = journal.order.iter();
        let mut rows = rows.filter_map(|row| Some((*row, journal.rows.get(row)?)));
        rows.all(|row| !api.stop.is_stopped() && send(row))
    });
}

fn delete<T: Transport>(
    journal: &Opened,
    api: &Api<'_, T>,
    row: RowId,
    history: &History,
    ours: &str,
) -> Result<Undone, Failure> {
    let member = member_of(history);
    let write = |event, synced| {
        let line = Record::now(row, event).to_line();
        let written = match synced {
            true => journal.appender.append_synced(line),
            false => journal.appender.append(line),
        };
        written.map_err(|_| Failure::Stopped)
    };
    let mut intended = history.undoing;
    let mut lost = String::new();
    for _ in 0..=MOST_DELETES {
        let seen = api.member(&member)?.member;
        match seen.totp_registration_id {
            None => {
                write(Event::Undone, false)?;
                return Ok(if intended {
                    Undone::Deleted
                } else {
                    Undone::Gone
                });
            }
            Some(id) if id.as_str() != ours => {
                if intended {
                    write(Event::Undone, false)?;
                }
                return Ok(Undone::Other);
            }
            Some(_) => {}
        }
        if !intended {
            write(Event::UndoIntent, true)?;
            intended = true;
        }
        let member_id = member.name.as_str();
        match api.once(&DeleteTotpParams::new(
            member.organization_id.as_str(),
            member_id,
        )) {
            Ok(_) => {
                write(Event::Undone, false)?;
                return Ok(Undone::Deleted);
            }
            // The next read of the Member shows whether the TOTP is gone.
            Err(Failure::Unclear(what)) => {
                lost = what;
                if !api.stop.sleep(api.pause) {
                    return Err(Failure::Stopped);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::GaveUp(lost))
}

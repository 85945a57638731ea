//! `verify`: calls Get Member for rows of the journal, and compares.

use serde_json::json;
use totps_ureq::Transport;

use crate::api::{Api, Failure};
use crate::journal::{History, RowId, State};
use crate::pool;
use crate::report::{RowLine, Screen};
use crate::row::{Member, MemberName};

/// The result of comparing a row with its Member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The Member has the TOTP of the journal, or none where the journal has none.
    Same,
    /// The Member has no TOTP any more.
    Gone,
    /// The Member has another TOTP.
    Other,
    /// The Member has a TOTP, and the journal does not say whether `run` made it.
    There,
    /// The Member cannot be read.
    Unreadable,
}

impl Finding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Same => "as_expected",
            Self::Gone => "gone",
            Self::Other => "other_totp",
            Self::There => "has_totp",
            Self::Unreadable => "unreadable",
        }
    }

    fn todo(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Gone => "the TOTP has been deleted since; ask the Member to enrol",
            Self::Other => {
                "the Member has enrolled again since; nothing to do if the Member knows about it"
            }
            Self::There => "run again with the same journal",
            Self::Unreadable => "check the Member, and verify again",
        }
    }
}

/// Compares every row, and passes each finding to `found`.
pub(crate) fn verify<T: Transport + Sync>(
    rows: &[(RowId, &History)],
    api: &Api<'_, T>,
    jobs: usize,
    screen: &Screen<'_>,
    found: &(dyn Fn(Finding) + Sync),
) {
    let work = |(_, history): &(RowId, &History)| {
        let member = member_of(history);
        let (finding, reason) = match api.member(&member) {
            Ok(response) => {
                let id = response.member.totp_registration_id;
                (
                    compare(history, id.as_ref().map(|id| id.as_str())),
                    String::new(),
                )
            }
            Err(Failure::Stopped) => return,
            Err(Failure::Refused(refusal)) if !has_totp(history) && refusal.status == 404 => {
                (Finding::Same, String::new())
            }
            Err(Failure::Refused(refusal)) => {
                let error_type = refusal.error_type.unwrap_or_default();
                (
                    Finding::Unreadable,
                    format!("{} {error_type}", refusal.status),
                )
            }
            Err(Failure::Unclear(what) | Failure::GaveUp(what)) => (Finding::Unreadable, what),
        };
        found(finding);
        screen.event(&json!({
            "event": "verified",
            "finding": finding.name(),
            "state": history.state.name(),
            "input": history.input,
            "organization_id": history.organization_id,
            "member": history.member,
        }));
        if finding != Finding::Same {
            screen.row(&RowLine {
                input: history.input.clone(),
                organization_id: history.organization_id.clone(),
                member: history.member.clone(),
                state: history.state.name(),
                reason: if reason.is_empty() {
                    finding.name().to_owned()
                } else {
                    reason
                },
                todo: finding.todo().to_owned(),
            });
        }
    };
    pool::each(jobs, work, |send| {
        rows.iter().all(|row| !api.stop.is_stopped() && send(row))
    });
}

/// Returns the Member of a row, by Stytch's id if it is known.
pub(crate) fn member_of(history: &History) -> Member {
    let id = history.member_id.clone().filter(|id| !id.is_empty());
    Member {
        organization_id: history.organization_id.clone(),
        name: id.map_or_else(|| MemberName::parse(&history.member), MemberName::Id),
    }
}

fn has_totp(history: &History) -> bool {
    matches!(
        history.state,
        State::Migrated { .. } | State::Present { .. }
    )
}

fn compare(history: &History, there: Option<&str>) -> Finding {
    let expected = match &history.state {
        State::Migrated {
            totp_registration_id,
            ..
        }
        | State::Present {
            totp_registration_id,
        } => Some(totp_registration_id.as_str()),
        _ => None,
    };
    match (expected, there) {
        (None, None) => Finding::Same,
        (Some(_), None) => Finding::Gone,
        (Some(expected), Some(there)) if expected == there => Finding::Same,
        (Some(_), Some(_)) => Finding::Other,
        // A Member in conflict is known to have a TOTP. That of a row that was sent may be ours.
        (None, Some(_)) if matches!(history.state, State::Conflict { .. }) => Finding::Same,
        (None, Some(_)) => Finding::There,
    }
}

//! Output for people and for programs.

mod rows_file;
mod screen;
mod tally;

use serde_json::{Map, Value, json};

use crate::journal::{CodesAre, State};
use crate::row::{Problem, Row};

pub(crate) use rows_file::{RowLine, RowsFile};
pub(crate) use screen::{Screen, duration};
pub(crate) use tally::Tally;

/// The outcome of one row.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) input: String,
    pub(crate) organization_id: String,
    pub(crate) member: String,
    pub(crate) state: State,
    /// Whether an earlier run did the row.
    pub(crate) before: bool,
}

/// Receives the outcomes of a run.
pub(crate) trait Observer: Sync {
    fn outcome(&self, outcome: Outcome);
    fn problem(&self, problem: Problem);
    /// A row that `--limit` leaves to a later run.
    fn left(&self);
}

impl Outcome {
    pub(crate) fn of_row(row: &Row, state: State) -> Self {
        Self {
            input: row.place.to_string(),
            organization_id: row.member.organization_id.clone(),
            member: row.member.name.as_str().to_owned(),
            state,
            before: false,
        }
    }

    pub(crate) fn known_before(self) -> Self {
        Self {
            before: true,
            ..self
        }
    }

    /// Returns what a person can do about the row. `None` if there is nothing to do.
    pub(crate) fn todo(&self) -> Option<String> {
        Some(match &self.state {
            State::Planned | State::Migrated { .. } | State::Rejected { .. } => return None,
            State::Present { .. } => {
                "the Member had a TOTP before, and nothing was sent; nothing to do if the Member uses that TOTP".to_owned()
            }
            State::Sent | State::Unknown { .. } => "run again with the same journal".to_owned(),
            State::Conflict { reason } if reason.starts_with("another secret") => {
                "remove one of the two secrets from the input".to_owned()
            }
            State::Conflict { .. } => {
                "ask the Member which authenticator to keep; to move this one, delete the TOTP and run again with --retry-refused".to_owned()
            }
            State::Refused { error_type, .. } => refused_todo(error_type.as_deref()).to_owned(),
        })
    }

    /// Returns the reason for the state, in words.
    pub(crate) fn reason(&self) -> String {
        match &self.state {
            State::Refused { status, error_type } => {
                format!("{status} {}", error_type.as_deref().unwrap_or_default())
            }
            State::Conflict { reason } | State::Unknown { reason } => reason.clone(),
            State::Rejected { causes } => causes.clone(),
            State::Sent => "sent, and the outcome is not known yet".to_owned(),
            State::Present {
                totp_registration_id,
            } => format!("has {totp_registration_id}"),
            State::Planned | State::Migrated { .. } => String::new(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut event = json!({
            "event": "row",
            "state": self.state.name(),
            "input": self.input,
            "organization_id": self.organization_id,
            "member": self.member,
        });
        let fields: &mut Map<_, _> = match &mut event {
            Value::Object(fields) => fields,
            _ => return event,
        };
        match &self.state {
            State::Migrated {
                totp_registration_id,
                found,
                recovery_codes,
            } => {
                fields.insert("totp_registration_id".into(), json!(totp_registration_id));
                fields.insert("found".into(), json!(found));
                let codes = match recovery_codes {
                    CodesAre::Brought => "brought",
                    CodesAre::Stored => "stored",
                    CodesAre::Unread => "unread",
                };
                fields.insert("recovery_codes".into(), json!(codes));
            }
            State::Present {
                totp_registration_id,
            } => {
                fields.insert("totp_registration_id".into(), json!(totp_registration_id));
            }
            State::Planned | State::Sent => {}
            _ => {
                fields.insert("reason".into(), json!(self.reason()));
            }
        }
        if self.before {
            fields.insert("before".into(), json!(true));
        }
        event
    }
}

fn refused_todo(error_type: Option<&str>) -> &'static str {
    match error_type {
        Some("action_available_only_for_active_members") => {
            "activate the Member, then run again with --retry-refused"
        }
        Some(
            "member_not_found"
            | "member_does_not_exist_in_organization"
            | "organization_not_found"
            | "invalid_organization_id"
            | "not_found",
        ) => {
            "correct the ids of the Organization and the Member, then run again with --retry-refused"
        }
        Some("recovery_codes_already_exist") => {
            "the Member has recovery codes, but no TOTP: let the Member enrol again"
        }
        Some("pending_totp_exists") => {
            "the Member is enrolling: wait or delete the pending TOTP, then run again with --retry-refused"
        }
        Some("operation_restricted_by_organization_mfa_methods") => {
            "allow TOTP in the Organization, then run again with --retry-refused"
        }
        _ => {
            "look up the error type in Stytch's documentation, then run again with --retry-refused"
        }
    }
}

/// Returns the event for a row of the input that is not sent.
pub(crate) fn problem_json(problem: &Problem) -> Value {
    let mut event = json!({
        "event": "row",
        "state": match problem.kind() {
            crate::row::Kind::Skipped => "skipped",
            _ => "rejected",
        },
        "input": problem.place.to_string(),
        "causes": problem.causes.iter().map(crate::row::Cause::code).collect::<Vec<_>>(),
        "reason": problem.reason(),
        "todo": problem.todo(),
    });
    if let Some(member) = &problem.member {
        event["organization_id"] = json!(member.organization_id);
        event["member"] = json!(member.name.as_str());
    } else if let Some(user) = &problem.user {
        event["user"] = json!(user);
    }
    event
}

//! What the journal says about one row.

use super::record::{CodesAre, Event, Record, RowId};

/// What happened to a row so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) organization_id: String,
    /// The Member as the input names it.
    pub(crate) member: String,
    pub(crate) input: String,
    /// Stytch's id of the Member, once Get Member showed it.
    pub(crate) member_id: Option<String>,
    /// The HMAC of the secret that was or will be sent.
    pub(crate) secret: Option<RowId>,
    pub(crate) intents: u32,
    /// Whether the last intent has no outcome.
    open: bool,
    /// Whether an earlier intent has no outcome.
    unclear: bool,
    /// Whether a deletion has no outcome.
    pub(crate) undoing: bool,
    pub(crate) state: State,
}

/// The state of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    Planned,
    Sent,
    Migrated {
        totp_registration_id: String,
        found: bool,
        recovery_codes: CodesAre,
    },
    Present {
        totp_registration_id: String,
    },
    Refused {
        status: u16,
        error_type: Option<String>,
    },
    Conflict {
        reason: String,
    },
    Rejected {
        causes: String,
    },
    Unknown {
        reason: String,
    },
}

impl State {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sent => "sent",
            Self::Migrated { .. } => "migrated",
            Self::Present { .. } => "present",
            Self::Refused { .. } => "refused",
            Self::Conflict { .. } => "conflict",
            Self::Rejected { .. } => "rejected",
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl History {
    /// Whether a request may have been carried out whose outcome is not known.
    pub(crate) fn is_unclear(&self) -> bool {
        self.open || self.unclear
    }

    /// Whether a run skips the row.
    pub(crate) fn is_done(&self) -> bool {
        matches!(
            self.state,
            State::Migrated { .. }
                | State::Present { .. }
                | State::Refused { .. }
                | State::Conflict { .. }
        )
    }

    pub(crate) fn apply(&mut self, record: Record) {
        match record.event {
            Event::Row {
                organization_id,
                member,
                input,
            } => {
                self.organization_id = organization_id;
                self.member = member;
                self.input = input;
            }
            Event::Absent { member_id, secret } => {
                self.member_id = Some(member_id);
                self.secret = Some(secret);
                if !self.is_unclear() {
                    self.state = State::Planned;
                }
            }
            Event::Present {
                member_id,
                totp_registration_id,
            } => {
                self.member_id = Some(member_id);
                self.state = State::Present {
                    totp_registration_id,
                };
            }
            Event::Intent => {
                self.intents += 1;
                self.unclear |= self.open;
                self.open = true;
                self.state = State::Sent;
            }
            Event::NotDone => {
                self.open = false;
                self.state = if self.unclear {
                    State::Sent
                } else {
                    State::Planned
                };
            }
            Event::Migrated {
                totp_registration_id,
                found,
                recovery_codes,
            } => {
                self.settle();
                self.state = State::Migrated {
                    totp_registration_id,
                    found,
                    recovery_codes,
                };
            }
            Event::CodesStored => {
                if let State::Migrated { recovery_codes, .. } = &mut self.state {
                    *recovery_codes = CodesAre::Stored;
                }
            }
            Event::Refused {
                status, error_type, ..
            } => {
                self.settle();
                self.state = State::Refused { status, error_type };
            }
            Event::Conflict { reason } => {
                self.settle();
                self.state = State::Conflict { reason };
            }
            Event::Rejected { causes } => self.state = State::Rejected { causes },
            Event::Unknown { reason } => self.state = State::Unknown { reason },
            Event::UndoIntent => self.undoing = true,
            Event::Undone => {
                // The row can be migrated again as if it had never been migrated.
                self.settle();
                self.undoing = false;
                self.intents = 0;
                self.state = State::Planned;
            }
        }
    }

    fn settle(&mut self) {
        self.open = false;
        self.unclear = false;
    }
}

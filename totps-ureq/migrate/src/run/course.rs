//! Decides the next step of one row, without I/O.

use crate::api::Refusal;
use crate::journal::History;

/// How often one run sends one row if responses are lost.
const MOST_INTENTS: u32 = 5;
/// How often a Member must be read without a TOTP before a row is sent again.
const LOOKS: u32 = 2;

/// What Get Member showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Absent,
    There(String),
}

/// The outcome of Migrate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Migrated(String),
    /// It may have been carried out.
    Unclear(String),
    Refused(Refusal),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Read the Member.
    Look,
    /// Read the Member after a pause.
    LookAgain,
    /// Record what was seen and the intent, then send.
    Send,
    End(End),
}

/// How the course of a row ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Present(String),
    Migrated { id: String, found: bool },
    Refused(Refusal),
    Conflict(&'static str),
    Unknown(String),
}

/// The course of one row.
#[derive(Debug)]
pub(super) struct Course {
    /// The number of intents in all runs.
    intents: u32,
    /// The number of intents in this run.
    sent: u32,
    /// Whether a request may have been carried out whose outcome is not known.
    unclear: bool,
    /// How often no TOTP was seen since the last intent.
    absent: u32,
    /// Why the last outcome is not known.
    lost: String,
}

impl Course {
    pub(super) fn begin(history: Option<&History>) -> (Self, Step) {
        let course = Self {
            intents: history.map_or(0, |history| history.intents),
            sent: 0,
            unclear: history.is_some_and(History::is_unclear),
            absent: 0,
            lost: "the run ended before the response arrived".to_owned(),
        };
        (course, Step::Look)
    }

    pub(super) fn seen(&mut self, seen: Seen) -> Step {
        match seen {
            Seen::There(id) if self.intents == 0 => Step::End(End::Present(id)),
            // The Member had no TOTP before the first intent.
            Seen::There(id) if self.unclear => Step::End(End::Migrated { id, found: true }),
            Seen::There(_) => Step::End(End::Conflict(
                "the Member has a TOTP, and no request of this tool can have made it",
            )),
            Seen::Absent if self.unclear => {
                self.absent += 1;
                if self.absent < LOOKS {
                    Step::LookAgain
                } else if self.sent < MOST_INTENTS {
                    self.send()
                } else {
                    Step::End(End::Unknown(std::mem::take(&mut self.lost)))
                }
            }
            Seen::Absent => self.send(),
        }
    }

    pub(super) fn sent(&mut self, sent: Sent) -> Step {
        match sent {
            Sent::Migrated(id) => Step::End(End::Migrated { id, found: false }),
            Sent::Unclear(lost) => {
                self.lost = lost;
                self.unclear = true;
                Step::Look
            }
            Sent::Refused(refusal)
                if refusal.error_type.as_deref() == Some("active_totp_exists") =>
            {
                if self.unclear {
                    // An earlier request of ours was carried out after all.
                    self.lost = "active_totp_exists, but Get Member shows none".to_owned();
                    Step::Look
                } else {
                    Step::End(End::Conflict(
                        "active_totp_exists: somebody enrolled the Member after it was read without a TOTP",
                    ))
                }
            }
            Sent::Refused(refusal) => Step::End(End::Refused(refusal)),
        }
    }

    fn send(&mut self) -> Step {
        self.absent = 0;
        self.intents += 1;
        self.sent += 1;
        Step::Send
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Event, Record, RowId, Signer};

    fn there() -> Seen {
        Seen::There("totp-1".to_owned())
    }

    fn found() -> Step {
        let id = "totp-1".to_owned();
        Step::End(End::Migrated { id, found: true })
    }

    fn lost() -> Sent {
        Sent::Unclear("no response".to_owned())
    }

    fn exists() -> Sent {
        Sent::Refused(Refusal {
            status: 400,
            error_type: Some("active_totp_exists".to_owned()),
            request_id: None,
        })
    }

    fn row() -> RowId {
        Signer::new(&[1; 32]).journal()
    }

    fn after(events: impl IntoIterator<Item = Event>) -> Course {
        let mut history = History::default();
        for event in events {
            history.apply(Record::now(row(), event));
        }
        Course::begin(Some(&history)).0
    }

    fn absent() -> Event {
        Event::Absent {
            member_id: "member-1".to_owned(),
            secret: row(),
        }
    }

    #[test]
    fn a_member_without_a_totp_is_migrated() {
        let (mut course, step) = Course::begin(None);
        assert_eq!(step, Step::Look);
        assert_eq!(course.seen(Seen::Absent), Step::Send);
        let step = course.sent(Sent::Migrated("totp-1".to_owned()));
        let id = "totp-1".to_owned();
        assert_eq!(step, Step::End(End::Migrated { id, found: false }));
    }

    #[test]
    fn a_totp_before_the_first_intent_is_the_members_own() {
        let (mut course, _) = Course::begin(None);
        assert_eq!(
            course.seen(there()),
            Step::End(End::Present("totp-1".to_owned()))
        );
        let mut course = after([absent()]);
        assert_eq!(
            course.seen(there()),
            Step::End(End::Present("totp-1".to_owned()))
        );
    }

    #[test]
    fn after_a_lost_response_the_member_is_read_twice() {
        let (mut course, _) = Course::begin(None);
        course.seen(Seen::Absent);
        assert_eq!(course.sent(lost()), Step::Look);
        assert_eq!(course.seen(Seen::Absent), Step::LookAgain);
        assert_eq!(course.seen(Seen::Absent), Step::Send);
        assert_eq!(course.sent(lost()), Step::Look);
        assert_eq!(course.seen(Seen::Absent), Step::LookAgain);
        assert_eq!(course.seen(there()), found());
    }

    #[test]
    fn after_an_intent_without_outcome_the_next_run_reads_the_member() {
        let mut course = after([absent(), Event::Intent]);
        assert_eq!(course.seen(Seen::Absent), Step::LookAgain);
        assert_eq!(course.seen(Seen::Absent), Step::Send);
        let mut course = after([absent(), Event::Intent]);
        assert_eq!(course.seen(there()), found());
        // The second intent had no effect, but the first may have had one.
        let mut course = after([
            absent(),
            Event::Intent,
            absent(),
            Event::Intent,
            Event::NotDone,
        ]);
        assert_eq!(course.seen(there()), found());
    }

    #[test]
    fn an_active_totp_is_ours_only_if_a_response_was_lost() {
        let (mut course, _) = Course::begin(None);
        course.seen(Seen::Absent);
        assert!(matches!(course.sent(exists()), Step::End(End::Conflict(_))));
        let (mut course, _) = Course::begin(None);
        course.seen(Seen::Absent);
        course.sent(lost());
        course.seen(Seen::Absent);
        course.seen(Seen::Absent);
        assert_eq!(course.sent(exists()), Step::Look);
        assert_eq!(course.seen(there()), found());
    }

    #[test]
    fn a_totp_after_an_intent_without_effect_is_a_conflict() {
        let mut course = after([absent(), Event::Intent, Event::NotDone]);
        assert!(matches!(course.seen(there()), Step::End(End::Conflict(_))));
        let mut course = after([absent(), Event::Intent, Event::NotDone]);
        assert_eq!(course.seen(Seen::Absent), Step::Send);
    }

    #[test]
    fn after_an_undo_a_row_starts_again() {
        let migrated = Event::Migrated {
            totp_registration_id: "totp-1".to_owned(),
            found: false,
            recovery_codes: crate::journal::CodesAre::Unread,
        };
        let events = [
            absent(),
            Event::Intent,
            migrated,
            Event::UndoIntent,
            Event::Undone,
        ];
        let mut course = after(events.clone());
        assert_eq!(
            course.seen(there()),
            Step::End(End::Present("totp-1".to_owned()))
        );
        assert_eq!(after(events).seen(Seen::Absent), Step::Send);
    }

    #[test]
    fn a_row_is_sent_a_limited_number_of_times() {
        let (mut course, _) = Course::begin(None);
        let mut step = course.seen(Seen::Absent);
        let mut sent = 0;
        loop {
            step = match step {
                Step::Send => {
                    sent += 1;
                    course.sent(lost())
                }
                Step::Look | Step::LookAgain => course.seen(Seen::Absent),
                Step::End(end) => {
                    assert_eq!(end, End::Unknown("no response".to_owned()));
                    break;
                }
            };
        }
        assert_eq!(sent, MOST_INTENTS);
    }
}

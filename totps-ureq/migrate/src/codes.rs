//! The file of new recovery codes.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::Path;

use fs4::TryLockError;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::disk::{Disk, Lines, Log, to_line};
use crate::journal::{Appender, Broken, RowId};

const KIND: &str = "totps-migrate recovery codes";

#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    /// The journal that it belongs to.
    journal: RowId,
}

/// One line: the codes of one Member.
#[derive(Serialize, Deserialize)]
pub(crate) struct CodesLine {
    pub(crate) row: RowId,
    pub(crate) organization_id: String,
    pub(crate) member_id: String,
    pub(crate) totp_registration_id: String,
    pub(crate) recovery_codes: Vec<String>,
}

impl Drop for CodesLine {
    fn drop(&mut self) {
        self.recovery_codes.zeroize();
    }
}

/// An open file of recovery codes.
pub(crate) struct CodesFile {
    appender: Appender,
    /// The rows and registrations whose codes earlier runs stored.
    stored: Stored,
}

type Stored = HashSet<(RowId, String)>;

/// Why the codes file cannot be used.
#[derive(Debug)]
pub(crate) enum CodesError {
    Io(io::Error),
    InUse,
    /// The file is something else, and is never overwritten.
    NotOurs,
    OtherJournal,
    Line(u64),
}

impl fmt::Display for CodesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the codes file cannot be used: {}", error.kind()),
            Self::InUse => f.write_str("the codes file is in use by another run"),
            Self::NotOurs => f.write_str(
                "the codes file exists and is not one of totps-migrate; it is not changed",
            ),
            Self::OtherJournal => f.write_str("the codes file belongs to another journal"),
            Self::Line(line) => write!(f, "line {line} of the codes file is damaged"),
        }
    }
}

impl From<io::Error> for CodesError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl CodesFile {
    /// Creates the file, or opens the one of an earlier run with the same journal.
    pub(crate) fn open(
        disk: &Disk,
        path: &Path,
        journal: RowId,
        on_failure: impl Fn(&io::Error) + Send + 'static,
    ) -> Result<Self, CodesError> {
        let header = Header {
            kind: KIND.to_owned(),
            journal,
        };
        match disk.create(path, &to_line(&header)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => created?,
        }
        let log = Log::open(disk, path).map_err(|error| match error {
            TryLockError::WouldBlock => CodesError::InUse,
            TryLockError::Error(error) => error.into(),
        })?;
        let mut lines = log.lines()?;
        let stored = Self::read(&mut lines, journal)?;
        if let Some(end) = lines.torn_at() {
            log.truncate(end)?;
        }
        Ok(Self {
            appender: Appender::start(log, on_failure)?,
            stored,
        })
    }

    fn read(lines: &mut Lines<'_>, journal: RowId) -> Result<Stored, CodesError> {
        let header = lines.next()?.unwrap_or_default();
        let header: Option<Header> = serde_json::from_slice(header).ok();
        let header = header.filter(|header| header.kind == KIND);
        if header.ok_or(CodesError::NotOurs)?.journal != journal {
            return Err(CodesError::OtherJournal);
        }
        let mut stored = HashSet::new();
        while let Some(line) = lines.next()? {
            let Ok(mut line) = serde_json::from_slice::<CodesLine>(line) else {
                return Err(CodesError::Line(lines.number()));
            };
            let id = std::mem::take(&mut line.totp_registration_id);
            stored.insert((line.row, id));
        }
        Ok(stored)
    }

    /// Whether an earlier run stored the codes of a registration.
    pub(crate) fn has(&self, row: RowId, totp_registration_id: &str) -> bool {
        self.stored
            .contains(&(row, totp_registration_id.to_owned()))
    }

    /// Stores codes, and waits until they are on the disk.
    pub(crate) fn store(&self, codes: &CodesLine) -> Result<(), Broken> {
        self.appender.append_synced(to_line(codes))
    }

    pub(crate) fn close(self) -> io::Result<()> {
        self.appender.close()
    }
}

//! The journal: what was done with each row, so that a run can be killed and started again.
//!
//! Append-only NDJSON. It holds neither secrets nor recovery codes, and nothing from which they
//! could be found without the secret itself.

mod appender;
mod history;
mod record;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use fs4::TryLockError;
use serde::{Deserialize, Serialize};

use crate::disk::{Disk, Log, to_line};

pub(crate) use appender::{Appender, Broken};
pub(crate) use history::{History, State};
pub(crate) use record::{CodesAre, Event, Record, RowId, Signer};

const KIND: &str = "totps-migrate journal";
const VERSION: u32 = 1;

/// The first line. It has no `Debug`: it holds a key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Header {
    kind: String,
    version: u32,
    /// The HMAC key by which rows are identified, in hex.
    key: String,
    pub(crate) project_id: String,
    pub(crate) base_url: String,
}

/// A locked journal.
pub(crate) struct Journal {
    log: Log,
    pub(crate) header: Header,
    pub(crate) signer: Signer,
    pub(crate) rows: HashMap<RowId, History>,
    /// The rows in the order of their first records.
    pub(crate) order: Vec<RowId>,
    /// Where the complete lines end, if an incomplete one follows.
    torn_at: Option<u64>,
}

/// Why the journal cannot be used.
#[derive(Debug)]
pub(crate) enum JournalError {
    Io(&'static str, io::Error),
    InUse,
    NotAJournal(&'static str),
    Line(u64, &'static str),
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(action, error) => {
                write!(f, "the journal cannot be {action}: {}", error.kind())
            }
            Self::InUse => f.write_str("the journal is in use by another run"),
            Self::NotAJournal(rule) => write!(f, "the journal {rule}"),
            Self::Line(line, rule) => write!(f, "the journal, line {line}: {rule}"),
        }
    }
}

impl Journal {
    /// Creates a journal, unless the file exists.
    pub(crate) fn create(
        disk: &Disk,
        path: &Path,
        project_id: &str,
        base_url: &str,
    ) -> Result<(), JournalError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)
            .map_err(|error| JournalError::Io("created", io::Error::other(error)))?;
        let header = Header {
            kind: KIND.to_owned(),
            version: VERSION,
            key: HEXLOWER.encode(&key),
            project_id: project_id.to_owned(),
            base_url: base_url.to_owned(),
        };
        match disk.create(path, &to_line(&header)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            created => created.map_err(|error| JournalError::Io("created", error)),
        }
    }

    /// Opens and locks a journal, and reads it.
    pub(crate) fn open(disk: &Disk, path: &Path) -> Result<Self, JournalError> {
        let log = Log::open(disk, path).map_err(|error| match error {
            TryLockError::WouldBlock => JournalError::InUse,
            TryLockError::Error(error) => JournalError::Io("opened", error),
        })?;
        Self::read(log)
    }

    fn read(log: Log) -> Result<Self, JournalError> {
        let unreadable = |error| JournalError::Io("read", error);
        let mut lines = log.lines().map_err(unreadable)?;
        let (header, signer) = Self::header(lines.next().map_err(unreadable)?)?;
        let (mut rows, mut order) = (HashMap::<RowId, History>::new(), Vec::new());
        while let Some(line) = lines.next().map_err(unreadable)? {
            let Ok(record) = serde_json::from_slice::<Record>(line) else {
                let rule = "is not a record of this version";
                return Err(JournalError::Line(lines.number(), rule));
            };
            let history = rows.entry(record.row).or_insert_with(|| {
                order.push(record.row);
                History::default()
            });
            history.apply(record);
        }
        let torn_at = lines.torn_at();
        Ok(Self {
            log,
            header,
            signer,
            rows,
            order,
            torn_at,
        })
    }

    fn header(line: Option<&[u8]>) -> Result<(Header, Signer), JournalError> {
        let line = line.ok_or(JournalError::NotAJournal(
            "has no complete line: nothing is known about earlier runs",
        ))?;
        let header: Option<Header> = serde_json::from_slice(line).ok();
        let header = header.filter(|header| header.kind == KIND);
        let header = header.ok_or(JournalError::NotAJournal(
            "is not one of totps-migrate, or its first line is damaged",
        ))?;
        if header.version != VERSION {
            return Err(JournalError::NotAJournal(
                "is of another version of totps-migrate",
            ));
        }
        let key = HEXLOWER.decode(header.key.as_bytes()).ok();
        let key = key.filter(|key| key.len() == 32);
        let key = key.ok_or(JournalError::NotAJournal("has a damaged first line"))?;
        Ok((header, Signer::new(&key)))
    }

    /// Opens the journal for writing: removes an incomplete last line, and starts the thread that
    /// appends.
    pub(crate) fn start(
        self,
        on_failure: impl Fn(&io::Error) + Send + 'static,
    ) -> Result<Opened, JournalError> {
        if let Some(whole) = self.torn_at {
            self.log
                .truncate(whole)
                .map_err(|error| JournalError::Io("repaired", error))?;
        }
        Ok(Opened {
            appender: Appender::start(self.log, on_failure)
                .map_err(|error| JournalError::Io("written", error))?,
            signer: self.signer,
            rows: self.rows,
            order: self.order,
        })
    }
}

/// A journal that is open for writing.
pub(crate) struct Opened {
    pub(crate) appender: Appender,
    pub(crate) signer: Signer,
    pub(crate) rows: HashMap<RowId, History>,
    pub(crate) order: Vec<RowId>,
}

/// Returns the time in seconds since 1970.
pub(crate) fn unix_time() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}

//! The file of new recovery codes.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::disk::Disk;
use crate::journal::{Appender, Broken, RowId, is_last};

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
        match disk.create(path, &line(&header)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => created?,
        }
        let mut log = disk.open(path)?;
        match fs4::FileExt::try_lock(&log.file) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => return Err(CodesError::InUse),
            Err(fs4::TryLockError::Error(error)) => return Err(error.into()),
        }
        log.file.seek(SeekFrom::Start(0))?;
        let (stored, whole, torn) = Self::read(&mut BufReader::new(&log.file), journal)?;
        if torn {
            log.truncate(whole)?;
        }
        Ok(Self {
            appender: Appender::start(log, on_failure)?,
            stored,
        })
    }

    fn read(reader: &mut impl BufRead, journal: RowId) -> Result<(Stored, u64, bool), CodesError> {
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        reader.read_until(b'\n', &mut bytes)?;
        let header: Option<Header> = serde_json::from_slice(&bytes).ok();
        match header {
            Some(header) if header.kind == KIND && bytes.ends_with(b"\n") => {
                if header.journal != journal {
                    return Err(CodesError::OtherJournal);
                }
            }
            _ => return Err(CodesError::NotOurs),
        }
        let (mut stored, mut whole) = (HashSet::new(), bytes.len() as u64);
        for number in 2.. {
            bytes.clear();
            let length = reader.read_until(b'\n', &mut bytes)?;
            if length == 0 {
                break;
            }
            match serde_json::from_slice::<CodesLine>(&bytes) {
                Ok(mut line) if bytes.ends_with(b"\n") => {
                    let id = std::mem::take(&mut line.totp_registration_id);
                    stored.insert((line.row, id));
                    whole += length as u64;
                }
                _ if is_last(reader)? => {
                    return Ok((stored, whole, true));
                }
                _ => return Err(CodesError::Line(number)),
            }
        }
        Ok((stored, whole, false))
    }

    /// Whether an earlier run stored the codes of a registration.
    pub(crate) fn has(&self, row: RowId, totp_registration_id: &str) -> bool {
        self.stored
            .contains(&(row, totp_registration_id.to_owned()))
    }

    /// Stores codes, and waits until they are on the disk.
    pub(crate) fn store(&self, codes: &CodesLine) -> Result<(), Broken> {
        self.appender.append_synced(line(codes))
    }

    pub(crate) fn close(self) -> io::Result<()> {
        self.appender.close()
    }
}

fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

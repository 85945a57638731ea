//! A file that lists what a run creates. It is written before each creation, so that everything can
//! be removed after a kill.
//!
//! Each line is a JSON object. The file has neither credentials nor tokens.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use fs4::TryLockError;
use serde::{Deserialize, Serialize};

use crate::halt::Halt;

/// The prefix of the names that a run creates.
pub(crate) const PREFIX: &str = "totps-live-";

/// The beginning of each line.
const START: &str = "{\"event\":\"";

/// A line of the journal.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    /// An Organization is about to be created, with this slug or external id.
    Organization {
        project_id: String,
        base_url: String,
        name: String,
    },
    /// A Member is about to be created.
    Member { organization: String, name: String },
    /// The last creation of an Organization with this name was refused.
    Refused { name: String },
    /// An Organization and all its Members were removed, or are not there any more.
    Removed { name: String },
}

/// An Organization that was created, or is about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) project_id: String,
    pub(crate) base_url: String,
    /// The slug or external id.
    pub(crate) name: String,
}

/// The journal of a run. The file is locked while it is open.
#[derive(Debug)]
pub struct Journal {
    file: File,
    /// The Organizations that are not removed yet.
    left: Vec<Made>,
}

impl Journal {
    /// Opens a journal, or creates one, and locks it.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or read, is locked by another run, or is not a journal.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        fs4::FileExt::try_lock(&file).map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::other("it is in use by another run"),
            TryLockError::Error(error) => error,
        })?;
        let left = read(&mut file)?;
        Ok(Self { file, left })
    }

    /// Returns the Organizations that are not removed yet.
    pub(crate) fn left(&self) -> Vec<Made> {
        self.left.clone()
    }

    /// Records that an Organization is about to be created.
    pub(crate) fn organization(&mut self, made: Made) -> Result<(), Halt> {
        self.write(&Line::Organization {
            project_id: made.project_id.clone(),
            base_url: made.base_url.clone(),
            name: made.name.clone(),
        })?;
        self.left.push(made);
        Ok(())
    }

    /// Records that a Member is about to be created.
    pub(crate) fn member(&mut self, organization: &str, address: &str) -> Result<(), Halt> {
        self.write(&Line::Member {
            organization: organization.to_owned(),
            name: address.to_owned(),
        })
    }

    /// Records that the last creation of an Organization with this name was refused. An earlier one
    /// with the same name is still there.
    pub(crate) fn refused(&mut self, name: &str) -> Result<(), Halt> {
        self.write(&Line::Refused {
            name: name.to_owned(),
        })?;
        forget_last(&mut self.left, name);
        Ok(())
    }

    /// Records that an Organization was removed.
    pub(crate) fn removed(&mut self, name: &str) -> Result<(), Halt> {
        self.write(&Line::Removed {
            name: name.to_owned(),
        })?;
        self.left.retain(|made| made.name != name);
        Ok(())
    }

    /// Appends a line and syncs the file.
    fn write(&mut self, line: &Line) -> Result<(), Halt> {
        let written = serde_json::to_vec(line)
            .map_err(io::Error::other)
            .and_then(|mut text| {
                text.push(b'\n');
                self.file.write_all(&text)
            });
        let synced = written.and_then(|()| self.file.sync_data());
        synced.map_err(|error| Halt::run(format!("the journal cannot be written: {error}")))
    }
}

fn read(file: &mut File) -> io::Result<Vec<Made>> {
    file.seek(SeekFrom::Start(0))?;
    let mut left: Vec<Made> = Vec::new();
    let strange = || io::Error::other("it is not a journal of totps-live");
    let mut whole = 0;
    let mut reader = BufReader::new(&*file);
    let mut text = String::new();
    while reader.read_line(&mut text)? > 0 {
        // A kill can leave an incomplete last line. Its call was not sent yet.
        if !text.ends_with('\n') {
            break;
        }
        let line = serde_json::from_str(&text).map_err(|_| strange())?;
        match line {
            Line::Organization {
                project_id,
                base_url,
                name,
            } => left.push(Made {
                project_id,
                base_url,
                name,
            }),
            Line::Member { .. } => {}
            Line::Refused { name } => forget_last(&mut left, &name),
            Line::Removed { name } => left.retain(|made| made.name != name),
        }
        whole += text.len() as u64;
        text.clear();
    }
    if !text.is_empty() {
        // Nothing is removed from a file of somebody else.
        if !text.starts_with(START) && !START.starts_with(&text) {
            return Err(strange());
        }
        file.set_len(whole)?;
    }
    Ok(left)
}

fn forget_last(left: &mut Vec<Made>, name: &str) {
    if let Some(index) = left.iter().rposition(|made| made.name == name) {
        left.remove(index);
    }
}

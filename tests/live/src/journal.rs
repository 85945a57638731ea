//! What a run made, on disk before it is made, so that it can be removed after a kill.
//!
//! One JSON object a line. It holds neither credentials nor tokens.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::halt::Halt;

/// What the names of everything that a run makes begin with.
pub(crate) const PREFIX: &str = "totps-live-";

/// A line.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    /// An Organization is about to be made, with this slug or external id.
    Organization {
        project_id: String,
        base_url: String,
        name: String,
    },
    /// A Member is about to be made.
    Member { organization: String, name: String },
    /// The Organization that was announced last by this name was refused.
    Refused { name: String },
    /// An Organization is gone, with all its Members.
    Removed { name: String },
}

/// An Organization that was made, or about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) project_id: String,
    pub(crate) base_url: String,
    /// The slug or external id.
    pub(crate) name: String,
}

/// The journal, locked.
#[derive(Debug)]
pub struct Journal {
    file: File,
    /// What is not removed yet.
    left: Vec<Made>,
}

impl Journal {
    /// Opens a journal, or begins one, and locks it.
    ///
    /// # Errors
    ///
    /// If the file cannot be used, another run uses it, or it is not a journal.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        fs4::FileExt::try_lock(&file)
            .map_err(|_| io::Error::other("it is in use by another run"))?;
        let left = read(&mut file)?;
        Ok(Self { file, left })
    }

    /// What is not removed yet.
    pub(crate) fn left(&self) -> Vec<Made> {
        self.left.clone()
    }

    /// An Organization is about to be made.
    pub(crate) fn organization(&mut self, made: Made) -> Result<(), Halt> {
        self.write(&Line::Organization {
            project_id: made.project_id.clone(),
            base_url: made.base_url.clone(),
            name: made.name.clone(),
        })?;
        self.left.push(made);
        Ok(())
    }

    /// A Member is about to be made.
    pub(crate) fn member(&mut self, organization: &str, address: &str) -> Result<(), Halt> {
        self.write(&Line::Member {
            organization: organization.to_owned(),
            name: address.to_owned(),
        })
    }

    /// The Organization that was announced last by a name was refused. One of the same name that
    /// was made before is still there.
    pub(crate) fn refused(&mut self, name: &str) -> Result<(), Halt> {
        self.write(&Line::Refused {
            name: name.to_owned(),
        })?;
        forget_last(&mut self.left, name);
        Ok(())
    }

    /// An Organization is gone.
    pub(crate) fn removed(&mut self, name: &str) -> Result<(), Halt> {
        self.write(&Line::Removed {
            name: name.to_owned(),
        })?;
        self.left.retain(|made| made.name != name);
        Ok(())
    }

    /// Writes a line and syncs it.
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
    let mut whole = 0;
    let mut reader = BufReader::new(&*file);
    let mut text = String::new();
    while reader.read_line(&mut text)? > 0 {
        // A kill can leave half of the last line, before the call that it was written for.
        if !text.ends_with('\n') {
            break;
        }
        let line = serde_json::from_str(&text)
            .map_err(|_| io::Error::other("it is not a journal of totps-live"))?;
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
        file.set_len(whole)?;
    }
    Ok(left)
}

fn forget_last(left: &mut Vec<Made>, name: &str) {
    if let Some(index) = left.iter().rposition(|made| made.name == name) {
        left.remove(index);
    }
}

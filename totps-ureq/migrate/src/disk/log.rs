//! Append-only NDJSON files, which only one process uses at a time.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use fs4::{FileExt, TryLockError};
use serde::Serialize;
use zeroize::Zeroizing;

use super::Disk;

/// A locked file that is appended to.
pub(crate) struct Log {
    file: File,
    disk: Disk,
}

impl Log {
    /// Opens and locks a file to read it and to append to it.
    pub(crate) fn open(disk: &Disk, path: &Path) -> Result<Self, TryLockError> {
        let file = OpenOptions::new().read(true).append(true).open(path);
        let file = file.map_err(TryLockError::Error)?;
        FileExt::try_lock(&file)?;
        Ok(Self {
            file,
            disk: disk.clone(),
        })
    }

    /// Returns the lines from the start.
    pub(crate) fn lines(&self) -> io::Result<Lines<'_>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(Lines {
            reader: BufReader::new(file),
            line: Zeroizing::default(),
            number: 0,
            end: 0,
        })
    }

    pub(crate) fn append(&mut self, content: &[u8]) -> io::Result<()> {
        self.disk.write(&mut self.file, content)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.disk.sync(&self.file)
    }

    /// Truncates the file, and syncs it.
    pub(crate) fn truncate(&self, length: u64) -> io::Result<()> {
        self.disk.before(super::Operation::Truncate)?;
        self.file.set_len(length)?;
        self.sync()
    }
}

/// The complete lines of a log: those that end with a line feed.
pub(crate) struct Lines<'a> {
    reader: BufReader<&'a File>,
    line: Zeroizing<Vec<u8>>,
    number: u64,
    /// Where the last complete line ends.
    end: u64,
}

impl Lines<'_> {
    /// Returns the next complete line, or `None` if there are no more.
    pub(crate) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        self.reader.read_until(b'\n', &mut self.line)?;
        if !self.line.ends_with(b"\n") {
            return Ok(None);
        }
        self.number += 1;
        self.end += self.line.len() as u64;
        Ok(Some(&self.line))
    }

    /// Returns the number of the last complete line, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Returns where the complete lines end, if something follows them: the process was killed or the
    /// disk was full while a line was being written, or a power failure left zeros. `None` before
    /// `next` has returned `None`.
    pub(crate) fn torn_at(&self) -> Option<u64> {
        let is_torn = !self.line.is_empty() && !self.line.ends_with(b"\n");
        is_torn.then_some(self.end)
    }
}

/// Returns a value as a line of NDJSON.
pub(crate) fn to_line(value: &impl Serialize) -> Vec<u8> {
    // This cannot fail: all maps that are written here have string keys.
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

//! The file operations of the journal, of the codes file and of reports.
//!
//! All of them go through this module, so that tests can end the run before each one.

mod log;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use log::{Lines, Log, to_line};

/// An operation, as tests see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Write,
    Sync,
    Link,
    Rename,
    Remove,
    Truncate,
    SyncDirectory,
}

/// Is called before each operation. If it returns an error, the operation fails with it; half of a
/// write is done before that.
pub(crate) type Hook = Arc<dyn Fn(Operation) -> io::Result<()> + Send + Sync>;

/// Does file operations.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    hook: Option<Hook>,
}

impl Disk {
    #[cfg(test)]
    pub(crate) fn with_hook(hook: Hook) -> Self {
        Self { hook: Some(hook) }
    }

    fn before(&self, operation: Operation) -> io::Result<()> {
        self.hook.as_ref().map_or(Ok(()), |hook| hook(operation))
    }

    /// Creates a file with its first content, readable only by its owner. It never replaces
    /// another file. Where the file system has hard links, it appears as a whole or not at all.
    pub(crate) fn create(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        if path.try_exists()? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let temporary = self.write_beside(path, content)?;
        self.before(Operation::Link)?;
        let linked = fs::hard_link(&temporary, path);
        self.before(Operation::Remove)?;
        fs::remove_file(&temporary)?;
        match linked {
            Err(error) if is_unsupported(&error) => {
                // The file system has no hard links. A kill at this moment leaves an empty file.
                self.before(Operation::Create)?;
                let mut file = private().create_new(true).write(true).open(path)?;
                self.write(&mut file, content)?;
                self.sync(&file)?;
            }
            linked => linked?,
        }
        self.sync_directory(path)
    }

    /// Creates a file, or replaces the existing one.
    pub(crate) fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let temporary = self.write_beside(path, content)?;
        self.before(Operation::Rename)?;
        fs::rename(&temporary, path)?;
        self.sync_directory(path)
    }

    fn write_beside(&self, path: &Path, content: &[u8]) -> io::Result<PathBuf> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let random = getrandom::u32().map_err(io::Error::other)?;
        let temporary = format!(".{}.{random:08x}.tmp", name.to_string_lossy());
        let temporary = path.with_file_name(temporary);
        self.before(Operation::Create)?;
        let mut file = private().create_new(true).write(true).open(&temporary)?;
        let written = self
            .write(&mut file, content)
            .and_then(|()| self.sync(&file));
        if let Err(error) = written {
            // Best effort: the temporary file is useless.
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        Ok(temporary)
    }

    fn write(&self, file: &mut File, content: &[u8]) -> io::Result<()> {
        if let Err(error) = self.before(Operation::Write) {
            file.write_all(&content[..content.len() / 2])?;
            return Err(error);
        }
        file.write_all(content)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.before(Operation::Sync)?;
        file.sync_data()
    }

    /// Syncs the folder of a file, so that the file exists after a power failure.
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.before(Operation::SyncDirectory)?;
        if cfg!(unix) {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
    )
}

/// Returns options for a file that only its owner can read.
fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

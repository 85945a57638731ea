//! Shows or saves the recovery codes. Those of a real Member must not be lost, and must not end up
//! in a log.

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{self, Path};

use tempfile::{Builder, NamedTempFile};
use totps_core::{MemberId, RecoveryCode};

use crate::options::Options;
use crate::report::Usage;
use crate::target::Target;

pub(crate) enum RecoveryCodes {
    /// Prints only their number: codes of an emulated Member are of no use.
    Count,
    Show,
    /// Writes them to this file, which only its owner can read. It is removed if nothing is written
    /// to it.
    Write(NamedTempFile),
}

impl RecoveryCodes {
    /// Decides where the codes go, and creates the file. This is done before a TOTP is created,
    /// since it may fail.
    pub(crate) fn prepare(options: &Options, target: &Target) -> Result<Self, Usage> {
        let file = match &options.recovery_codes_file {
            Some(path) => new_file(path),
            None if options.show_recovery_codes => return Ok(Self::Show),
            None if target.emulator.is_some() => return Ok(Self::Count),
            None if io::stdout().is_terminal() => return Ok(Self::Show),
            None => env::current_dir().and_then(|folder| {
                let mut named = Builder::new();
                named
                    .prefix("recovery-codes-")
                    .suffix(".txt")
                    .tempfile_in(folder)
            }),
        };
        match file {
            Ok(file) => Ok(Self::Write(file)),
            Err(error) => Err(Usage(format!("a file for the recovery codes: {error}"))),
        }
    }

    /// Shows or writes the codes of a Member.
    pub(crate) fn keep(
        &mut self,
        member_id: &MemberId,
        codes: &[RecoveryCode],
    ) -> Result<(), Box<dyn Error>> {
        let mut out = io::stdout();
        match self {
            Self::Count => writeln!(
                out,
                "   {} recovery codes, shown with --show-recovery-codes.",
                codes.len()
            )?,
            Self::Show => {
                writeln!(out, "   Recovery codes, shown only this once:")?;
                for code in codes {
                    writeln!(out, "     {}", code.expose())?;
                }
            }
            Self::Write(file) => {
                file.disable_cleanup(true);
                writeln!(file, "# Recovery codes of {member_id}")?;
                for code in codes {
                    writeln!(file, "{}", code.expose())?;
                }
                file.as_file().sync_all()?;
                writeln!(
                    out,
                    "   {} recovery codes are in {}.",
                    codes.len(),
                    file.path().display()
                )?;
            }
        }
        Ok(())
    }
}

/// Creates a file of this name, which must not exist yet.
fn new_file(path: &Path) -> io::Result<NamedTempFile> {
    let path = path::absolute(path)?;
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => Builder::new()
            .prefix(name)
            .suffix("")
            .rand_bytes(0)
            .tempfile_in(folder),
        _ => Err(io::Error::other("not the name of a file")),
    }
}

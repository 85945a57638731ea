//! The command line.

mod args;
mod commands;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// All rows are migrated: 0.
    Done,
    /// The command line, a file or the input is wrong: 1.
    Usage,
    /// Some rows were refused, rejected or present: 2.
    Refused,
    /// Some rows are unknown or in conflict: 3.
    Open,
    /// The run was stopped: 4.
    Stopped,
    /// The run was interrupted: 130.
    Interrupted,
}

impl Exit {
    /// Returns the exit code of the process.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 1,
            Self::Refused => 2,
            Self::Open => 3,
            Self::Stopped => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Runs the program with a command line, whose first item is the name of the program.
pub fn main(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are not errors, and go to standard output.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
        }
    };
    let result = match args.command {
        Command::Plan(args) => commands::plan(&args),
        Command::Run(args) => commands::run(&args),
        Command::Verify(args) => commands::verify(&args),
        Command::Undo(args) => commands::undo(&args),
        Command::Formats => commands::formats(),
    };
    result.unwrap_or_else(|error| {
        commands::complain(&error);
        Exit::Usage
    })
}

//! The command line.

use std::path::PathBuf;

use clap::Parser;
use totps_core::{InvalidTotpCode, TotpCode};

/// Enrols a Member in TOTP, checks a code, gets a session, and migrates the secret of a second Member.
///
/// Without configuration, an emulator of the API runs in this process, and the Members' apps are
/// emulated too.
#[derive(Parser)]
#[command(after_help = VARIABLES)]
pub(crate) struct Options {
    /// Check this code instead of asking for one or computing one
    #[arg(long, value_parser = code)]
    pub(crate) code: Option<TotpCode>,
    /// Remove the TOTPs that the Members have before enrolling them
    #[arg(long)]
    pub(crate) delete_first: bool,
    /// Print the recovery codes [default: at Stytch, if the output is a terminal]
    #[arg(long)]
    pub(crate) show_recovery_codes: bool,
    /// Write the recovery codes to a new file [default: at Stytch, if the output is not a terminal]
    #[arg(long, value_name = "FILE", conflicts_with = "show_recovery_codes")]
    pub(crate) recovery_codes_file: Option<PathBuf>,
    /// Trust only these root certificates (PEM), such as that of an emulator with TLS
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

const VARIABLES: &str = "\
To talk to Stytch, set these environment variables:
  STYTCH_PROJECT_ID, STYTCH_SECRET
  STYTCH_ORGANIZATION_ID, STYTCH_MEMBER_ID         the Member to enrol
and, if needed,
  STYTCH_INTERMEDIATE_SESSION_TOKEN                the login that the code completes
  STYTCH_MIGRATE_MEMBER_ID, STYTCH_MIGRATE_SECRET  a second Member, and the secret to migrate
  STYTCH_BASE_URL                                  a server other than Stytch's
  STYTCH_CA_FILE                                   the same as --ca-file

Exit codes: 0 done, 1 a call failed, 2 the command line, a variable or a file is wrong and
nothing was sent, 141 the program that reads the output has ended.";

fn code(text: &str) -> Result<TotpCode, InvalidTotpCode> {
    TotpCode::parse(text)
}

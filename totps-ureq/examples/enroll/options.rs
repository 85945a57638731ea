//! The command line.

use std::error::Error;

use totps_core::TotpCode;

pub(crate) const USAGE: &str = "\
Options:
  --code CODE             check this code instead of asking for it or computing it
  --show-recovery-codes   print the recovery codes
  --help                  print this

Without configuration an emulator runs in this process. To talk to Stytch, set
STYTCH_PROJECT_ID, STYTCH_SECRET, STYTCH_ORGANIZATION_ID, STYTCH_MEMBER_ID, and if need be
  STYTCH_INTERMEDIATE_SESSION_TOKEN               the login that the code completes
  STYTCH_MIGRATE_MEMBER_ID, STYTCH_MIGRATE_SECRET a second Member, and the secret to migrate
  STYTCH_BASE_URL                                 another server than Stytch's own";

/// What the command line asks for.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) code: Option<TotpCode>,
    pub(crate) show_recovery_codes: bool,
    pub(crate) help: bool,
}

impl Options {
    pub(crate) fn parse() -> Result<Self, Box<dyn Error>> {
        let mut options = Self::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--code" => {
                    let code = arguments.next().ok_or("--code needs a code")?;
                    options.code = Some(TotpCode::parse(&code)?);
                }
                "--show-recovery-codes" => options.show_recovery_codes = true,
                "--help" => options.help = true,
                _ => return Err(format!("there is no argument `{argument}`\n\n{USAGE}").into()),
            }
        }
        Ok(options)
    }
}

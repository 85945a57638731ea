//! Where the six digits come from.

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};

use totps_core::{CreateResponse, TotpCode};

use crate::options::Options;
use crate::target::Target;

/// The code that the Member's authenticator app shows: given on the command line, asked for, or
/// computed as the app would when the emulator stands in for everything.
pub(crate) fn code(
    options: &Options,
    target: &Target,
    created: &CreateResponse,
) -> Result<TotpCode, Box<dyn Error>> {
    if let Some(code) = &options.code {
        return Ok(code.clone());
    }
    if let Some(emulator) = &target.emulator {
        println!("   The authenticator app is emulated, too.");
        let code = totps_emulator::authenticator_code(created.secret.expose(), emulator.now())?;
        return Ok(TotpCode::new(code));
    }
    loop {
        print!("   Scan the QR code with an authenticator app and type the code that it shows: ");
        io::stdout().flush()?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            return Err("no code was typed".into());
        }
        match TotpCode::parse(&line) {
            Err(error) if io::stdin().is_terminal() => println!("   That is not it: {error}."),
            parsed => return Ok(parsed?),
        }
    }
}

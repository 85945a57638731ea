//! Gets the code that the Member's authenticator app shows.

use std::error::Error;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use totps_core::{CreateResponse, TotpCode};

use crate::options::Options;
use crate::report::Usage;
use crate::target::Target;

/// Fails if the code must be typed and standard input is closed. This is checked before a TOTP is
/// created, since the Member would otherwise have an unconfirmed one.
pub(crate) fn check_input(options: &Options, target: &Target) -> Result<(), Box<dyn Error>> {
    if options.code.is_none() && target.emulator.is_none() && is_input_closed()? {
        let closed = "standard input is closed, so nobody can type the code: run it in a terminal, \
                      or give --code";
        return Err(Usage(closed.to_owned()).into());
    }
    Ok(())
}

#[cfg(unix)]
fn is_input_closed() -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let input = io::stdin();
    let mut waiting = [PollFd::new(&input, PollFlags::IN)];
    // No input yet, and not closed: somebody may still type.
    if poll(&mut waiting, Some(&Timespec::default()))? == 0 {
        return Ok(false);
    }
    Ok(input.lock().fill_buf()?.is_empty())
}

/// On other systems, a closed input is noticed when the code is asked for.
#[cfg(not(unix))]
fn is_input_closed() -> io::Result<bool> {
    Ok(false)
}

/// Returns the code that the Member's authenticator app shows: from the command line or from a
/// prompt. With the emulator it is computed as the app would.
pub(crate) fn code(
    options: &Options,
    target: &Target,
    created: &CreateResponse,
) -> Result<TotpCode, Box<dyn Error>> {
    let mut out = io::stdout();
    if let Some(code) = &options.code {
        return Ok(code.clone());
    }
    if let Some(emulator) = &target.emulator {
        writeln!(out, "   The authenticator app is emulated, too.")?;
        let code = totps_emulator::authenticator_code(created.secret.expose(), emulator.now())?;
        return Ok(TotpCode::new(code));
    }
    loop {
        write!(
            out,
            "   Scan the QR code with an authenticator app and type the code that it shows: "
        )?;
        out.flush()?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            return Err("no code was typed".into());
        }
        match TotpCode::parse(&line) {
            Err(error) if io::stdin().is_terminal() => {
                writeln!(out, "   That is not a code: {error}.")?;
            }
            parsed => return Ok(parsed?),
        }
    }
}

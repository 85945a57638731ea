//! The command line of the emulator.

mod arguments;
mod output;

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::mpsc;

use clap::Parser as _;
use totps_emulator::{Builder, Config};

use crate::arguments::Arguments;
use crate::output::{CaFile, Output};

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            // If this fails, there is no other place to report it.
            let _ = writeln!(io::stderr(), "totps-emulator: {text}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut config = match &arguments.config {
        Some(path) => Config::from_file(path)?,
        None => Config::default(),
    };
    config.port = arguments.port.or(config.port);
    config.seed = arguments.seed.or(config.seed);
    // The handler is set before anything is printed, so that a program that reads the output can
    // interrupt at once.
    let (stop, stopped) = mpsc::channel();
    ctrlc::set_handler(move || {
        // A second signal may find that the receiver is gone.
        let _ = stop.send(());
    })?;
    let mut builder = Builder::from(config);
    if arguments.log {
        // An error is ignored, e.g. when standard error is closed.
        builder = builder.log(|entry| drop(writeln!(io::stderr(), "{entry}")));
    }
    #[cfg(feature = "tls")]
    let builder = builder.tls(arguments.tls);
    let emulator = builder.start()?;
    let ca_file = emulator
        .ca_pem()
        .map(|pem| CaFile::write(arguments.ca_file(), pem));
    let ca_file = ca_file.transpose()?;
    let output = Output {
        emulator: &emulator,
        ca_file: ca_file.as_ref().map(CaFile::path),
    };
    let text = if arguments.json {
        output.json()
    } else if arguments.env {
        output.env()
    } else {
        output.text()
    };
    writeln!(io::stdout(), "{text}")?;
    stopped.recv()?;
    Ok(())
}

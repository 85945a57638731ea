//! The arguments.

use std::path::{Path, PathBuf};

use clap::Parser;

/// Runs a local emulator of Stytch's B2B TOTP API on 127.0.0.1 until it is interrupted.
///
/// Prints where it listens, the project's credentials, and the ids and an intermediate session
/// token of a ready Member. It is a test tool: it keeps everything in memory and shows every
/// secret. It never listens on anything but 127.0.0.1.
#[derive(Debug, Parser)]
#[command(name = "totps-emulator", version)]
pub(crate) struct Arguments {
    /// Port on 127.0.0.1; 0 takes a free one [default: 0, or that of the configuration]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Make ids, secrets and recovery codes reproducible
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Configuration with settings, organizations and members, as TOML or JSON by the file's ending
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print one line of JSON in the place of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Print `export STYTCH_…` lines for a shell in the place of text
    #[arg(long, conflicts_with = "json")]
    pub(crate) env: bool,
    /// Print a line for each request on standard error, without secrets
    #[arg(long)]
    pub(crate) log: bool,
    /// Speak HTTPS with a new certificate authority, and print the file that holds its certificate
    #[cfg(feature = "tls")]
    #[arg(long)]
    pub(crate) tls: bool,
    /// Where --tls puts the certificate [default: a file in the directory for temporary files]
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Arguments {
    /// Where the certificate of the authority goes.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        #[cfg(feature = "tls")]
        return self.ca_file.as_deref();
        #[cfg(not(feature = "tls"))]
        None
    }
}

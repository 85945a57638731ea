//! The command-line arguments.

use std::path::{Path, PathBuf};

use clap::Parser;

/// Runs a local emulator of Stytch's B2B TOTP API on 127.0.0.1 until it is interrupted.
///
/// Prints the base URL, the project's credentials, and the ids and an intermediate session token of
/// a Member that is ready to use. It is a test tool: it keeps everything in memory and shows every
/// secret. It listens on 127.0.0.1 only.
#[derive(Debug, Parser)]
#[command(name = "totps-emulator", version)]
pub(crate) struct Arguments {
    /// Port on 127.0.0.1; 0 picks a free port [default: the port of the configuration, or 0]
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Make ids, secrets and recovery codes reproducible
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Configuration file (.toml or .json) with settings, Organizations and Members
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print one line of JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Print `export STYTCH_…` lines for a shell instead of text
    #[arg(long, conflicts_with = "json")]
    pub(crate) env: bool,
    /// Print a line for each request on standard error, without secrets
    #[arg(long)]
    pub(crate) log: bool,
    /// Serve HTTPS with a new certificate authority, and print the file with its certificate
    #[cfg(feature = "tls")]
    #[arg(long)]
    pub(crate) tls: bool,
    /// File for the certificate of --tls [default: a file in the directory for temporary files]
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Arguments {
    /// Returns the given file for the certificate of the authority.
    pub(crate) fn ca_file(&self) -> Option<&Path> {
        #[cfg(feature = "tls")]
        return self.ca_file.as_deref();
        #[cfg(not(feature = "tls"))]
        None
    }
}

//! Starts the processes of this bench: servers and their clients.

use std::process::Command;
use std::time::Duration;

use tempfile::NamedTempFile;
use totps_bench_clients::Fallible;
use totps_bench_clients::process::Process;
use totps_bench_latency::{DELAY, ROUND_TRIP};

/// A client with its own server, so that the server's counts are those of this client.
pub(crate) struct Pair {
    pub(crate) client: Process,
    server: Process,
    _authority: NamedTempFile,
}

/// The counts of a server since it was started.
pub(crate) struct Counts {
    pub(crate) opened: f64,
    pub(crate) full: f64,
    pub(crate) resumed: f64,
    /// Connections that are open now.
    pub(crate) open: f64,
    /// The 99th percentile of how late the line was since the warm-up, in round trips.
    pub(crate) late: f64,
}

impl Pair {
    /// Starts both processes. They do not connect yet.
    pub(crate) fn start(client: &str) -> Fallible<Self> {
        Self::with(client, DELAY, &[])
    }

    /// Starts both processes. Every connection ends with its first response.
    pub(crate) fn closing(client: &str) -> Fallible<Self> {
        Self::with(client, DELAY, &["close"])
    }

    /// Starts both processes with another delay than [`DELAY`].
    pub(crate) fn delayed(client: &str, delay: Duration) -> Fallible<Self> {
        Self::with(client, delay, &[])
    }

    fn with(client: &str, delay: Duration, settings: &[&str]) -> Fallible<Self> {
        let authority = NamedTempFile::new()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_latency-server"));
        command.arg(authority.path());
        command.arg(delay.as_millis().to_string());
        let mut server = Process::start(command.args(settings))?;
        let base_url = server.hear()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_latency-client"));
        // For the official crate, which trusts the platform's certificates.
        command.env("SSL_CERT_FILE", authority.path());
        let client = command.args([client, &base_url]).arg(authority.path());
        Ok(Self {
            client: Process::start(client)?,
            server,
            _authority: authority,
        })
    }

    /// Makes one call, and returns its duration in round trips.
    pub(crate) fn call(&mut self) -> Fallible<f64> {
        let [seconds] = self.client.numbers("call")?;
        Ok(round_trips(seconds))
    }

    pub(crate) fn counts(&mut self) -> Fallible<Counts> {
        let [opened, full, resumed, open, late] = self.server.numbers("counts")?;
        Ok(Counts {
            opened,
            full,
            resumed,
            open,
            late: round_trips(late),
        })
    }

    /// Makes the server forget how late its line was so far.
    pub(crate) fn warm(&mut self) -> Fallible<()> {
        self.server.say("warm")?;
        self.server.hear().map(drop)
    }
}

pub(crate) fn round_trips(seconds: f64) -> f64 {
    seconds / ROUND_TRIP.as_secs_f64()
}

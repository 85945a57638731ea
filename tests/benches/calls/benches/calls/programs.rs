//! Starts the processes of this bench.

use std::process::Command;

use totps_bench_clients::Fallible;
use totps_bench_clients::process::Process;

/// Starts a server and returns it with its base URL. If `hold` is not zero, it responds to the
/// first call at once, and to all others only when `hold` calls wait.
pub(crate) fn server(hold: usize) -> Fallible<(Process, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calls-server"));
    let mut server = Process::start(command.arg(hold.to_string()))?;
    let base_url = server.hear()?;
    Ok((server, base_url))
}

pub(crate) fn client(name: &str, callers: usize, base_url: &str) -> Fallible<Process> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calls-client"));
    Process::start(command.args([name, &callers.to_string(), base_url]))
}

pub(crate) fn counted_client(name: &str, callers: usize, base_url: &str) -> Fallible<Process> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_calls-counted-client"));
    Process::start(command.args([name, &callers.to_string(), base_url]))
}

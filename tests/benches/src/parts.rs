//! The parts of a run. Each is built apart from the others, so that no features of one are another's.

use std::path::Path;
use std::process::{Command, Stdio};

use totps_bench_record::Measurement;

use crate::{Fallible, codec};

/// What can be run by itself.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Codec,
    Calls,
    Latency,
    Weight,
    Emulator,
    SessionJwt,
}

impl Part {
    pub(crate) const ALL: [Self; 6] = [
        Self::Codec,
        Self::Calls,
        Self::Latency,
        Self::Weight,
        Self::Emulator,
        Self::SessionJwt,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Codec => "codec",
            Self::Calls => "calls",
            Self::Latency => "latency",
            Self::Weight => "weight",
            Self::Emulator => "emulator",
            Self::SessionJwt => "session-jwt",
        }
    }

    pub(crate) fn named(name: &str) -> Fallible<Self> {
        let found = Self::ALL.into_iter().find(|part| part.name() == name);
        found.ok_or_else(|| {
            format!("`{name}` is none of codec, calls, latency, weight, emulator, session-jwt")
                .into()
        })
    }

    pub(crate) fn run(self, root: &Path) -> Fallible<Vec<Measurement>> {
        match self {
            Self::Codec => codec::run(root),
            Self::Calls => lines(root, "totps-bench-calls"),
            Self::Latency => lines(root, "totps-bench-latency"),
            Self::Weight => lines(root, "totps-bench-weight"),
            Self::Emulator => lines(root, "totps-bench-emulator"),
            Self::SessionJwt => lines(root, "totps-bench-session-jwt"),
        }
    }
}

/// Cargo in the workspace of the benches. What it says itself is for people to read.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root);
    cargo
}

/// Runs to the end; a failure is an error.
pub(crate) fn finish(command: &mut Command) -> Fallible<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}

/// Takes the measurements that a member prints.
fn lines(root: &Path, package: &str) -> Fallible<Vec<Measurement>> {
    let mut command = cargo(root);
    command
        .args(["bench", "-p", package])
        .stderr(Stdio::inherit());
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(Measurement::parse).collect())
}

//! The parts of a run. Each is built separately, so that Cargo does not unify their features.

use std::path::Path;
use std::process::{Command, Stdio};

use totps_bench_record::Measurement;

use crate::{Fallible, codec};

/// A part that can be run on its own.
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
            format!(
                "unknown part `{name}`: expected codec, calls, latency, weight, emulator or \
                 session-jwt"
            )
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

/// Returns cargo in the workspace of the benches.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root);
    cargo
}

/// Runs a command until it ends. A failure status is an error.
pub(crate) fn finish(command: &mut Command) -> Fallible<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?}: {status}").into())
    }
}

/// Runs the bench of a package and returns the measurements that it prints.
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

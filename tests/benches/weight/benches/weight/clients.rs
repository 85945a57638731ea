//! Measures how long it takes to build a client, and how many files that opens.

use std::path::Path;
use std::process::Command;
use std::{fs, str};

use totps_bench_record::report;

use crate::{Fallible, TABLE};

const CLIENTS: [&str; 5] = ["totps-ureq", "ureq", "totps-hyper", "hyper", "stytch"];

const CASE: &str = "building a client";

const ROUNDS: usize = 25;

const PROGRAM: &str = env!("CARGO_BIN_EXE_weight-client");

pub(crate) fn measure() -> Fallible<()> {
    let mut runs = CLIENTS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (client, runs) in CLIENTS.iter().zip(&mut runs) {
            let nanoseconds: f64 = output(Command::new(PROGRAM).arg(client))?.parse()?;
            runs.push(nanoseconds / 1e6);
        }
    }
    for (client, runs) in CLIENTS.iter().zip(runs) {
        report([TABLE, CASE, client, "ms"], runs)?;
        report([TABLE, CASE, client, "files opened"], [files(client)?])?;
    }
    Ok(())
}

/// Counts the files that were opened while the client was built. The program marks the start and
/// the end by trying to open two files that do not exist.
fn files(client: &str) -> Fallible<f64> {
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files.strace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=open,openat,openat2,creat", "-o"]);
    output(strace.arg(&trace).args([PROGRAM, client]))?;
    let trace = fs::read_to_string(trace)?;
    let opened = trace
        .lines()
        .skip_while(|line| !line.contains("before the client"))
        .skip(1)
        .take_while(|line| !line.contains("after the client"))
        .filter(|line| !line.contains(" = -1 "));
    if !trace.contains("after the client") {
        return Err("the trace does not show the client".into());
    }
    Ok(opened.count() as f64)
}

fn output(command: &mut Command) -> Fallible<String> {
    let output = command
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if !output.status.success() {
        return Err(str::from_utf8(&output.stderr)?.into());
    }
    Ok(str::from_utf8(&output.stdout)?.trim().to_owned())
}

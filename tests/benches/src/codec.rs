//! The part `codec`: three packages, each with a bench for instructions and one for time.

use std::path::Path;
use std::process::Stdio;
use std::{env, fs};

use totps_bench_record::Measurement;

use crate::parts::{cargo, finish};
use crate::{Fallible, criterion, gungraun};

const PACKAGES: [&str; 3] = [
    "totps-bench-ours",
    "totps-bench-rivals",
    "totps-bench-official",
];

pub(crate) fn run(root: &Path) -> Fallible<Vec<Measurement>> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("no target folder")?;
    finish(cargo(root).args(["build", "-p", "totps-bench-runner"]))?;
    let runner = target.join("debug/totps-bench-runner");
    // Remove the results of an earlier run.
    let (counts, times) = (target.join("counts"), target.join("times"));
    for folder in [&counts, &times] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }

    let bench = |package, bench| {
        let mut cargo = cargo(root);
        cargo
            .args(["bench", "-p", package, "--bench", bench, "--"])
            .env("GUNGRAUN_RUNNER", &runner)
            .env("GUNGRAUN_HOME", &counts)
            .env("CRITERION_HOME", &times)
            .stdout(Stdio::null());
        cargo
    };
    for package in PACKAGES {
        let mut instructions = bench(package, "instructions");
        finish(instructions.arg("--save-summary=json"))?;
    }
    for package in PACKAGES {
        let mut time = bench(package, "time");
        finish(time.args(["--warm-up-time=0.5", "--measurement-time=1", "--noplot"]))?;
    }
    let mut measurements = gungraun::read(&counts)?;
    measurements.extend(criterion::read(&times)?);
    Ok(measurements)
}

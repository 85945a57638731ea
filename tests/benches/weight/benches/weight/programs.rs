//! Measures the size and the build time of a program that makes one call.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, io, str};

use totps_bench_record::report;

use crate::{Fallible, TABLE};

/// The programs: the library that they use, and their package.
const PROGRAMS: [(&str, &str); 5] = [
    ("totps-ureq", "with-totps-ureq"),
    ("bare-ureq", "with-ureq"),
    ("totps-hyper", "with-totps-hyper"),
    ("bare-hyper", "with-hyper"),
    ("stytch", "with-stytch"),
];

/// Pairs of indices into [`PROGRAMS`]: ours, and the program to compare with.
const PAIRS: [(usize, usize); 4] = [(0, 1), (2, 3), (0, 4), (2, 4)];

const CASE: &str = "one-call program";

pub(crate) fn measure(builds: usize) -> Fallible<()> {
    if builds == 0 {
        return Ok(());
    }
    run(&mut cargo("fetch"))?;
    let mut seconds = PROGRAMS.map(|_| Vec::new());
    for build in 0..builds {
        eprintln!("build {} of {builds}", build + 1);
        for ((_, package), seconds) in PROGRAMS.iter().zip(&mut seconds) {
            seconds.push(time(package)?);
        }
    }
    let mut megabytes = PROGRAMS.map(|_| [0.0]);
    for ((_, package), megabytes) in PROGRAMS.iter().zip(&mut megabytes) {
        let file = target(package).join("release").join(package);
        *megabytes = [fs::metadata(file)?.len() as f64 / 1e6];
    }
    for (index, (name, package)) in PROGRAMS.iter().enumerate() {
        report([TABLE, CASE, name, "MB"], megabytes[index])?;
        report([TABLE, CASE, name, "s to build"], seconds[index].clone())?;
        report([TABLE, CASE, name, "crates"], [crates(package)?])?;
    }
    for (ours, bare) in PAIRS {
        let names = format!("{} / {}", PROGRAMS[ours].0, PROGRAMS[bare].0);
        let sizes = divide(&megabytes[ours], &megabytes[bare]);
        report([TABLE, CASE, &names, "ratio of size"], sizes)?;
        let times = divide(&seconds[ours], &seconds[bare]);
        report([TABLE, CASE, &names, "ratio of time to build"], times)?;
    }
    Ok(())
}

/// Returns the ratios of two series, computed round by round.
fn divide<'a>(one: &'a [f64], by: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    one.iter().zip(by).map(|(one, by)| one / by)
}

/// Builds a package from its sources alone, and returns the duration in seconds.
fn time(package: &str) -> Fallible<f64> {
    let target = target(package);
    match fs::remove_dir_all(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut build = cargo("build");
    build.args(["--release", "--offline", "--quiet", "--jobs", "2"]);
    build
        .args(["--package", package, "--target-dir"])
        .arg(target);
    let start = Instant::now();
    run(&mut build)?;
    Ok(start.elapsed().as_secs_f64())
}

/// Counts the other crates in the program.
fn crates(package: &str) -> Fallible<f64> {
    let mut tree = cargo("tree");
    tree.args(["--offline", "--edges", "normal", "--prefix", "none"]);
    let output = tree.args(["--package", package]).output()?;
    if !output.status.success() {
        return Err(str::from_utf8(&output.stderr)?.into());
    }
    let crates: BTreeSet<_> = str::from_utf8(&output.stdout)?
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    Ok((crates.len() - 1) as f64)
}

fn target(package: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(package)
}

fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--manifest-path"]);
    cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/programs/Cargo.toml"));
    cargo
}

/// Runs a command without its standard output, which is reserved for the report.
fn run(command: &mut Command) -> Fallible<()> {
    if command.stdout(Stdio::null()).status()?.success() {
        Ok(())
    } else {
        Err(format!("{command:?} failed").into())
    }
}

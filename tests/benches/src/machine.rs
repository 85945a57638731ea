//! What the benches run on.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use crate::Fallible;

/// Names and values, for a list.
pub(crate) fn describe() -> Fallible<Vec<(&'static str, String)>> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let kibibytes: f64 = field(&memory, "MemTotal").trim_end_matches(" kB").parse()?;
    Ok(vec![
        ("CPU", field(&cpu, "model name").to_owned()),
        ("Cores", available_parallelism()?.to_string()),
        ("Memory", format!("{:.1} GiB", kibibytes / 1024.0 / 1024.0)),
        (
            "Kernel",
            fs::read_to_string("/proc/sys/kernel/osrelease")?
                .trim()
                .to_owned(),
        ),
        ("Rust", said(Command::new("rustc").arg("--version"))?),
        ("Valgrind", said(Command::new("valgrind").arg("--version"))?),
    ])
}

/// The first value of a name in a file of `/proc`.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map_or("", |(_, value)| value.trim())
}

fn said(command: &mut Command) -> Fallible<String> {
    let output = command.output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

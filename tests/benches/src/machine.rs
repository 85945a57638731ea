//! The machine that the benches run on.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use crate::Fallible;

/// Returns names and values of a list that describes the machine.
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
        ("Rust", output_of(Command::new("rustc").arg("--version"))?),
        (
            "Valgrind",
            output_of(Command::new("valgrind").arg("--version"))?,
        ),
    ])
}

/// Returns the first value with a name in the text of a file in `/proc`.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map_or("", |(_, value)| value.trim())
}

fn output_of(command: &mut Command) -> Fallible<String> {
    let output = command.output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

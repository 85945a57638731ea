//! Writes the results of a run as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use totps_bench_record::Measurement;

use crate::target::Target;
use crate::{Fallible, machine, table, targets, versions};

const HEAD: &str = "\
# Results of the benches

The benches wrote this file after one run on one machine; `README.md` explains how to read it.
";

pub(crate) fn markdown(root: &Path, measurements: &[Measurement]) -> Fallible<String> {
    let mut text = HEAD.to_owned();
    let now = jiff::Timestamp::now();
    writeln!(text, "\n- Date: {}", now.strftime("%Y-%m-%d %H:%M UTC"))?;
    for (name, value) in machine::describe()? {
        writeln!(text, "- {name}: {value}")?;
    }
    writeln!(text, "- Versions: {}\n", versions::locked(root)?.join(", "))?;

    writeln!(text, "## Targets\n")?;
    writeln!(text, "| | at most | measured | worst case | |")?;
    writeln!(text, "|---|---:|---:|---|---|")?;
    for target in targets::all() {
        writeln!(text, "{}", row(&target, measurements))?;
    }
    writeln!(text)?;
    let reasons = root.join("UNMET.md");
    if reasons.exists() {
        writeln!(text, "{}", fs::read_to_string(reasons)?)?;
    }
    text += &table::markdown(measurements)?;
    Ok(text.trim_end().to_owned() + "\n")
}

fn row(target: &Target, measurements: &[Measurement]) -> String {
    let Target { text, limit, .. } = target;
    match target.worst(measurements) {
        Some(worst) => {
            let met = if worst.value <= *limit {
                "met"
            } else {
                "**not met**"
            };
            // Rounded up, so that a value slightly over its limit does not look like the limit.
            let value = (worst.value * 1e4).ceil() / 1e4;
            format!("| {text} | {limit} | {value} | {} | {met} |", worst.place)
        }
        None => format!("| {text} | {limit} | – | – | not measured |"),
    }
}

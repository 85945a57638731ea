//! Child processes for the rules about environment variables and output, which belong to a whole
//! process. A child is the program of the test, started again.

use std::env;
use std::io::Write as _;
use std::process::{Command, Output, exit};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::probe::{Probe, Run};
use crate::rule::{Needs, find};

const RULE: &str = "TOTPS_CONFORMANCE_RULE";
const NAME: &str = "TOTPS_CONFORMANCE_NAME";

/// The start of each line that the child writes for its parent.
const MARK: &str = "totps-conformance ";

/// The rule and the check that this process was started for.
pub(crate) struct Job {
    rule: String,
    name: String,
}

/// Returns the job of this process, if it is a child.
pub(crate) fn job() -> Option<Job> {
    let rule = env::var(RULE).ok()?;
    let name = env::var(NAME).unwrap_or_default();
    Some(Job { rule, name })
}

/// Runs the rule in the child and exits the process. Returns only if the job is for another check.
pub(crate) fn run(run: &Arc<Run>, job: &Job) {
    if job.name != run.options.name {
        return;
    }
    let Some(rule) = find(&job.rule) else {
        return;
    };
    let Needs::Child(inside) = rule.needs else {
        return;
    };
    let probe = Probe::new(Arc::clone(run), rule.id);
    (inside.0)(&probe);
    let found = probe.into_found();
    let mut lines = String::new();
    for finding in found.findings {
        let line = json!({"rule": finding.rule, "seen": finding.seen});
        lines += &format!("{MARK}{line}\n");
    }
    for note in found.notes {
        lines += &format!("{MARK}{}\n", json!({ "note": note }));
    }
    lines += &format!("\n{MARK}{}\n", json!({"done": rule.id}));
    // Fails only if the parent has exited.
    let _ = std::io::stdout().write_all(lines.as_bytes());
    let _ = std::io::stdout().flush();
    exit(0);
}

/// Starts a child for the rule of this probe, and adds its findings to the probe. Returns all other
/// output of the child.
pub(crate) fn start(probe: &Probe, prepare: impl FnOnce(&mut Command)) -> Option<String> {
    let options = &probe.run.options;
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => {
            probe.not_run(format!("no path to the program of the test: {error}"));
            return None;
        }
    };
    let mut command = Command::new(program);
    command
        .args(options.child.iter().flatten())
        .env(RULE, probe.rule())
        .env(NAME, &options.name);
    prepare(&mut command);
    match command.output() {
        Ok(output) => take_over(probe, &output),
        Err(error) => {
            probe.not_run(format!("cannot start a child process: {error}"));
            None
        }
    }
}

fn take_over(probe: &Probe, output: &Output) -> Option<String> {
    let (mut is_done, mut printed) = (false, String::new());
    for bytes in [&output.stdout, &output.stderr] {
        for line in String::from_utf8_lossy(bytes).lines() {
            // The line may begin with output of the test harness.
            let Some((_, json)) = line.split_once(MARK) else {
                printed += line;
                printed.push('\n');
                continue;
            };
            let told: Value = serde_json::from_str(json).unwrap_or_default();
            is_done |= told["done"] == probe.rule();
            if let Some(note) = told["note"].as_str() {
                probe.note(note);
            }
            if let (Some(rule), Some(seen)) = (told["rule"].as_str(), told["seen"].as_str()) {
                probe.fail_rule(rule, seen);
            }
        }
    }
    if is_done {
        return Some(printed);
    }
    let last: Vec<_> = printed.lines().rev().take(5).collect();
    probe.fail(format!(
        "the child process did not make this check ({}): is the name given to `Kit::child_test` the \
         full name of the test? It printed: {:?}",
        output.status,
        last.into_iter().rev().collect::<Vec<_>>()
    ));
    None
}

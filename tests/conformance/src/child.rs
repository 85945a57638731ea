//! What belongs to a whole process, environment variables and what it prints, is tried in a process of its
//! own: the program of the test, started once more.

use std::env;
use std::io::Write as _;
use std::process::{Command, Output, exit};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::probe::{Probe, Run};
use crate::rule::{Needs, find};

const RULE: &str = "TOTPS_CONFORMANCE_RULE";
const NAME: &str = "TOTPS_CONFORMANCE_NAME";

/// Begins each line that the child writes for its parent.
const MARK: &str = "totps-conformance ";

/// What this process was started for.
pub(crate) struct Job {
    rule: String,
    name: String,
}

/// Returns what this process was started for, if it is a child.
pub(crate) fn job() -> Option<Job> {
    let rule = env::var(RULE).ok()?;
    let name = env::var(NAME).unwrap_or_default();
    Some(Job { rule, name })
}

/// Does the child's part and ends the process. Returns if this is not the check that is meant.
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
    // Nobody reads it if the parent has gone.
    let _ = std::io::stdout().write_all(lines.as_bytes());
    let _ = std::io::stdout().flush();
    exit(0);
}

/// Starts a child for the rule of this probe, and takes over what it found. Returns what it printed beside
/// that.
pub(crate) fn start(probe: &Probe, prepare: impl FnOnce(&mut Command)) -> Option<String> {
    let options = &probe.run.options;
    let program = match env::current_exe() {
        Ok(program) => program,
        Err(error) => {
            probe.not_run(format!("the program of the test is not known: {error}"));
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
            probe.not_run(format!("a process could not be started: {error}"));
            None
        }
    }
}

fn take_over(probe: &Probe, output: &Output) -> Option<String> {
    let (mut is_done, mut printed) = (false, String::new());
    for bytes in [&output.stdout, &output.stderr] {
        for line in String::from_utf8_lossy(bytes).lines() {
            // The test harness may have written the beginning of the line.
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
        "the process of its own did not make this check ({}): is the name given to `Kit::child_test` the \
         full name of the test? It printed: {:?}",
        output.status,
        last.into_iter().rev().collect::<Vec<_>>()
    ));
    None
}

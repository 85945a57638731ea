//! The subcommands.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::Exit;
use super::args::{ApiArgs, InputArgs, JournalArgs, PlanArgs, RunArgs};
use crate::api::Api;
use crate::credentials::Target;
use crate::disk::Disk;
use crate::input::{FORMATS, Input};
use crate::journal::{History, Journal, RowId, State, unix_time};
use crate::pace::Gate;
use crate::plan::{Counts, Plan};
use crate::report::{RowLine, RowsFile, Screen, duration, problem_json};
use crate::row::classify::Rules;
use crate::row::{Item, Kind, Members};
use crate::run::{self, Settings};
use crate::stop::{Stop, StopReason};
use crate::undo::Undone;
use crate::verify::Finding;
use crate::{undo as undoing, verify as verifying};

/// An error message for the user.
pub(super) struct Failed(String);

impl<T: fmt::Display> From<T> for Failed {
    fn from(error: T) -> Self {
        Self(error.to_string())
    }
}

pub(super) fn complain(error: &Failed) {
    for line in error.0.lines() {
        let _ = writeln!(io::stderr(), "totps-migrate: {line}");
    }
}

fn say(line: impl fmt::Display) {
    // The program that reads the output may have ended.
    let _ = writeln!(io::stdout(), "{line}");
}

/// Puts the path of a file before each line of an error.
fn within<T>(path: &Path, result: Result<T, impl fmt::Display>) -> Result<T, Failed> {
    result.map_err(|error| {
        let lines = error.to_string();
        let lines = lines
            .lines()
            .map(|line| format!("{}: {line}", path.display()));
        Failed(lines.collect::<Vec<_>>().join("\n"))
    })
}

fn rules(args: &InputArgs) -> Result<Rules, Failed> {
    let members = match &args.members {
        Some(path) => within(path, Members::read(path))?,
        None => Members::default(),
    };
    Ok(Rules {
        encoding: args.encoding,
        members,
        organization_id: args.organization.clone(),
        replace_hashed_codes: args.replace_hashed_codes,
        unix_time: unix_time(),
    })
}

fn input(args: &InputArgs) -> Result<Input, Failed> {
    let input = within(&args.input, Input::open(&args.input, args.format))?;
    if args.encoding.is_some() && !input.format.takes_encoding {
        return Err(Failed(format!(
            "--encoding cannot be used with the format {}, which determines the encoding of its secrets",
            input.format.name
        )));
    }
    Ok(input)
}

pub(super) fn formats() -> Result<Exit, Failed> {
    for format in FORMATS {
        say(format_args!("{:<21} {}", format.name, format.about));
        say(format_args!("{:<21} secret: {}", "", format.secret));
    }
    Ok(Exit::Done)
}

pub(super) fn plan(args: &PlanArgs) -> Result<Exit, Failed> {
    let path = &args.input.input;
    let rules = rules(&args.input)?;
    let input = input(&args.input)?;
    let plan = within(path, Plan::make(&input, &rules))?;
    let mut rows = args.report.is_some().then(RowsFile::new);
    let each = plan.each(&mut |item| {
        let Item::Problem(problem) = item else {
            return true;
        };
        if let Some(rows) = rows.as_mut().filter(|_| problem.kind() != Kind::Skipped) {
            rows.add(&RowLine::rejected(&problem));
        }
        if args.input.json {
            say(problem_json(&problem));
        } else if args.report.is_none() {
            let (who, reason) = (problem.who(), problem.reason());
            let who = if who.is_empty() {
                String::new()
            } else {
                format!(" ({who})")
            };
            say(format_args!(
                "{}{who}: {reason}: {}",
                problem.place,
                problem.todo()
            ));
        }
        true
    });
    within(path, each)?;
    if let (Some(rows), Some(report)) = (rows, &args.report) {
        within(
            report,
            rows.save(&Disk::default(), report)
                .map_err(|error| error.kind()),
        )?;
    }
    show_plan(&input, &plan.counts, args);
    Ok(match &plan.counts {
        Counts { errors: 1.., .. } => Exit::Usage,
        Counts { unmovable: 1.., .. } => Exit::Refused,
        _ => Exit::Done,
    })
}

fn show_plan(input: &Input, counts: &Counts, args: &PlanArgs) {
    let seconds = counts.seconds_at(args.rate);
    if args.input.json {
        say(json!({
            "event": "plan",
            "format": input.format.name,
            "rows": counts.rows,
            "movable": counts.movable,
            "unmovable": counts.unmovable,
            "errors": counts.errors,
            "skipped": counts.skipped,
            "named_by_email": counts.by_email,
            "with_recovery_codes": counts.with_recovery_codes,
            "short_secrets": counts.short_keys,
            "causes": counts.causes,
            "requests_per_second": if args.rate.is_finite() { json!(args.rate) } else { json!(null) },
            "seconds": seconds.ceil(),
        }));
        return;
    }
    say(format_args!("format     {}", input.format.name));
    say(format_args!("rows       {}", counts.rows));
    say(format_args!("to send    {}", counts.movable));
    for (name, count) in [
        ("unmovable", counts.unmovable),
        ("errors", counts.errors),
        ("skipped", counts.skipped),
    ] {
        if count > 0 {
            say(format_args!("{name:<10} {count}"));
        }
    }
    for (cause, count) in &counts.causes {
        say(format_args!("           {count} {cause}"));
    }
    if counts.by_email > 0 {
        say(format_args!(
            "{} Members are looked up by their e-mail address",
            counts.by_email
        ));
    }
    let new = counts.movable - counts.with_recovery_codes;
    say(format_args!(
        "{} Members keep their recovery codes, {new} get new ones",
        counts.with_recovery_codes
    ));
    if counts.short_keys > 0 {
        say(format_args!(
            "warning: {} secrets are shorter than 128 bits (RFC 4226)",
            counts.short_keys
        ));
    }
    if args.rate.is_finite() {
        say(format_args!(
            "run will take {} at {} requests per second",
            duration(seconds),
            args.rate
        ));
    }
}

/// What `run`, `verify` and `undo` have in common.
struct Session {
    target: Target,
    gate: Gate,
    stop: Arc<Stop>,
}

impl Session {
    fn new(args: &ApiArgs, target: Target) -> Result<Self, Failed> {
        if args.rate.is_infinite() && !target.is_loopback() {
            return Err(Failed(
                "--rate unlimited: only for a server on this machine".to_owned(),
            ));
        }
        let stop = Arc::new(Stop::default());
        let handler = stop.clone();
        // This fails if the process has a handler already.
        let _ = ctrlc::set_handler(move || {
            if handler.is_stopped() {
                std::process::exit(Exit::Interrupted.code().into());
            }
            handler.stop(StopReason::Interrupted);
            let _ = writeln!(
                io::stderr(),
                "\nwaiting for the requests in flight; a second Ctrl-C leaves them to the next run"
            );
        });
        Ok(Self {
            target,
            gate: Gate::new(args.rate),
            stop,
        })
    }

    /// Returns the exit code if the run was stopped.
    fn stopped(&self) -> Option<Exit> {
        self.stop.reason().map(|reason| match reason {
            StopReason::Interrupted => Exit::Interrupted,
            _ => Exit::Stopped,
        })
    }
}

/// Checks that the target of the command line is the one of the journal.
fn check_target(journal: &Journal, target: &Target) -> Result<(), Failed> {
    if journal.header.project_id != target.project_id {
        return Err(Failed("the journal is of another project".to_owned()));
    }
    if journal.header.base_url != target.base_url {
        return Err(Failed(
            "the journal is of another server (--base-url)".to_owned(),
        ));
    }
    Ok(())
}

pub(super) fn run(args: &RunArgs) -> Result<Exit, Failed> {
    let path = &args.input.input;
    let rules = rules(&args.input)?;
    let input = input(&args.input)?;
    let plan = within(path, Plan::make(&input, &rules))?;
    let Some(project_id) = args.api.project_id.clone() else {
        return Err(Failed(
            "no project: set STYTCH_PROJECT_ID, or give --project-id".to_owned(),
        ));
    };
    let target = Target::new(project_id, args.api.base_url.clone());
    let session = Session::new(&args.api, target)?;
    let jobs = usize::from(args.api.jobs);
    let client = session
        .target
        .client(args.api.secret_file.as_deref(), args.api.timeout, jobs)?;
    let disk = Disk::default();
    let (project_id, base_url) = (&session.target.project_id, &session.target.base_url);
    within(
        &args.journal,
        Journal::create(&disk, &args.journal, project_id, base_url),
    )?;
    let journal = within(&args.journal, Journal::open(&disk, &args.journal))?;
    check_target(&journal, &session.target)?;
    let journal = within(&args.journal, run::open_journal(journal, &session.stop))?;
    let codes_path = args.codes_out.as_deref();
    let codes = run::open_codes(&disk, codes_path, journal.signer.journal(), &session.stop);
    let codes = within(codes_path.unwrap_or_else(|| Path::new("")), codes)?;
    let api = Api::new(&client, &session.gate, &session.stop, args.api.pause);
    let settings = Settings {
        jobs,
        limit: args.limit,
        retry_refused: args.retry_refused,
    };
    let screen = Screen::new(plan.counts.rows, args.input.json, Some(&session.gate));
    let ran = run::run(&plan, &api, &journal, codes.as_ref(), &settings, &screen);
    if let Err(error) = &ran {
        session
            .stop
            .stop(StopReason::Input(format!("{}: {error}", path.display())));
    }
    // The codes first: a row in the journal says that its codes are stored.
    for closed in [
        codes.map(|codes| codes.close()),
        Some(journal.appender.close()),
    ] {
        if let Some(Err(error)) = closed {
            let reason = format!("a file cannot be written: {}", error.kind());
            session.stop.stop(StopReason::Disk(reason));
        }
    }
    let json = screen.is_json();
    let (mut tally, rows) = screen.finish();
    tally.count_left(plan.counts.rows);
    let report = args
        .report
        .clone()
        .unwrap_or_else(|| beside(&args.journal, ".rows.csv"));
    let mut lines = tally.lines();
    lines.extend(save(&disk, rows, &report, &session.stop));
    let mut event = tally.to_json();
    conclude(&session, json, &mut lines, &mut event);
    Ok(match session.stopped() {
        Some(exit) => exit,
        None if tally.open() > 0 => Exit::Open,
        None if tally.not_migrated() > 0 => Exit::Refused,
        None => Exit::Done,
    })
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// Saves the rows that need a person, and says where.
fn save(disk: &Disk, rows: RowsFile, path: &Path, stop: &Stop) -> Option<String> {
    let count = rows.count;
    // An older report is replaced even if there are no rows: its rows are done since.
    if count == 0 && !path.exists() {
        return None;
    }
    match rows.save(disk, path) {
        Ok(()) if count == 0 => None,
        Ok(()) => Some(format!(
            "rows that need a person: {count}, in {}",
            path.display()
        )),
        Err(error) => {
            let reason = format!("{} cannot be written: {}", path.display(), error.kind());
            stop.stop(StopReason::Disk(reason));
            None
        }
    }
}

/// Prints the report: as text, and with `json` also as an event.
fn conclude(session: &Session, json: bool, lines: &mut Vec<String>, event: &mut serde_json::Value) {
    if let Some(reason) = session.stop.reason() {
        lines.push(format!("stopped: {reason}"));
        event["stopped"] = json!(reason.to_string());
    }
    let text = lines.join("\n");
    if json {
        say(&event);
        let _ = writeln!(io::stderr(), "{text}");
    } else if io::stdout().is_terminal() {
        say(text);
    } else {
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// Opens a journal, with a session and a client for its target.
fn open_journal(args: &JournalArgs) -> Result<(Journal, Session, totps_ureq::Client), Failed> {
    let journal = within(
        &args.journal,
        Journal::open(&Disk::default(), &args.journal),
    )?;
    let header = &journal.header;
    let project_id = args
        .api
        .project_id
        .clone()
        .unwrap_or_else(|| header.project_id.clone());
    let base_url = args
        .api
        .base_url
        .clone()
        .unwrap_or_else(|| header.base_url.clone());
    let target = Target::new(project_id, Some(base_url));
    check_target(&journal, &target)?;
    let session = Session::new(&args.api, target)?;
    let jobs = usize::from(args.api.jobs);
    let client = session
        .target
        .client(args.api.secret_file.as_deref(), args.api.timeout, jobs)?;
    Ok((journal, session, client))
}

pub(super) fn verify(args: &JournalArgs) -> Result<Exit, Failed> {
    let (journal, session, client) = open_journal(args)?;
    let api = Api::new(&client, &session.gate, &session.stop, args.api.pause);
    let rows: Vec<(RowId, &History)> = journal
        .order
        .iter()
        .filter_map(|row| Some((*row, journal.rows.get(row)?)))
        .filter(|(_, history)| !matches!(history.state, State::Rejected { .. }))
        .collect();
    let screen = Screen::new(rows.len() as u64, args.json, Some(&session.gate));
    let counts: [AtomicU64; 5] = Default::default();
    let findings = [
        Finding::Same,
        Finding::Gone,
        Finding::Other,
        Finding::There,
        Finding::Unreadable,
    ];
    let found = |finding| {
        let index = findings.iter().position(|it| *it == finding).unwrap_or(0);
        counts[index].fetch_add(1, Ordering::Relaxed);
    };
    verifying::verify(&rows, &api, usize::from(args.api.jobs), &screen, &found);
    let mut lines = Vec::new();
    let mut event = json!({"event": "report"});
    for (finding, count) in findings.iter().zip(&counts) {
        let count = count.load(Ordering::Relaxed);
        event[finding.name()] = json!(count);
        if count > 0 || *finding == Finding::Same {
            lines.push(format!("{:<12} {count}", finding.name()));
        }
    }
    let json = screen.is_json();
    let (_, rows) = screen.finish();
    lines.extend(save_if_asked(args, rows, &session.stop));
    conclude(&session, json, &mut lines, &mut event);
    let differs = counts[1..]
        .iter()
        .any(|count| count.load(Ordering::Relaxed) > 0);
    Ok(session
        .stopped()
        .unwrap_or(if differs { Exit::Open } else { Exit::Done }))
}

fn save_if_asked(args: &JournalArgs, rows: RowsFile, stop: &Stop) -> Option<String> {
    save(&Disk::default(), rows, args.report.as_deref()?, stop)
}

pub(super) fn undo(args: &JournalArgs) -> Result<Exit, Failed> {
    let (journal, session, client) = open_journal(args)?;
    let journal = within(&args.journal, run::open_journal(journal, &session.stop))?;
    let api = Api::new(&client, &session.gate, &session.stop, args.api.pause);
    let migrated = journal.rows.values();
    let migrated = migrated.filter(|history| matches!(history.state, State::Migrated { .. }));
    let screen = Screen::new(migrated.count() as u64, args.json, Some(&session.gate));
    let outcomes = [
        (Undone::Deleted, "deleted"),
        (Undone::Gone, "gone"),
        (Undone::Other, "other_totp"),
        (Undone::Failed, "failed"),
    ];
    let counts: [AtomicU64; 4] = Default::default();
    let done = |undone| {
        let index = outcomes
            .iter()
            .position(|(it, _)| *it == undone)
            .unwrap_or(0);
        counts[index].fetch_add(1, Ordering::Relaxed);
    };
    undoing::undo(&journal, &api, usize::from(args.api.jobs), &screen, &done);
    if let Err(error) = journal.appender.close() {
        let reason = format!("the journal cannot be written: {}", error.kind());
        session.stop.stop(StopReason::Disk(reason));
    }
    let mut lines = Vec::new();
    let mut event = json!({"event": "report"});
    for ((_, name), count) in outcomes.iter().zip(&counts) {
        let count = count.load(Ordering::Relaxed);
        event[*name] = json!(count);
        if count > 0 || *name == "deleted" {
            lines.push(format!("{name:<12} {count}"));
        }
    }
    let json = screen.is_json();
    let (_, rows) = screen.finish();
    lines.extend(save_if_asked(args, rows, &session.stop));
    conclude(&session, json, &mut lines, &mut event);
    let failed = counts[3].load(Ordering::Relaxed) > 0;
    Ok(session
        .stopped()
        .unwrap_or(if failed { Exit::Open } else { Exit::Done }))
}

//! The command line.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use totps_ureq::TEST_BASE_URL;

use crate::bench::Bench;
use crate::clean;
use crate::clock::SystemClock;
use crate::explain::findings::Verdict;
use crate::halt::{Halt, Stop};
use crate::journal::Journal;
use crate::run::{Options, run};
use crate::target::Target;
use crate::wire::Wire;

/// Tests the guesses of totps-emulator against a test project at Stytch.
///
/// Creates Organizations and Members, finds out how undocumented cases behave, removes what it
/// created, and writes a report. It sends no e-mail and no text message. The project's secret is
/// read from the environment variable STYTCH_SECRET.
#[derive(Debug, Parser)]
#[command(name = "totps-live", version)]
struct Args {
    /// The id of a B2B test project, `project-test-…`
    #[arg(long, env = "STYTCH_PROJECT_ID")]
    project_id: String,
    /// Stytch's test host, or an emulator on this machine
    #[arg(long, env = "STYTCH_BASE_URL", default_value = TEST_BASE_URL)]
    base_url: String,
    /// The folder for the report
    #[arg(long, default_value = "totps-live-result")]
    out: PathBuf,
    /// The log of what was created and removed, which `--clean` reads
    #[arg(long, default_value = "totps-live.journal")]
    journal: PathBuf,
    /// Also run the experiments that wait for minutes
    #[arg(long)]
    slow: bool,
    /// Leave out the experiments that create Members and lock them
    #[arg(long)]
    no_lock: bool,
    /// Run only these experiments, e.g. `T3,T4`
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Save the requests and responses in this folder, redacted, as fixtures
    #[arg(long)]
    keep_traffic: Option<PathBuf>,
    /// Remove what a killed run left, and run no experiment
    #[arg(long)]
    clean: bool,
    /// With `--clean`: also remove Organizations that are not in the journal, if their slug or
    /// external id has the prefix `totps-live-`. Another run may be using them
    #[arg(long, requires = "clean")]
    all: bool,
    /// Calls per second to an emulator, without a limit by default. Stytch gets at most two
    #[arg(long)]
    rate: Option<f64>,
}

/// The environment variable of the project's secret.
const SECRET: &str = "STYTCH_SECRET";
/// The exit status after Ctrl-C or SIGTERM.
const INTERRUPTED: u8 = 130;

/// Runs the program with a command line, whose first item is the name of the program.
///
/// The exit status is 0 after a run or a removal, 2 if the command line or the target is refused,
/// 130 after Ctrl-C, and 1 after any other error.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // `--help` and `--version` arrive here, too. They print to standard output.
            let _ = error.print();
            return if error.use_stderr() {
                2.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match command(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, text)) => {
            complain(&text);
            code.into()
        }
    }
}

/// An exit status and its message.
type Failure = (u8, String);

fn command(args: &Args) -> Result<(), Failure> {
    let refused = |text: String| (2, text);
    let secret = std::env::var(SECRET)
        .map_err(|_| refused(format!("set {SECRET} to the secret of the project")))?;
    let target = Target::new(&args.base_url, &args.project_id, &secret, args.rate);
    let target = target.map_err(|error| refused(error.to_string()))?;
    let options = Options::of(
        args.slow,
        args.no_lock,
        &args.only,
        args.keep_traffic.clone(),
    );
    let options = options.map_err(refused)?;
    let journal = Journal::open(&args.journal).map_err(|error| {
        let path = args.journal.display();
        (1, format!("the journal {path} cannot be used: {error}"))
    })?;
    let stop = Arc::new(Stop::default());
    let failure = |halt: Halt| {
        let code = if stop.is_stopped() { INTERRUPTED } else { 1 };
        (code, halt.to_string())
    };
    if args.clean {
        handle_signals(stop.clone(), "stopping: `--clean` again removes the rest");
        return remove(&target, journal, stop.clone(), args.all).map_err(failure);
    }
    handle_signals(
        stop.clone(),
        "removing what was created; Ctrl-C again stops that, and `--clean` removes it later",
    );
    say(&format!("running against {}", args.base_url));
    let clock = Box::new(SystemClock::default());
    let report = run(&target, clock, journal, stop.clone(), &options).map_err(failure)?;
    report.write(&args.out).map_err(|error| {
        let path = args.out.display();
        (
            1,
            format!("the report cannot be written to {path}: {error}"),
        )
    })?;
    say(&format!(
        "{} agree, {} differ, {} are open: {}",
        report.count(Verdict::Agrees),
        report.count(Verdict::Differs),
        report.count(Verdict::Open),
        args.out.join("report.md").display(),
    ));
    report.ended.map_or(Ok(()), |ended| Err((1, ended)))
}

/// Removes what is in the journal. Then removes, or only counts, other Organizations with our
/// prefix.
fn remove(target: &Target, journal: Journal, stop: Arc<Stop>, all: bool) -> Result<(), Halt> {
    let wire = Wire::new(target, Box::new(SystemClock::default()), stop);
    let mut bench = Bench::new(wire, "clean");
    bench.journal = Some(journal);
    let mut removed = clean::all(&mut bench)?;
    let others = clean::with_our_prefix(&mut bench)?;
    if all {
        removed += clean::named(&mut bench, &others)?;
    } else if !others.is_empty() {
        say(&format!(
            "Organizations with the prefix `totps-live-` that are not in this journal: {}. `--all` \
             removes them, too",
            others.len()
        ));
    }
    say(&format!("Organizations removed: {removed}"));
    Ok(())
}

/// Makes Ctrl-C and SIGTERM end the run or the removal, and say so. A second signal ends the
/// process.
fn handle_signals(stop: Arc<Stop>, says: &'static str) {
    // This fails if the process already has a handler.
    let _ = ctrlc::set_handler(move || {
        if stop.stop() {
            std::process::exit(INTERRUPTED.into());
        }
        complain(says);
    });
}

fn say(text: &str) {
    // If this fails, nobody reads the output.
    let _ = writeln!(io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "totps-live: {text}");
}

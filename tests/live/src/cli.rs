//! The command line.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// Settles the guesses of totps-emulator against a test project at Stytch.
///
/// It makes Organizations and Members of its own, asks what nobody documents, removes what it made,
/// and writes what it saw. It sends no mail and no text message. The project's secret is read from
/// the environment variable STYTCH_SECRET.
#[derive(Debug, Parser)]
#[command(name = "totps-live", version)]
struct Args {
    /// The id of a B2B test project, `project-test-…`
    #[arg(long, env = "STYTCH_PROJECT_ID")]
    project_id: String,
    /// Stytch's test host, or an emulator on this machine
    #[arg(long, env = "STYTCH_BASE_URL", default_value = TEST_BASE_URL)]
    base_url: String,
    /// The folder of the result
    #[arg(long, default_value = "totps-live-result")]
    out: PathBuf,
    /// A log of what was made and removed, which `--clean` reads
    #[arg(long, default_value = "totps-live.journal")]
    journal: PathBuf,
    /// Also run the experiments that wait for minutes
    #[arg(long)]
    slow: bool,
    /// Leave out the experiments that lock Members made for that
    #[arg(long)]
    no_lock: bool,
    /// Run these experiments alone, e.g. `T3,T4`
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Keep the traffic in this folder, as fixtures without anything of the project
    #[arg(long)]
    keep_traffic: Option<PathBuf>,
    /// Remove what a killed run left, and run nothing
    #[arg(long)]
    clean: bool,
    /// With `--clean`: also what no journal knows, by its prefix. Another run may be using it
    #[arg(long, requires = "clean")]
    all: bool,
    /// Calls per second to an emulator; Stytch gets at most two
    #[arg(long)]
    rate: Option<f64>,
}

/// The environment variable of the project's secret.
const SECRET: &str = "STYTCH_SECRET";
/// The status of a process that was interrupted.
const INTERRUPTED: u8 = 130;

/// Runs the program with a command line, whose first item is the name of the program.
///
/// The status is 0 after a run and after a removal, 2 for a command line or a target that is
/// refused, 130 after Ctrl-C, and 1 if the run could not go on.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors, and go to the standard output.
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

/// An exit status and why.
type Failure = (u8, String);

fn command(args: &Args) -> Result<(), Failure> {
    let refused = |text: String| (2, text);
    let secret = std::env::var(SECRET).map_err(|_| refused(format!("set {SECRET}")))?;
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
    handle_signals(stop.clone());
    if args.clean {
        return remove(&target, journal, stop, args.all).map_err(failure);
    }
    say(&format!("running against {}", args.base_url));
    let clock = Box::new(SystemClock::default());
    let report = run(&target, clock, journal, stop, &options).map_err(failure)?;
    report.write(&args.out).map_err(|error| {
        let path = args.out.display();
        (1, format!("{path} cannot be written: {error}"))
    })?;
    say(&format!(
        "{} agree, {} differ, {} stay open: {}",
        report.count(Verdict::Agrees),
        report.count(Verdict::Differs),
        report.count(Verdict::Open),
        args.out.join("report.md").display(),
    ));
    report.ended.map_or(Ok(()), |ended| Err((1, ended)))
}

fn failure(halt: Halt) -> Failure {
    let code = if halt == Halt::Interrupted {
        INTERRUPTED
    } else {
        1
    };
    (code, halt.to_string())
}

/// Removes what is in the journal, and says what else has a name of ours.
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
            "{} Organizations of other journals are left; `--all` removes them, too",
            others.len()
        ));
    }
    say(&format!("{removed} Organizations removed"));
    Ok(())
}

/// Ctrl-C and SIGTERM end the run, which then removes what it made; the second one ends the process.
fn handle_signals(stop: Arc<Stop>) {
    let pressed = AtomicBool::new(false);
    // There is none where the process has one already.
    let _ = ctrlc::set_handler(move || {
        if pressed.swap(true, Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.into());
        }
        stop.stop();
        complain("removing what was made; once more leaves it to `--clean`");
    });
}

fn say(text: &str) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "totps-live: {text}");
}

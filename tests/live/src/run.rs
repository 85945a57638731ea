//! A run: all experiments in their order, then the removal of what they created.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use crate::bench::Bench;
use crate::clean;
use crate::clock::Clock;
use crate::experiment::{self, Experiment, Only};
use crate::explain::explain;
use crate::halt::{Halt, Stop};
use crate::journal::{Journal, PREFIX};
use crate::lab::Lab;
use crate::report::Report;
use crate::review::Review;
use crate::target::Target;
use crate::trace::Record;
use crate::wire::Wire;

/// The options of a run.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Whether to run the experiments that wait for minutes.
    pub slow: bool,
    /// Whether to leave out the experiments that lock Members.
    pub no_lock: bool,
    /// The numbers of the experiments to run; all if empty.
    pub only: Vec<String>,
    /// The folder in which to save the redacted requests and responses; `None` to save none.
    pub keep_traffic: Option<PathBuf>,
    /// Whether to print the progress to standard error.
    pub talkative: bool,
}

impl Options {
    /// Creates the options of the command line. It is an error if one of the experiments in `only`
    /// does not exist, or the other options leave it out.
    pub(crate) fn of(
        slow: bool,
        no_lock: bool,
        only: &[String],
        keep_traffic: Option<PathBuf>,
    ) -> Result<Self, String> {
        let options = Self {
            slow,
            no_lock,
            only: only.to_vec(),
            keep_traffic,
            talkative: true,
        };
        for id in only {
            let experiment = experiment::all().find(|it| it.id == *id);
            let experiment = experiment.ok_or_else(|| format!("there is no experiment {id}"))?;
            match experiment.only {
                Only::Slow if !slow => {
                    return Err(format!("{id} waits for minutes: add `--slow`"));
                }
                Only::Locking if no_lock => {
                    return Err(format!("{id} locks a Member: leave out `--no-lock`"));
                }
                _ => {}
            }
        }
        Ok(options)
    }

    fn tell(&self, text: &str) {
        if self.talkative {
            // If this fails, nobody reads the output.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    fn runs(&self, experiment: &Experiment) -> bool {
        let wanted = self.only.is_empty() || self.only.iter().any(|id| id == experiment.id);
        wanted
            && match experiment.only {
                Only::Always => true,
                Only::Slow => self.slow,
                Only::Locking => !self.no_lock,
            }
    }
}

/// Runs the experiments against a project, and removes what they created, also after an error.
///
/// If the run ended early, the report has the reason, and the experiments until then. It also has
/// the reason if something could not be removed.
///
/// # Errors
///
/// [`Halt`] if the run was interrupted, ended before the first response, or cannot be explained. What
/// it created is removed in these cases, too. If that failed, the error says so.
pub fn run(
    target: &Target,
    clock: Box<dyn Clock>,
    journal: Journal,
    stop: Arc<Stop>,
    options: &Options,
) -> Result<Report, Halt> {
    let mut bench = Bench::new(Wire::new(target, clock, stop), &run_id()?);
    bench.journal = Some(journal);
    bench.review = Some(Review::new(options.keep_traffic.clone()));
    options.tell(&format!(
        "creating Organizations with the names {PREFIX}{}-…, which are removed at the end",
        bench.run
    ));
    let mut records = Vec::new();
    let experimented = experiments(&mut bench, options, &mut records);
    options.tell("removing the Organizations");
    bench.wire.begin_removal();
    let removed = clean::all(&mut bench).err();
    let nothing_seen = records.iter().all(|(_, record)| record.steps.is_empty());
    let ended = match experimented {
        Err(halt) if nothing_seen || halt == Halt::Interrupted => return Err(halt.then(removed)),
        Err(halt) => Some(halt.then(removed)),
        Ok(()) => removed,
    };
    options.tell("finding the settings that explain the results");
    let explanation = match explain(&bench.run, &records) {
        Ok(explanation) => explanation,
        Err(halt) => return Err(halt.then(ended)),
    };
    let review = bench.review.take().unwrap_or_default().finish();
    let mut report = Report::new(target, &bench, records, &explanation, review);
    report.ended = ended.map(|halt| halt.to_string());
    Ok(report)
}

fn experiments(
    bench: &mut Bench,
    options: &Options,
    records: &mut Vec<(&'static Experiment, Record)>,
) -> Result<(), Halt> {
    for experiment in experiment::all().filter(|it| options.runs(it)) {
        options.tell(&format!("{:>4}  {}", experiment.id, experiment.question));
        let mut lab = Lab::new(bench, experiment.id);
        let ended = (experiment.script)(&mut lab).err();
        records.push((experiment, lab.into_record(ended.as_ref())));
        match ended {
            Some(Halt::RateLimited) if !bench.wire.back_off() => {
                return Err(Halt::run(
                    "the server limits the request rate (429) again and again",
                ));
            }
            Some(halt @ (Halt::Run(_) | Halt::Interrupted)) => return Err(halt),
            _ => {}
        }
    }
    Ok(())
}

/// Returns eight random hexadecimal digits.
fn run_id() -> Result<String, Halt> {
    let random = getrandom::u32().map_err(|error| Halt::run(error.to_string()))?;
    Ok(format!("{random:08x}"))
}

//! A run: all experiments in their order, then the removal of what they made.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use totps_emulator::StartError;

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

/// What a run does.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// With the experiments that wait for minutes.
    pub slow: bool,
    /// Without those that lock Members which were made for it.
    pub no_lock: bool,
    /// These experiments alone; all if empty.
    pub only: Vec<String>,
    /// Where to keep the traffic, redacted.
    pub keep_traffic: Option<PathBuf>,
    /// Tells about the progress on standard error.
    pub talkative: bool,
}

impl Options {
    /// The options of the command line.
    pub(crate) fn of(
        slow: bool,
        no_lock: bool,
        only: &[String],
        keep_traffic: Option<PathBuf>,
    ) -> Result<Self, String> {
        let unknown = |id: &&String| !experiment::all().any(|it| it.id == **id);
        if let Some(id) = only.iter().find(unknown) {
            return Err(format!("there is no experiment {id}"));
        }
        Ok(Self {
            slow,
            no_lock,
            only: only.to_vec(),
            keep_traffic,
            talkative: true,
        })
    }

    fn tell(&self, text: &str) {
        if self.talkative {
            // Nobody is left to tell if this fails.
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

/// Runs the experiments against a project, and removes what they made, whatever happens.
///
/// If the run could not go on, the report says why, and has the experiments until then.
///
/// # Errors
///
/// [`Halt`] if the run was interrupted, or could not even begin. What it made is removed all the
/// same.
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
        "making Organizations {PREFIX}{}-…, and removing them at the end",
        bench.run
    ));
    let mut records = Vec::new();
    let experimented = experiments(&mut bench, options, &mut records);
    options.tell("removing them");
    bench.wire.goes_on_when_stopped = true;
    let removed = clean::all(&mut bench).map(drop);
    let ended = experimented.and(removed).err();
    if let Some(halt) = &ended {
        if records.is_empty() || *halt == Halt::Interrupted {
            return Err(halt.clone());
        }
    }
    options.tell("looking for the settings that explain what was seen");
    let explanation = explain(&bench.run, &records);
    let explanation = explanation.map_err(|error: StartError| Halt::run(error.to_string()))?;
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
        let record = lab.into_record(ended.as_ref());
        match ended {
            Some(Halt::RateLimited) if !bench.wire.back_off() => {
                return Err(Halt::run("the server wants fewer requests again and again"));
            }
            Some(halt @ (Halt::Run(_) | Halt::Interrupted)) => return Err(halt),
            _ => {}
        }
        records.push((experiment, record));
    }
    Ok(())
}

/// Eight random hexadecimal digits.
fn run_id() -> Result<String, Halt> {
    let random = getrandom::u32().map_err(|error| Halt::run(error.to_string()))?;
    Ok(format!("{random:08x}"))
}

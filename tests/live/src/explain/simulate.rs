//! Simulates an experiment: runs it against an emulator with other settings.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use totps_emulator::{Emulator, ErrorCase, Settings};

use crate::bench::Bench;
use crate::clock::Clock;
use crate::experiment::Experiment;
use crate::halt::{Halt, Stop};
use crate::lab::Lab;
use crate::target::Target;
use crate::trace::Record;
use crate::wire::Wire;

/// The message of all error cases in a simulation: the emulator replaces it by the quoted value.
pub(super) const VALUE: &str = "{value}";

/// An emulator whose clock moves only when an experiment waits.
pub(crate) struct Simulator {
    emulator: Rc<Emulator>,
    target: Target,
    run: String,
    /// The first error of the emulator itself.
    broken: RefCell<Option<Halt>>,
}

impl Simulator {
    pub(crate) fn start(run: &str) -> Result<Self, Halt> {
        let emulator = Emulator::builder().seed(1).clock(beginning()).start();
        let emulator = emulator.map_err(|error| broken(&error))?;
        let (url, id) = (emulator.base_url(), emulator.project_id());
        let target = Target::new(url, id, emulator.secret(), None);
        Ok(Self {
            target: target.map_err(|error| broken(&error))?,
            emulator: Rc::new(emulator),
            run: run.to_owned(),
            broken: RefCell::default(),
        })
    }

    /// Returns an error if the emulator failed since the start: then the records mean nothing.
    pub(super) fn check(&self) -> Result<(), Halt> {
        self.broken.borrow().clone().map_or(Ok(()), Err)
    }

    /// Runs an experiment with the facts that were known when it was recorded. Returns an empty
    /// record if the emulator cannot have these settings, which explain nothing then.
    pub(super) fn play(
        &self,
        experiment: &Experiment,
        recorded: &Record,
        settings: &Settings,
    ) -> Record {
        let emulator = &self.emulator;
        let mut settings = settings.clone();
        for case in ErrorCase::ALL {
            let response = &mut settings.errors[*case];
            *response = case.response();
            response.error_type = case.name().to_owned();
            response.error_message = VALUE.to_owned();
        }
        if let Err(error) = emulator.reset() {
            self.broken.borrow_mut().get_or_insert(broken(&error));
        }
        if emulator.change_settings(|it| *it = settings).is_err() {
            return Record::default();
        }
        let clock = EmulatorClock(emulator.clone());
        let wire = Wire::new(&self.target, Box::new(clock), Arc::new(Stop::default()));
        let mut bench = Bench::new(wire, &self.run);
        bench.known = recorded.known;
        let mut lab = Lab::new(&mut bench, experiment.id);
        let ended = (experiment.script)(&mut lab).err();
        let record = lab.into_record(ended.as_ref());
        if let Some(halt @ Halt::Run(_)) = ended {
            self.broken.borrow_mut().get_or_insert(broken(&halt));
        }
        record
    }
}

fn broken(error: &dyn std::error::Error) -> Halt {
    Halt::run(format!("the emulator for the comparison failed: {error}"))
}

/// Returns a time that is not close to the end of a time step.
fn beginning() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + 10)
}

/// The clock of an emulator. Waiting advances it.
#[derive(Debug)]
pub struct EmulatorClock(Rc<Emulator>);

impl EmulatorClock {
    /// Creates a clock that reads and advances the clock of an emulator.
    #[must_use]
    pub fn new(emulator: Rc<Emulator>) -> Self {
        Self(emulator)
    }
}

impl Clock for EmulatorClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn sleep(&self, duration: Duration, stop: &Stop) {
        if !stop.is_stopped() {
            self.0.advance(duration);
        }
    }

    fn heard(&mut self, _: SystemTime, _: SystemTime) {}

    fn skew(&self) -> Option<i64> {
        None
    }
}

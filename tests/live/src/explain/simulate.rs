//! Simulates an experiment: runs it against an emulator with other settings.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use totps_emulator::{Emulator, ErrorCase, Settings, StartError};

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
    run: String,
}

impl Simulator {
    pub(crate) fn start(run: &str) -> Result<Self, StartError> {
        let emulator = Emulator::builder().seed(1).clock(beginning()).start()?;
        Ok(Self {
            emulator: Rc::new(emulator),
            run: run.to_owned(),
        })
    }

    /// Runs an experiment with the facts that were known when it was recorded. Returns an empty
    /// record if the emulator cannot be used.
    pub(super) fn play(
        &self,
        experiment: &Experiment,
        recorded: &Record,
        settings: &Settings,
    ) -> Record {
        let played = self.try_to_play(experiment, recorded, settings);
        played.unwrap_or_default()
    }

    fn try_to_play(
        &self,
        experiment: &Experiment,
        recorded: &Record,
        settings: &Settings,
    ) -> Option<Record> {
        let emulator = &self.emulator;
        emulator.reset().ok()?;
        let mut settings = settings.clone();
        for case in ErrorCase::ALL {
            let response = &mut settings.errors[*case];
            *response = case.response();
            response.error_type = case.name().to_owned();
            response.error_message = VALUE.to_owned();
        }
        emulator.change_settings(|it| *it = settings).ok()?;
        let (url, id, secret) = (
            emulator.base_url(),
            emulator.project_id(),
            emulator.secret(),
        );
        let target = Target::new(url, id, secret, None).ok()?;
        let clock = EmulatorClock(emulator.clone());
        let wire = Wire::new(&target, Box::new(clock), Arc::new(Stop::default()));
        let mut bench = Bench::new(wire, &self.run);
        bench.known = recorded.known;
        let mut lab = Lab::new(&mut bench, experiment.id);
        let ended: Option<Halt> = (experiment.script)(&mut lab).err();
        Some(lab.into_record(ended.as_ref()))
    }
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

    fn sleep(&self, duration: Duration, _: &Stop) {
        self.0.advance(duration);
    }

    fn heard(&mut self, _: SystemTime, _: SystemTime) {}

    fn skew(&self) -> Option<i64> {
        None
    }
}

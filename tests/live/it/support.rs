//! Functions that the tests share.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;
use totps_emulator::{Config, Emulator, Settings};
use totps_live::{EmulatorClock, Journal, Options, Report, Stop, Target, run};

/// Starts an emulator whose clock is not close to the end of a time step, and moves only on a wait.
pub(crate) fn emulator(config: Config) -> Rc<Emulator> {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000 - 1_790_000_000 % 30 + 10);
    let builder = totps_emulator::Builder::from(config).seed(7).clock(at);
    Rc::new(builder.start().unwrap())
}

/// Returns a configuration with these settings.
pub(crate) fn config(settings: Settings) -> Config {
    let mut config = Config::default();
    config.settings = settings;
    config
}

/// Returns the default settings with changes, by name.
pub(crate) fn changed(changes: &[(&str, Value)]) -> Settings {
    let mut settings = serde_json::to_value(Settings::default()).unwrap();
    for (name, value) in changes {
        let place = settings.pointer_mut(&format!("/{}", name.replace('.', "/")));
        *place.unwrap_or_else(|| panic!("expected a setting {name}")) = value.clone();
    }
    serde_json::from_value(settings).unwrap()
}

/// Returns the options for all experiments, also the slow and the locking ones.
pub(crate) fn all() -> Options {
    let mut options = Options::default();
    options.slow = true;
    options
}

/// Returns the options for only these experiments.
pub(crate) fn only(ids: &[&str]) -> Options {
    let mut options = all();
    options.only = ids.iter().map(|id| (*id).to_owned()).collect();
    options
}

/// Runs against an emulator, without waiting.
pub(crate) fn observe(emulator: &Rc<Emulator>, options: &Options) -> Report {
    let folder = TempDir::new().unwrap();
    let journal = Journal::open(&folder.path().join("journal")).unwrap();
    let target = target(emulator);
    let clock = Box::new(EmulatorClock::new(emulator.clone()));
    run(&target, clock, journal, Arc::new(Stop::default()), options).unwrap()
}

pub(crate) fn target(emulator: &Emulator) -> Target {
    let (url, id) = (emulator.base_url(), emulator.project_id());
    Target::new(url, id, emulator.secret(), None).unwrap()
}

//! Finds the settings with which the emulator behaves as observed.
//!
//! An experiment is a script, so it can be replayed against an emulator with any settings. The
//! settings that give the same steps are the result. A setting is settled if every other value
//! would give other steps.

pub(crate) mod candidates;
pub(crate) mod compare;
mod errors;
pub(crate) mod findings;
pub(crate) mod simulate;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use totps_emulator::Settings;

use self::candidates::candidates;
use self::compare::{Comparison, Difference};
use self::errors::ErrorBook;
use self::simulate::Simulator;
use crate::experiment::Experiment;
use crate::halt::Halt;
use crate::trace::Record;

/// How many times all experiments are compared, because one can depend on settings that a later one
/// settles.
const PASSES: usize = 3;
/// The maximum number of pairs of changes that are tried.
const MOST_PAIRS: usize = 60;

/// The result of [`explain`].
#[derive(Clone, Debug)]
pub(crate) struct Explanation {
    /// The settings that give the observed behavior, including the error cases that occurred.
    pub(crate) settings: Settings,
    /// The experiments that exclude every other value, by setting.
    pub(crate) settled: BTreeMap<String, BTreeSet<&'static str>>,
    pub(crate) errors: ErrorBook,
    /// The differences that no setting explains, by experiment.
    pub(crate) unexplained: BTreeMap<&'static str, Vec<Difference>>,
}

/// Finds the settings that explain the records of a run.
pub(crate) fn explain(
    run: &str,
    records: &[(&'static Experiment, Record)],
) -> Result<Explanation, Halt> {
    let mut search = Search::start(run)?;
    for _ in 0..PASSES {
        let before = search.settings.clone();
        search.settled.clear();
        for (experiment, record) in records {
            search.look_at(experiment, record);
        }
        if search.settings == before {
            break;
        }
    }
    search.simulator.check()?;
    search.errors.teach(&mut search.settings);
    let looks = search.looks.into_iter();
    let unexplained = looks.map(|(id, look)| (id, look.differences));
    Ok(Explanation {
        settings: search.settings,
        settled: search.settled,
        errors: search.errors,
        unexplained: unexplained.filter(|(_, it)| !it.is_empty()).collect(),
    })
}

struct Search {
    simulator: Simulator,
    settings: Settings,
    settled: BTreeMap<String, BTreeSet<&'static str>>,
    errors: ErrorBook,
    /// The last result of each experiment.
    looks: BTreeMap<&'static str, Look>,
    /// The comparisons so far, by experiment and settings.
    played: RefCell<HashMap<(&'static str, String), Comparison>>,
}

/// The result of [`Search::look_at`].
struct Look {
    cost: (usize, usize),
    differences: Vec<Difference>,
    settled: Vec<&'static str>,
}

impl Search {
    fn start(run: &str) -> Result<Self, Halt> {
        Ok(Self {
            simulator: Simulator::start(run)?,
            settings: Settings::default(),
            settled: BTreeMap::new(),
            errors: ErrorBook::default(),
            looks: BTreeMap::new(),
            played: RefCell::default(),
        })
    }

    /// Changes the settings that an experiment settles, until its steps are explained as well as
    /// possible.
    fn look_at(&mut self, experiment: &'static Experiment, record: &Record) {
        self.errors.forget(experiment.id);
        let mut best = self.play(experiment, record, &self.settings);
        let last = self.looks.remove(experiment.id);
        let unchanged = last.filter(|last| last.cost == best.cost(&self.errors));
        let settled = match unchanged {
            // Other settings have changed since, without an effect on this experiment.
            Some(last) => last.settled,
            None => {
                best = self.improve(experiment, record, best);
                self.settle(experiment, record, &best)
            }
        };
        for name in &settled {
            let experiments = self.settled.entry((*name).to_owned()).or_default();
            experiments.insert(experiment.id);
        }
        let look = Look {
            cost: best.cost(&self.errors),
            settled,
            differences: best.differences,
        };
        self.errors.learn(experiment.id, &best.refusals);
        self.looks.insert(experiment.id, look);
    }

    fn improve(
        &mut self,
        experiment: &'static Experiment,
        record: &Record,
        mut best: Comparison,
    ) -> Comparison {
        while best.cost(&self.errors) != (0, 0) {
            let changes = self.changes(experiment, record);
            let better = self.best_change(experiment, record, &changes, &best);
            let Some((settings, comparison)) = better else {
                break;
            };
            self.settings = settings;
            best = comparison;
        }
        best
    }

    /// Returns every change of one setting that no earlier experiment has settled.
    fn changes(&self, experiment: &Experiment, record: &Record) -> Vec<(&'static str, Value)> {
        let open = experiment
            .settles
            .iter()
            .filter(|name| !self.settled.contains_key(**name));
        open.flat_map(|name| {
            let others = candidates(name, record, &self.settings);
            others.into_iter().map(|value| (*name, value))
        })
        .collect()
    }

    /// Returns the change, or else the pair of changes, that explains most.
    fn best_change(
        &self,
        experiment: &'static Experiment,
        record: &Record,
        changes: &[(&'static str, Value)],
        best: &Comparison,
    ) -> Option<(Settings, Comparison)> {
        let single = changes.iter().map(|change| vec![change.clone()]);
        let pairs = changes.iter().enumerate().flat_map(|(index, first)| {
            let others = changes[index + 1..].iter();
            let others = others.filter(|second| second.0 != first.0);
            others.map(|second| vec![first.clone(), second.clone()])
        });
        let cost = best.cost(&self.errors);
        let better = self.better(experiment, record, single, cost);
        if better.is_some() || cost.0 == 0 {
            return better;
        }
        self.better(experiment, record, pairs.take(MOST_PAIRS), cost)
    }

    fn better(
        &self,
        experiment: &'static Experiment,
        record: &Record,
        tries: impl Iterator<Item = Vec<(&'static str, Value)>>,
        cost: (usize, usize),
    ) -> Option<(Settings, Comparison)> {
        let played = tries.filter_map(|changes| {
            let settings = candidates::with(&self.settings, &changes)?;
            let comparison = self.play(experiment, record, &settings);
            Some((settings, comparison))
        });
        played
            .filter(|(_, comparison)| comparison.cost(&self.errors) < cost)
            .min_by_key(|(_, comparison)| comparison.cost(&self.errors))
    }

    /// Returns the settings for which every other value explains less.
    fn settle(
        &self,
        experiment: &'static Experiment,
        record: &Record,
        best: &Comparison,
    ) -> Vec<&'static str> {
        let cost = best.cost(&self.errors);
        let shows = |name: &str, value: &Value| {
            let change = [(name, value.clone())];
            let settings = candidates::with(&self.settings, &change);
            settings.is_none_or(|settings| {
                let comparison = self.play(experiment, record, &settings);
                comparison.cost(&self.errors) > cost
            })
        };
        let settled = experiment.settles.iter().copied().filter(|name| {
            let others = candidates(name, record, &self.settings);
            !others.is_empty() && others.iter().all(|value| shows(name, value))
        });
        settled.collect()
    }

    fn play(
        &self,
        experiment: &'static Experiment,
        record: &Record,
        settings: &Settings,
    ) -> Comparison {
        let key = (
            experiment.id,
            serde_json::to_string(settings).unwrap_or_default(),
        );
        if let Some(known) = self.played.borrow().get(&key) {
            return known.clone();
        }
        let played = self.simulator.play(experiment, record, settings);
        let comparison = Comparison::of(record, &played);
        self.played.borrow_mut().insert(key, comparison.clone());
        comparison
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::experiment;

    #[test]
    fn an_unexplained_difference_changes_no_setting() {
        let simulator = Simulator::start("0").unwrap();
        let settings = Settings::default();
        let play = |experiment: &'static Experiment| {
            let nothing_known = Record::default();
            let mut record = simulator.play(experiment, &nothing_known, &settings);
            // Every success gets two values that the emulator never returns.
            for step in record.steps.iter_mut().filter(|step| step.accepted()) {
                step.seen.insert("member.strange".to_owned(), true.into());
                step.seen
                    .insert("session.minutes left".to_owned(), 7.into());
            }
            (experiment, record)
        };
        let records: Vec<_> = experiment::all().map(play).collect();
        let explanation = explain("0", &records).unwrap();
        assert_eq!(explanation.unexplained.len(), records.len());
        for row in Settings::table() {
            let name = format!("{}.{}", row.group, row.name);
            let found = candidates::get(&explanation.settings, &name);
            assert_eq!(found, row.default, "{name}");
        }
        // The settings are settled nevertheless.
        assert!(explanation.settled.len() > 70, "{:?}", explanation.settled);
    }
}

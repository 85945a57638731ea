//! What was seen for each error case of the emulator.

use std::collections::BTreeMap;

use totps_emulator::{ErrorCase, Settings};

use super::compare::Refusal;
use crate::trace::Refused;

/// The refusals that were seen, by case.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorBook {
    seen: BTreeMap<ErrorCase, Vec<Entry>>,
}

/// A refusal and where it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) experiment: &'static str,
    pub(crate) step: String,
    pub(crate) refused: Refused,
}

impl ErrorBook {
    /// Forgets what an experiment told, before it tells it again.
    pub(super) fn forget(&mut self, experiment: &str) {
        for entries in self.seen.values_mut() {
            entries.retain(|entry| entry.experiment != experiment);
        }
        self.seen.retain(|_, entries| !entries.is_empty());
    }

    pub(super) fn learn(&mut self, experiment: &'static str, refusals: &[Refusal]) {
        for refusal in refusals {
            self.seen.entry(refusal.case).or_default().push(Entry {
                experiment,
                step: refusal.step.clone(),
                refused: refusal.seen.clone(),
            });
        }
    }

    /// How many refusals differ from what most others of their case are.
    pub(super) fn contradictions(&self, refusals: &[Refusal]) -> usize {
        let mut cases: BTreeMap<ErrorCase, Vec<(u16, &str)>> = BTreeMap::new();
        for refusal in refusals {
            cases
                .entry(refusal.case)
                .or_default()
                .push(kind(&refusal.seen));
        }
        let of_case = |(case, kinds): (ErrorCase, Vec<(u16, &str)>)| {
            let known = self.seen.get(&case).into_iter().flatten();
            let mut all: Vec<_> = known.map(|entry| kind(&entry.refused)).collect();
            all.extend(&kinds);
            let usual = most_frequent(&all);
            kinds.iter().filter(|it| Some(**it) != usual).count()
        };
        cases.into_iter().map(of_case).sum()
    }

    /// The refusal that most of a case are, if there was one.
    pub(crate) fn usual(&self, case: ErrorCase) -> Option<&Refused> {
        let entries = self.seen.get(&case)?;
        let usual = most_frequent(
            &entries
                .iter()
                .map(|it| kind(&it.refused))
                .collect::<Vec<_>>(),
        )?;
        let mut same = entries.iter().filter(|entry| kind(&entry.refused) == usual);
        same.next().map(|entry| &entry.refused)
    }

    /// The refusals of a case that are not like most others.
    pub(crate) fn unusual(&self, case: ErrorCase) -> Vec<&Entry> {
        let usual = self.usual(case).map(kind);
        let entries = self.seen.get(&case).into_iter().flatten();
        entries
            .filter(|it| Some(kind(&it.refused)) != usual)
            .collect()
    }

    /// The experiments that met a case.
    pub(crate) fn experiments(&self, case: ErrorCase) -> Vec<&'static str> {
        let entries = self.seen.get(&case).into_iter().flatten();
        let mut experiments: Vec<_> = entries.map(|entry| entry.experiment).collect();
        experiments.dedup();
        experiments
    }

    /// Gives the cases that were met the responses that were seen.
    pub(super) fn teach(&self, settings: &mut Settings) {
        for case in self.seen.keys() {
            if let Some(refused) = self.usual(*case) {
                let response = &mut settings.errors[*case];
                response.status = refused.status;
                response.error_type.clone_from(&refused.error_type);
                response.error_message.clone_from(&refused.error_message);
                // The default is a form with placeholders, which stays if that is what was seen.
                let form = std::mem::take(&mut response.error_url);
                let same = url(&form, refused.status, &refused.error_type) == refused.error_url;
                response.error_url = if same {
                    form
                } else {
                    refused.error_url.clone()
                };
            }
        }
    }
}

/// An `error_url` of the emulator, with its placeholders filled in.
pub(super) fn url(form: &str, status: u16, error_type: &str) -> String {
    form.replace("{status}", &status.to_string())
        .replace("{error_type}", error_type)
}

fn kind(refused: &Refused) -> (u16, &str) {
    (refused.status, refused.error_type.as_str())
}

/// Of equally many the first one.
fn most_frequent<T: Copy + PartialEq>(all: &[T]) -> Option<T> {
    let count = |it: &T| all.iter().filter(|other| *other == it).count();
    let mut best: Option<(T, usize)> = None;
    for it in all {
        let count = count(it);
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((*it, count));
        }
    }
    best.map(|(it, _)| it)
}

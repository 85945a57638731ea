//! The observed refusals for each error case of the emulator.

use std::collections::BTreeMap;

use totps_emulator::{ErrorCase, Settings};

use super::compare::Refusal;
use crate::trace::Refused;

/// The observed refusals, by case.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrorBook {
    seen: BTreeMap<ErrorCase, Vec<Entry>>,
}

/// An observed refusal, with its experiment and step.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) experiment: &'static str,
    pub(crate) step: String,
    pub(crate) refused: Refused,
}

impl ErrorBook {
    /// Removes the refusals of an experiment, before it is compared again.
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

    /// Returns how many refusals differ from the most frequent one of their case.
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

    /// Returns the most frequent refusal of a case; `None` if the case did not occur.
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

    /// Returns the refusals of a case that differ from the most frequent one.
    pub(crate) fn unusual(&self, case: ErrorCase) -> Vec<&Entry> {
        let usual = self.usual(case).map(kind);
        let entries = self.seen.get(&case).into_iter().flatten();
        entries
            .filter(|it| Some(kind(&it.refused)) != usual)
            .collect()
    }

    /// Returns the experiments in which a case occurred.
    pub(crate) fn experiments(&self, case: ErrorCase) -> Vec<&'static str> {
        let entries = self.seen.get(&case).into_iter().flatten();
        let mut experiments: Vec<_> = entries.map(|entry| entry.experiment).collect();
        experiments.dedup();
        experiments
    }

    /// Sets the responses of the cases that occurred to the observed ones.
    pub(super) fn teach(&self, settings: &mut Settings) {
        for case in self.seen.keys() {
            if let Some(refused) = self.usual(*case) {
                let response = &mut settings.errors[*case];
                response.status = refused.status;
                response.error_type.clone_from(&refused.error_type);
                response.error_message.clone_from(&refused.error_message);
                // The default has placeholders. Keep it if it gives the observed URL.
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

/// Fills in the placeholders of an `error_url` of the emulator.
pub(super) fn url(form: &str, status: u16, error_type: &str) -> String {
    form.replace("{status}", &status.to_string())
        .replace("{error_type}", error_type)
}

fn kind(refused: &Refused) -> (u16, &str) {
    (refused.status, refused.error_type.as_str())
}

/// Returns the most frequent item; the first one of several.
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

//! Reads an input twice: first to find Members with more than one row, then to decide what to do
//! with each row. Only eight bytes per row are kept in memory in between.

use std::collections::{BTreeMap, HashSet};
use std::hash::RandomState;

use crate::input::{Input, InputError};
use crate::row::classify::Rules;
use crate::row::{Cause, Item, Kind, Member, Naming};

/// An input, and what is known about it.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    input: &'a Input,
    rules: &'a Rules,
    hasher: RandomState,
    /// The hashes of Members that have more than one row.
    repeated: HashSet<u64>,
    namings: HashSet<Naming>,
    pub(crate) counts: Counts,
}

/// How many rows of each kind an input has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    pub(crate) movable: u64,
    pub(crate) by_email: u64,
    pub(crate) with_recovery_codes: u64,
    pub(crate) short_keys: u64,
    pub(crate) skipped: u64,
    pub(crate) unmovable: u64,
    pub(crate) errors: u64,
    /// How many of the rows that are not sent have each cause.
    pub(crate) causes: BTreeMap<&'static str, u64>,
}

impl<'a> Plan<'a> {
    /// Reads the input twice, and counts its rows.
    pub(crate) fn make(input: &'a Input, rules: &'a Rules) -> Result<Self, InputError> {
        let mut plan = Self {
            input,
            rules,
            hasher: RandomState::new(),
            repeated: HashSet::new(),
            namings: HashSet::new(),
            counts: Counts::default(),
        };
        let mut seen = Vec::new();
        let (hasher, namings) = (&plan.hasher, &mut plan.namings);
        input.read(&mut |entry| {
            if let Some(member) = member(&rules.classify(entry)) {
                seen.push(member.hash_by(hasher));
                namings.insert(member.naming());
            }
            true
        })?;
        seen.sort_unstable();
        let repeated = seen.windows(2).filter(|pair| pair[0] == pair[1]);
        plan.repeated = repeated.map(|pair| pair[0]).collect();
        drop(seen);
        let mut counts = Counts::default();
        plan.each(&mut |item| {
            counts.add(&item);
            true
        })?;
        plan.counts = counts;
        Ok(plan)
    }

    /// Whether two rows may be for one Member although they name it differently.
    pub(crate) fn names_are_mixed(&self) -> bool {
        self.namings.len() > 1
    }

    /// Calls `call` for the rows in their order, until it returns `false`.
    pub(crate) fn each(&self, call: &mut dyn FnMut(Item) -> bool) -> Result<(), InputError> {
        self.input
            .read(&mut |entry| call(self.refuse_repeated(self.rules.classify(entry))))
    }

    fn refuse_repeated(&self, item: Item) -> Item {
        let repeated = member(&item)
            .is_some_and(|member| self.repeated.contains(&member.hash_by(&self.hasher)));
        if !repeated {
            return item;
        }
        match item {
            Item::Row(row) => Item::Problem(row.into_problem(Cause::TwoRows)),
            Item::Problem(mut problem) => {
                // The cause `SeveralDevices` says so already.
                if !problem.causes.contains(&Cause::SeveralDevices) {
                    problem.causes.push(Cause::TwoRows);
                }
                Item::Problem(problem)
            }
        }
    }
}

/// Returns the Member of an item, if the item counts as a row for that Member.
fn member(item: &Item) -> Option<&Member> {
    match item {
        Item::Row(row) => Some(&row.member),
        Item::Problem(problem) if problem.kind() == Kind::Skipped => None,
        Item::Problem(problem) => problem.member.as_ref(),
    }
}

impl Counts {
    fn add(&mut self, item: &Item) {
        self.rows += 1;
        let problem = match item {
            Item::Row(row) => {
                self.movable += 1;
                self.by_email += u64::from(row.member.naming() == Naming::Email);
                self.with_recovery_codes += u64::from(!row.recovery_codes.is_empty());
                self.short_keys += u64::from(row.has_short_key());
                return;
            }
            Item::Problem(problem) => problem,
        };
        match problem.kind() {
            Kind::Skipped => self.skipped += 1,
            Kind::Unmovable => self.unmovable += 1,
            Kind::Error => self.errors += 1,
        }
        for cause in &problem.causes {
            *self.causes.entry(cause.code()).or_default() += 1;
        }
    }

    /// Returns how long sending takes at a rate, in seconds. Each row takes Get Member and Migrate.
    pub(crate) fn seconds_at(&self, requests_per_second: f64) -> f64 {
        (2 * self.movable) as f64 / requests_per_second
    }
}

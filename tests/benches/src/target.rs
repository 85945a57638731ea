//! A limit for the worst of some measurements.

use totps_bench_record::Measurement;

/// A limit for some measurements.
pub(crate) struct Target {
    /// The description in the results.
    pub(crate) text: &'static str,
    /// The largest allowed value.
    pub(crate) limit: f64,
    pub(crate) table: &'static str,
    /// The metric. Here and in `rival`, a `*` at the end matches anything.
    pub(crate) metric: &'static str,
    /// The rivals that must keep the limit.
    pub(crate) rival: &'static str,
    /// The end of the names of the cases. It is empty for all cases.
    pub(crate) case: &'static str,
    /// The rival whose value the measurements are divided by.
    pub(crate) base: Option<&'static str>,
}

/// The largest value among the measurements of a target.
pub(crate) struct Worst {
    pub(crate) value: f64,
    pub(crate) place: String,
}

impl Target {
    pub(crate) fn worst(&self, measurements: &[Measurement]) -> Option<Worst> {
        let here = || {
            measurements.iter().filter(|of| {
                of.table == self.table
                    && is_like(self.metric, &of.metric)
                    && of.case.ends_with(self.case)
            })
        };
        let held = here().filter(|of| is_like(self.rival, &of.rival));
        let values = held.filter_map(|of| {
            let by = match self.base {
                Some(base) => {
                    here()
                        .find(|by| {
                            by.rival == base && by.case == of.case && by.metric == of.metric
                        })?
                        .median
                }
                None => 1.0,
            };
            let mut place = format!("{}: {}", of.rival, of.case);
            if of.metric != self.metric {
                place += &format!(", {}", of.metric);
            }
            let value = of.median / by;
            Some(Worst { value, place })
        });
        values.max_by(|one, other| one.value.total_cmp(&other.value))
    }
}

fn is_like(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

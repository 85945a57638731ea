//! A limit for the worst of some measurements.

use totps_bench_record::Measurement;

/// What is limited, and to what.
pub(crate) struct Target {
    /// What is limited.
    pub(crate) text: &'static str,
    /// At most so much.
    pub(crate) limit: f64,
    pub(crate) table: &'static str,
    /// What was counted; here and below, `*` at the end stands for anything.
    pub(crate) metric: &'static str,
    /// Who is held to it.
    pub(crate) rival: &'static str,
    /// Where, by the end of the case.
    pub(crate) case: &'static str,
    /// By whose number it is divided.
    pub(crate) base: Option<&'static str>,
}

/// The worst of what a target is about.
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

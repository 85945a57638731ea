//! What the numbers should be at most.

use totps_bench_record::Measurement;

/// A limit for the worst of some measurements.
pub(crate) struct Target {
    /// What is limited.
    pub(crate) text: &'static str,
    /// At most so much.
    pub(crate) limit: f64,
    table: &'static str,
    metric: &'static str,
    /// Who is held to it; `*` at the end stands for anything.
    rival: &'static str,
    /// Where, by the end of the case.
    case: &'static str,
    /// By whose number it is divided.
    base: Option<&'static str>,
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
                of.table == self.table && of.metric == self.metric && of.case.ends_with(self.case)
            })
        };
        let values = here().filter(|of| self.holds(&of.rival)).filter_map(|of| {
            let by = match self.base {
                Some(base) => {
                    here()
                        .find(|by| by.rival == base && by.case == of.case)?
                        .median
                }
                None => 1.0,
            };
            Some(Worst {
                value: of.median / by,
                place: format!("{}: {}", of.rival, of.case),
            })
        });
        values.max_by(|one, other| one.value.total_cmp(&other.value))
    }

    fn holds(&self, rival: &str) -> bool {
        match self.rival.strip_suffix('*') {
            Some(beginning) => rival.starts_with(beginning),
            None => rival == self.rival,
        }
    }
}

/// The targets, in the order of the tables.
pub(crate) fn all() -> Vec<Target> {
    let by_hand = Some("by hand");
    let derived = Some("derived structs");
    let intact = Some("totps, all readable");
    let decoding = "Instructions to decode, by those of derived structs over all fields";
    let cpu = "ratio of CPU per call";
    let size =
        "Size of a stripped program that makes one call, by that of the same on the bare stack";
    let built = "Time to build it from nothing, by the same";
    [
        (
            "Instructions to encode, by those of a request made by hand",
            1.25,
            ["encode", "instructions", "totps", ""],
            by_hand,
        ),
        (
            "Allocations to encode",
            6.0,
            ["encode", "allocations", "totps", ""],
            None,
        ),
        (
            decoding,
            0.85,
            ["decode", "instructions", "totps", "/full"],
            derived,
        ),
        (
            decoding,
            0.85,
            ["decode", "instructions", "totps", "/three-factors"],
            derived,
        ),
        (
            decoding,
            1.0,
            ["decode", "instructions", "totps", "/live-shape"],
            derived,
        ),
        (
            "Allocations to decode, by theirs",
            1.0,
            ["decode", "allocations", "totps", ""],
            derived,
        ),
        (
            "Instructions to decode with one part unreadable, by those with all readable",
            3.0,
            ["decode, one part unreadable", "instructions", "totps*", ""],
            intact,
        ),
        (
            "CPU per call of `totps-ureq`, by that of hand-written ureq without timeouts",
            1.10,
            ["calls", cpu, "totps-ureq / ureq", ""],
            None,
        ),
        (
            "CPU per call of `totps-hyper`, by that of hand-written hyper-util",
            1.05,
            ["calls", cpu, "totps-hyper-1 / hyper-1", ""],
            None,
        ),
        (
            "CPU per call of `totps-hyper`, by that of the official crate",
            0.80,
            ["calls", cpu, "totps-hyper-1 / stytch-1", ""],
            None,
        ),
        (
            "CPU per call of `totps-hyper` with `conn`, by that of the default",
            0.95,
            ["calls", cpu, "totps-hyper-conn-1 / totps-hyper-1", ""],
            None,
        ),
        (
            "Time per call with 256 callers, by that with 16",
            1.3,
            ["calls", "ratio of time per call", "totps-*", ""],
            None,
        ),
        (
            "KiB of heap for each of 256 waiting calls",
            64.0,
            [
                "calls",
                "KiB of heap at most per waiting call",
                "totps-*",
                "",
            ],
            None,
        ),
        (
            "KiB resident for each of 256 calls",
            64.0,
            ["calls", "KiB resident at most per call", "totps-*", ""],
            None,
        ),
        (
            "CPU µs of the emulator per call, with 10,000 Members",
            200.0,
            ["emulator", "CPU µs per call", "totps-emulator", ""],
            None,
        ),
        (
            "Milliseconds to build a client",
            1.0,
            ["weight", "ms", "totps-*", "building a client"],
            None,
        ),
        (
            "Files opened to build a client",
            0.0,
            ["weight", "files opened", "totps-*", "building a client"],
            None,
        ),
        (
            size,
            1.05,
            ["weight", "ratio of size", "totps-ureq / bare-ureq", ""],
            None,
        ),
        (
            size,
            1.05,
            ["weight", "ratio of size", "totps-hyper / bare-hyper", ""],
            None,
        ),
        (
            built,
            1.05,
            [
                "weight",
                "ratio of time to build",
                "totps-ureq / bare-ureq",
                "",
            ],
            None,
        ),
        (
            built,
            1.05,
            [
                "weight",
                "ratio of time to build",
                "totps-hyper / bare-hyper",
                "",
            ],
            None,
        ),
    ]
    .into_iter()
    .map(|(text, limit, [table, metric, rival, case], base)| Target {
        text,
        limit,
        table,
        metric,
        rival,
        case,
        base,
    })
    .collect()
}

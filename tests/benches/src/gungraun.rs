//! Reads the summaries that Gungraun writes.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use totps_bench_record::Measurement;
use walkdir::WalkDir;

use crate::Fallible;

#[derive(Deserialize)]
struct Summary {
    group: String,
    function_name: String,
    id: String,
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    total: Total,
}

#[derive(Deserialize)]
struct Total {
    metrics: HashMap<String, Metric>,
}

#[derive(Deserialize)]
struct Metric {
    values: Values,
}

#[derive(Deserialize)]
struct Values {
    new: f64,
}

/// The names of a metric in Valgrind and in the tables.
const METRICS: [(&str, &str); 3] = [
    ("Ir", "instructions"),
    ("TotalBlocks", "allocations"),
    ("AtTGmaxBytes", "bytes of heap at most"),
];

/// Groups of benches, each with its table and rival.
const GROUPS: [(&str, &str, &str); 12] = [
    ("encode", "encode", "totps"),
    ("encode_by_hand", "encode", "by hand"),
    ("decode", "decode", "totps"),
    ("decode_derived", "decode", "derived structs"),
    ("decode_value", "decode", "serde_json Value"),
    ("decode_five", "decode", "five fields alone"),
    ("decode_official", "decode", "official crate"),
    ("keep", KEEP, "totps"),
    ("keep_derived", KEEP, "derived structs"),
    ("keep_value", KEEP, "serde_json Value"),
    ("keep_five", KEEP, "five fields alone"),
    ("keep_official", KEEP, "official crate"),
];

const KEEP: &str = "decode without the drop";

/// The ends of ids of partly unreadable responses, each with its rival in the table [`ISOLATE`].
const BROKEN: [(&str, &str); 2] = [
    ("_string", "totps, the Organization is a string"),
    (
        "_deep",
        "totps, one field of the Organization is not a string",
    ),
];

const ISOLATE: &str = "decode, one part unreadable";

/// The rival for the same responses with all parts readable.
const INTACT: &str = "totps, all readable";

pub(crate) fn read(folder: &Path) -> Fallible<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_name() == "summary.json" {
            let summary: Summary = serde_json::from_slice(&fs::read(entry.path())?)?;
            measurements.extend(summary.measurements()?);
        }
    }
    let broken: Vec<_> = measurements
        .iter()
        .filter(|of| of.table == ISOLATE)
        .collect();
    let intact: Vec<_> = measurements
        .iter()
        .filter(|of| of.table == "decode" && of.rival == "totps")
        .filter(|of| broken.iter().any(|broken| broken.case == of.case))
        .map(|of| Measurement {
            table: ISOLATE.to_owned(),
            rival: INTACT.to_owned(),
            ..of.clone()
        })
        .collect();
    measurements.extend(intact);
    Ok(measurements)
}

impl Summary {
    fn measurements(&self) -> Fallible<Vec<Measurement>> {
        let unknown = || format!("unknown bench `{}.{}`", self.group, self.id);
        let (shape, table, rival) = if self.group == "isolate" {
            BROKEN
                .iter()
                .find_map(|(end, rival)| Some((self.id.strip_suffix(end)?, ISOLATE, *rival)))
        } else {
            GROUPS
                .iter()
                .find(|(group, ..)| *group == self.group)
                .map(|(_, table, rival)| (self.id.as_str(), *table, *rival))
        }
        .ok_or_else(unknown)?;
        let call = ["create", "authenticate", "migrate"]
            .into_iter()
            .find(|call| self.function_name.contains(call))
            .ok_or_else(unknown)?;
        let case = format!("{call}/{}", shape.replace('_', "-"));
        let counts = self.profiles.iter().flat_map(|profile| {
            let metrics = &profile.data.total.metrics;
            METRICS
                .iter()
                .filter_map(|(name, metric)| Some((*metric, metrics.get(*name)?.values.new)))
        });
        Ok(counts
            // The drop does not change the other metrics.
            .filter(|(metric, _)| table != KEEP || *metric == "instructions")
            .filter_map(|(metric, count)| {
                Measurement::of_runs([table, &case, rival, metric], [count])
            })
            .collect())
    }
}

//! Reads the samples that Criterion writes.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use totps_bench_record::Measurement;
use walkdir::WalkDir;

use crate::Fallible;

#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: String,
    value_str: String,
}

#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

pub(crate) fn read(folder: &Path) -> Fallible<Vec<Measurement>> {
    let mut measurements = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if !entry.path().ends_with("new/sample.json") {
            continue;
        }
        let sample: Sample = serde_json::from_slice(&fs::read(entry.path())?)?;
        let benchmark = entry.path().with_file_name("benchmark.json");
        let Benchmark {
            group_id,
            function_id,
            value_str,
        } = serde_json::from_slice(&fs::read(benchmark)?)?;
        let nanoseconds = sample.times.iter().zip(&sample.iters);
        measurements.extend(Measurement::of_runs(
            [&group_id, &value_str, &function_id, "µs"],
            nanoseconds.map(|(time, iterations)| time / iterations / 1000.0),
        ));
    }
    Ok(measurements)
}

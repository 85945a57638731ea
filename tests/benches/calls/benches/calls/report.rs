//! Prints measurements: for the report on standard output, for people on standard error.

use totps_bench_calls::Fallible;
use totps_bench_record::Measurement;

const TABLE: &str = "calls";

pub(crate) fn print(
    case: &str,
    rival: &str,
    metric: &str,
    runs: impl IntoIterator<Item = f64>,
) -> Fallible<()> {
    let of_runs = Measurement::of_runs([TABLE, case, rival, metric], runs);
    let measurement = of_runs.ok_or("nothing was measured")?;
    let Measurement {
        median, low, high, ..
    } = measurement;
    eprintln!("{metric:<34} {case:<18} {rival:<32} {median:>9.2} ({low:.2} to {high:.2})");
    Ok(measurement.print()?)
}

pub(crate) fn callers(count: usize) -> String {
    match count {
        1 => "1 caller".to_owned(),
        count => format!("{count} callers"),
    }
}

//! Prints measurements: for the report on standard output, for people on standard error.

use totps_bench_record::Measurement;

use crate::Fallible;

pub(crate) fn print(
    case: &str,
    rival: &str,
    metric: &str,
    runs: impl IntoIterator<Item = f64>,
) -> Fallible<()> {
    let of_runs = Measurement::of_runs(["weight", case, rival, metric], runs);
    let measurement = of_runs.ok_or("nothing was measured")?;
    let Measurement {
        median, low, high, ..
    } = measurement;
    eprintln!("{case:<18} {rival:<26} {metric:<28} {median:>9.2} ({low:.2} to {high:.2})");
    Ok(measurement.print()?)
}

/// Each of the numbers by the other of the same round.
pub(crate) fn divide<'a>(one: &'a [f64], by: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    one.iter().zip(by).map(|(one, by)| one / by)
}

//! Reports measurements: as JSON on standard output, and as text on standard error.

use std::io;

use crate::Measurement;

/// Prints the median and the spread of some runs.
///
/// # Errors
///
/// If there are no runs, or standard output fails.
pub fn report(
    [table, case, rival, metric]: [&str; 4],
    runs: impl IntoIterator<Item = f64>,
) -> io::Result<()> {
    let of_runs = Measurement::of_runs([table, case, rival, metric], runs);
    let measurement = of_runs.ok_or_else(|| io::Error::other("nothing was measured"))?;
    let Measurement {
        median, low, high, ..
    } = measurement;
    eprintln!("{metric:<36} {case:<24} {rival:<32} {median:>9.2} ({low:.2} to {high:.2})");
    measurement.print()
}

/// Returns the name of the case with this number of callers.
#[must_use]
pub fn callers(count: usize) -> String {
    match count {
        1 => "1 caller".to_owned(),
        count => format!("{count} callers"),
    }
}

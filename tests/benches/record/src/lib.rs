//! One measurement as a line of JSON. The benches print it, and the report reads it.

mod report;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

pub use report::{callers, report};

/// One number of one library or client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The table of the measurement, such as `decode`. A table has rivals as rows and cases as
    /// columns. There is one for each metric.
    pub table: String,
    /// The case, such as `authenticate/full` or `16 callers`.
    pub case: String,
    /// The library or client: `totps` or the name of a rival.
    pub rival: String,
    /// The metric with its unit, such as `instructions` or `CPU µs per call`.
    pub metric: String,
    /// The median of all runs, or the only value if it never varies.
    pub median: f64,
    /// The lowest of all runs.
    pub low: f64,
    /// The highest of all runs.
    pub high: f64,
}

impl Measurement {
    /// Computes the median and the spread of some runs. Returns `None` if there are no runs.
    pub fn of_runs(
        [table, case, rival, metric]: [&str; 4],
        runs: impl IntoIterator<Item = f64>,
    ) -> Option<Self> {
        let mut runs: Vec<f64> = runs.into_iter().collect();
        runs.sort_by(f64::total_cmp);
        let (low, high) = (*runs.first()?, *runs.last()?);
        let middle = runs.len() / 2;
        let median = if runs.len() % 2 == 1 {
            runs[middle]
        } else {
            f64::midpoint(runs[middle - 1], runs[middle])
        };
        Some(Self {
            table: table.to_owned(),
            case: case.to_owned(),
            rival: rival.to_owned(),
            metric: metric.to_owned(),
            median,
            low,
            high,
        })
    }

    /// Prints the measurement on standard output as one line, for the report.
    ///
    /// # Errors
    ///
    /// If standard output fails.
    pub fn print(&self) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        let mut out = io::stdout().lock();
        out.write_all(&line)?;
        out.flush()
    }

    /// Reads a line that [`print`](Self::print) wrote. Returns `None` for any other line, such as
    /// the output of a tool.
    pub fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

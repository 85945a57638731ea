//! Reports the counts of the servers.

use totps_bench_clients::Fallible;
use totps_bench_record as record;

use crate::TABLE;
use crate::programs::Counts;

const OPENED: &str = "connections opened";

/// Prints the counts of several servers of one client.
pub(crate) fn report(case: &str, client: &str, counts: &[Counts]) -> Fallible<()> {
    let print = |metric, count: fn(&Counts) -> f64| {
        record::report([TABLE, case, client, metric], counts.iter().map(count))
    };
    print(OPENED, |counts| counts.opened)?;
    print("full handshakes", |counts| counts.full)?;
    Ok(print("resumed handshakes", |counts| counts.resumed)?)
}

/// Prints the smallest possible number of connections, to compare with those that were opened.
pub(crate) fn report_least(case: &str, least: usize) -> Fallible<()> {
    let rival = "one for each caller";
    Ok(record::report(
        [TABLE, case, rival, OPENED],
        [least as f64],
    )?)
}

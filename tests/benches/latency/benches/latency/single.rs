//! Measures calls that are made one at a time.

use std::thread;
use std::time::Duration;

use totps_bench_clients::Fallible;
use totps_bench_record::report;

use crate::programs::{Counts, Pair};
use crate::{TABLE, counts};

const ROUND_TRIPS: &str = "round trips of a call";

/// Number of processes whose first call is measured.
const FIRST: usize = 15;

/// Number of processes of each client that make no call for [`SILENCE`].
const SILENT: usize = 5;

const SILENCE: Duration = Duration::from_secs(30);

/// Number of processes of each client that call a server which closes every connection, and the
/// number of calls of each.
const TURNED_AWAY: usize = 3;
const CALLS: usize = 10;

/// The durations and counts of one client.
struct Series<'a> {
    client: &'a str,
    pairs: Vec<Pair>,
    round_trips: Vec<f64>,
    counts: Vec<Counts>,
}

/// Measures the first call of a process.
pub(crate) fn first(clients: &[&str]) -> Fallible<()> {
    let mut all = start(clients, FIRST, Pair::start)?;
    take_turns(&mut all, 1)?;
    report_all(&all, "first call")
}

/// Measures the second call of a process, long after the first.
pub(crate) fn after_silence(clients: &[&str]) -> Fallible<()> {
    let mut all = start(clients, SILENT, |client| {
        let mut pair = Pair::start(client)?;
        pair.call()?;
        Ok(pair)
    })?;
    let seconds = SILENCE.as_secs();
    eprintln!("{seconds} s of silence");
    thread::sleep(SILENCE);
    take_turns(&mut all, 1)?;
    report_all(&all, &format!("after {seconds} s of silence"))
}

/// Measures calls to a server that ends every connection with its first response.
pub(crate) fn new_connections(clients: &[&str]) -> Fallible<()> {
    let mut all = start(clients, TURNED_AWAY, Pair::closing)?;
    take_turns(&mut all, CALLS)?;
    report_all(&all, &format!("{CALLS} new connections"))
}

fn start<'a>(
    clients: &[&'a str],
    count: usize,
    start: impl Fn(&str) -> Fallible<Pair>,
) -> Fallible<Vec<Series<'a>>> {
    let series = |client: &&'a str| {
        let pairs = (0..count).map(|_| start(client));
        Ok(Series {
            client,
            pairs: pairs.collect::<Fallible<_>>()?,
            round_trips: Vec::new(),
            counts: Vec::new(),
        })
    };
    clients.iter().map(series).collect()
}

/// Makes the calls of all processes, one process of each client in turn.
fn take_turns(all: &mut [Series], calls: usize) -> Fallible<()> {
    while all.iter().any(|series| !series.pairs.is_empty()) {
        for series in &mut *all {
            if let Some(mut pair) = series.pairs.pop() {
                for _ in 0..calls {
                    series.round_trips.push(pair.call()?);
                }
                series.counts.push(pair.counts()?);
            }
        }
    }
    Ok(())
}

fn report_all(all: &[Series], case: &str) -> Fallible<()> {
    for series in all {
        let round_trips = series.round_trips.iter().copied();
        report([TABLE, case, series.client, ROUND_TRIPS], round_trips)?;
        counts::report(case, series.client, &series.counts)?;
    }
    Ok(())
}

//! Measures calls of many callers that pause between calls. In each round, every client takes one
//! turn.

use std::thread;

use totps_bench_clients::Fallible;
use totps_bench_latency::WARM_UP;
use totps_bench_record::{callers, report};

use crate::programs::{Counts, Pair, round_trips};
use crate::{TABLE, counts};

/// The number of callers, and the length of a turn after its warm-up, in seconds.
const TURNS: [(usize, u64); 4] = [(1, 8), (8, 5), (64, 4), (256, 4)];

/// The length of a turn with any other number of callers, in seconds.
const SECONDS: u64 = 4;

/// All turns of one client with one number of callers.
struct Series {
    client: &'static str,
    callers: usize,
    seconds: u64,
    turns: Vec<Turn>,
    counts: Vec<Counts>,
}

struct Turn {
    calls: f64,
    p50: f64,
    p90: f64,
    p99: f64,
}

/// Measures with the number of callers in `only`, or with each number in [`TURNS`].
pub(crate) fn measure(
    clients: &[&'static str],
    only: Option<usize>,
    seconds: Option<u64>,
    rounds: u64,
) -> Fallible<()> {
    let mut turns = TURNS.to_vec();
    if let Some(only) = only {
        turns.retain(|(callers, _)| *callers == only);
        if turns.is_empty() {
            turns.push((only, SECONDS));
        }
    }
    let mut all = Vec::new();
    for &(callers, usual) in &turns {
        for &client in clients {
            all.push(Series {
                client,
                callers,
                seconds: seconds.unwrap_or(usual),
                turns: Vec::new(),
                counts: Vec::new(),
            });
        }
    }
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for series in &mut all {
            series.take_turn(round)?;
        }
    }
    for series in &all {
        series.report()?;
    }
    for (count, _) in turns {
        counts::report_least(&callers(count), count)?;
    }
    Ok(())
}

impl Series {
    /// Takes one turn in new processes, so that it counts all connections that are opened.
    fn take_turn(&mut self, seed: u64) -> Fallible<()> {
        let mut pair = Pair::start(self.client)?;
        let Self {
            callers, seconds, ..
        } = self;
        let load = format!("load {callers} {seconds} {seed}");
        pair.client.say(&load)?;
        thread::sleep(WARM_UP);
        pair.warm()?;
        let [calls, p50, p90, p99] = pair.client.hear_numbers()?;
        self.turns.push(Turn {
            calls,
            p50: round_trips(p50),
            p90: round_trips(p90),
            p99: round_trips(p99),
        });
        self.counts.push(pair.counts()?);
        Ok(())
    }

    fn report(&self) -> Fallible<()> {
        let case = callers(self.callers);
        let print = |metric, number: fn(&Turn) -> f64| {
            let runs = self.turns.iter().map(number);
            report([TABLE, &case, self.client, metric], runs)
        };
        print("round trips, p50", |turn| turn.p50)?;
        print("round trips, p90", |turn| turn.p90)?;
        print("round trips, p99", |turn| turn.p99)?;
        print("calls", |turn| turn.calls)?;
        counts::report(&case, self.client, &self.counts)?;
        let late = self.counts.iter().map(|counts| counts.late);
        Ok(report([TABLE, &case, self.client, "line late, p99"], late)?)
    }
}

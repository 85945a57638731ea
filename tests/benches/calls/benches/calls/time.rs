//! Measures the CPU and wall time of calls. In each round, every client takes one turn.

use totps_bench_clients::Fallible;
use totps_bench_clients::process::Process;
use totps_bench_record::{callers, report};

use crate::{TABLE, programs};

/// The number of callers, and the number of calls in a turn.
const TURNS: [(usize, usize); 3] = [(1, 500), (16, 1000), (256, 3072)];

/// Our clients and the clients that they are compared with. The targets use the async clients with
/// one thread: with more threads, most of the variation is which thread wakes which.
const PAIRS: [(&str, &str); 13] = [
    ("totps-ureq", "ureq"),
    ("totps-ureq", "stytch-1"),
    ("totps-ureq", "ureq-phase-timeouts"),
    ("totps-ureq", "ureq-global-timeout"),
    ("totps-hyper-1", "hyper-1"),
    ("totps-hyper-1", "stytch-1"),
    ("totps-hyper-conn-1", "totps-hyper-1"),
    ("totps-hyper-conn-1", "hyper-1"),
    ("totps-hyper-n", "hyper-n"),
    ("totps-hyper-n", "stytch-n"),
    ("totps-hyper-conn-n", "totps-hyper-n"),
    ("totps-ureq", "hyper-1"),
    ("ureq", "hyper-1"),
];

/// All turns of one client with one number of callers.
struct Series {
    client: &'static str,
    callers: usize,
    calls: usize,
    process: Process,
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

/// Measures with the number of callers in `only`, or with each number in [`TURNS`].
pub(crate) fn measure(
    clients: &[&'static str],
    only: Option<usize>,
    rounds: usize,
) -> Fallible<()> {
    let (server, base_url) = programs::server(0)?;
    let mut all = Vec::new();
    let turns = TURNS.into_iter();
    for (callers, calls) in turns.filter(|(callers, _)| only.is_none_or(|only| only == *callers)) {
        for &client in clients {
            all.push(Series {
                client,
                callers,
                calls,
                process: programs::client(client, callers, &base_url)?,
                cpu: Vec::new(),
                wall: Vec::new(),
            });
        }
    }
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        for series in &mut all {
            let [cpu, wall] = series.process.numbers(&series.calls.to_string())?;
            series.cpu.push(cpu / 1000.0);
            series.wall.push(wall / 1000.0);
        }
    }
    drop(server);

    for series in &all {
        let case = callers(series.callers);
        let Series { cpu, wall, .. } = series;
        let print = |metric, runs: &[f64]| {
            report([TABLE, &case, series.client, metric], runs.iter().copied())
        };
        print("CPU µs per call", cpu)?;
        print("µs per call", wall)?;
    }
    ratios(&all)
}

/// Reports ratios, computed round by round.
fn ratios(all: &[Series]) -> Fallible<()> {
    let find = |client: &str, callers: usize| {
        let mut all = all.iter();
        all.find(|series| series.client == client && series.callers == callers)
    };
    let divide = |one: &[f64], by: &[f64]| -> Vec<f64> {
        one.iter().zip(by).map(|(one, by)| one / by).collect()
    };
    for (callers_of_both, _) in TURNS {
        for (ours, rival) in PAIRS {
            if let (Some(ours), Some(rival)) =
                (find(ours, callers_of_both), find(rival, callers_of_both))
            {
                let names = format!("{} / {}", ours.client, rival.client);
                let case = callers(callers_of_both);
                let runs = divide(&ours.cpu, &rival.cpu);
                report([TABLE, &case, &names, "ratio of CPU per call"], runs)?;
            }
        }
    }
    for few in all.iter().filter(|series| series.callers == 16) {
        if let Some(many) = find(few.client, 256) {
            let case = "256 / 16 callers";
            let runs = divide(&many.wall, &few.wall);
            report([TABLE, case, few.client, "ratio of time per call"], runs)?;
        }
    }
    Ok(())
}

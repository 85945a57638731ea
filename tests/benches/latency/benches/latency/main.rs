//! Runs the clients in turns and prints the duration of calls, in round trips, and the cost of
//! connections: `[--rounds N] [--callers N] [--seconds N] [CLIENT…]`.
//!
//! By default it measures the clients in [`DEFAULT`] with 1, 8, 64 and 256 callers, and single
//! calls and idle connections. With `--callers` it measures only that number of callers.
//! `--seconds` is the length of a turn.

mod counts;
mod idle;
mod load;
mod programs;
mod single;

use totps_bench_clients::{Fallible, NAMES};

const TABLE: &str = "latency";

/// The clients with a runtime of several threads, as in most programs.
const DEFAULT: [&str; 6] = [
    "totps-ureq",
    "totps-hyper-n",
    "totps-hyper-conn-n",
    "stytch-n",
    "hyper-n",
    "ureq",
];

fn main() -> Fallible<()> {
    let mut rounds = 3;
    let mut callers = None;
    let mut seconds = None;
    let mut clients = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().ok_or(format!("{argument} needs a number"));
        match argument.as_str() {
            // Cargo passes this argument.
            "--bench" => {}
            "--rounds" => rounds = number()?.parse()?,
            "--callers" => callers = Some(number()?.parse()?),
            "--seconds" => seconds = Some(number()?.parse()?),
            name => {
                let known = NAMES.into_iter().find(|known| *known == name);
                clients.push(known.ok_or_else(|| format!("the clients are {NAMES:?}"))?);
            }
        }
    }
    if clients.is_empty() {
        clients.extend(DEFAULT);
    }
    if callers.is_none() {
        single::first(&clients)?;
        single::after_silence(&clients)?;
        single::new_connections(&clients)?;
        idle::measure(&clients)?;
    }
    load::measure(&clients, callers, seconds, rounds)
}

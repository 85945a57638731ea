//! Runs the clients in turns and prints the cost of their calls:
//! `[--rounds N] [--callers N] [CLIENT…]`.
//!
//! By default it measures all clients with 1, 16 and 256 callers, and the memory of the calls. With
//! `--callers` it measures only that number of callers, and no memory.

mod memory;
mod programs;
mod time;

use totps_bench_clients::{Fallible, NAMES};

const TABLE: &str = "calls";

fn main() -> Fallible<()> {
    let mut rounds = 25;
    let mut callers = None;
    let mut clients = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo passes this argument.
            "--bench" => {}
            "--rounds" => rounds = arguments.next().ok_or("--rounds needs a number")?.parse()?,
            "--callers" => {
                callers = Some(
                    arguments
                        .next()
                        .ok_or("--callers needs a number")?
                        .parse()?,
                );
            }
            name => {
                let known = NAMES.into_iter().find(|known| *known == name);
                clients.push(known.ok_or_else(|| format!("the clients are {NAMES:?}"))?);
            }
        }
    }
    if clients.is_empty() {
        clients.extend(NAMES);
    }
    time::measure(&clients, callers, rounds)?;
    if callers.is_none() {
        memory::measure(&clients)?;
    }
    Ok(())
}

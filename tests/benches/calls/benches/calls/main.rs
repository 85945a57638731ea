//! Runs the clients in turns and prints what their calls cost: `[--rounds N] [--callers N] [CLIENT…]`.
//!
//! Without clients it takes all. Without a number of callers it takes 1, 16 and 256, and tells what
//! memory the calls need, too.

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
            // Cargo's own.
            "--bench" => {}
            "--rounds" => rounds = arguments.next().ok_or("how many rounds?")?.parse()?,
            "--callers" => callers = Some(arguments.next().ok_or("how many callers?")?.parse()?),
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

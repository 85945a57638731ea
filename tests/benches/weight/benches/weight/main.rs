//! Measures the cost of clients before their first call: `[--builds N]`. The programs are built N
//! times (default 2).
//!
//! Needs `strace`.

mod clients;
mod programs;

const TABLE: &str = "weight";

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Fallible<()> {
    let mut builds = 2;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo passes this argument.
            "--bench" => {}
            "--builds" => builds = arguments.next().ok_or("--builds needs a number")?.parse()?,
            _ => return Err(format!("unknown argument `{argument}`").into()),
        }
    }
    clients::measure()?;
    programs::measure(builds)
}

//! What clients weigh: `[--builds N]`. The programs are built N times, 2 unless told otherwise.
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
            // Cargo's own.
            "--bench" => {}
            "--builds" => builds = arguments.next().ok_or("how many builds?")?.parse()?,
            _ => return Err(format!("`{argument}` is not known").into()),
        }
    }
    clients::measure()?;
    programs::measure(builds)
}

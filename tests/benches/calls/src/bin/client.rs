//! A client whose time is measured: `NAME CALLERS BASE_URL`.
//!
//! It reads one of these lines from standard input:
//!
//! - a number: makes that many calls, and prints the CPU and wall time of one call in nanoseconds;
//! - `once`: every caller makes one call;
//! - `warm up`: makes one call.

use totps_bench_calls::Subject;
use totps_bench_clients::Fallible;
use totps_bench_clients::process::serve;

fn main() -> Fallible<()> {
    let subject = Subject::from_arguments()?;
    serve(|line| match line {
        "warm up" => subject.warm_up().map(|()| "done".to_owned()),
        "once" => subject.once().map(|()| "done".to_owned()),
        calls => {
            let (cpu, wall) = subject.time(calls.parse()?)?;
            Ok(format!("{cpu} {wall}"))
        }
    })
}

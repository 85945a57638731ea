//! A client whose time is measured: `NAME CALLERS BASE_URL`.
//!
//! It reads how many calls to make, or `once` for one of every caller.

use totps_bench_calls::{Client, Fallible, serve};

fn main() -> Fallible<()> {
    let client = Client::from_arguments()?;
    serve(|line| match line {
        "warm up" => client.warm_up().map(|()| "done".to_owned()),
        "once" => client.once().map(|()| "done".to_owned()),
        calls => {
            let (cpu, wall) = client.time(calls.parse()?)?;
            Ok(format!("{cpu} {wall}"))
        }
    })
}

//! A client whose calls are measured: `NAME BASE_URL AUTHORITY`. AUTHORITY is a file.
//!
//! It reads one of these lines from standard input:
//!
//! - `call`: makes one call, and prints its duration in seconds;
//! - `at once CALLERS`: every caller makes one call, all at the same time;
//! - `load CALLERS SECONDS SEED`: the callers make calls with pauses, for SECONDS after the
//!   warm-up. Prints the number of calls, and the 50th, 90th and 99th percentile of their duration
//!   in seconds.

use std::fs;
use std::time::Duration;

use totps_bench_clients::process::serve;
use totps_bench_clients::{Client, Endpoint, Fallible};
use totps_bench_latency::{quantile, thinking};

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, base_url, authority] = arguments.as_slice() else {
        return Err("expected NAME BASE_URL AUTHORITY".into());
    };
    let endpoint = Endpoint {
        base_url: base_url.clone(),
        authority_pem: Some(fs::read(authority)?),
    };
    let client = Client::named(name, &endpoint)?;
    serve(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        ["call"] => Ok(thinking::one_call(&client)?.as_secs_f64().to_string()),
        ["at", "once", callers] => {
            client.once(callers.parse()?)?;
            Ok("done".to_owned())
        }
        ["load", callers, seconds, seed] => {
            let time = Duration::from_secs(seconds.parse()?);
            let mut times = thinking::measure(&client, callers.parse()?, time, seed.parse()?)?;
            let mut numbers = vec![times.len().to_string()];
            for part in [0.5, 0.9, 0.99] {
                let time = quantile::of(&mut times, part).ok_or("no calls were counted")?;
                numbers.push(time.as_secs_f64().to_string());
            }
            Ok(numbers.join(" "))
        }
        _ => Err(format!("unknown line `{line}`").into()),
    })
}

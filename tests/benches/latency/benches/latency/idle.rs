//! Measures the cost of idle connections.

use std::thread;
use std::time::Duration;

use totps_bench_clients::Fallible;
use totps_bench_record::report;

use crate::TABLE;
use crate::programs::Pair;

/// Number of connections, each opened by its own caller at the same time.
const CONNECTIONS: usize = 256;

const TIMES: usize = 3;

/// Long enough that no response arrives before the last request is sent.
const DELAY: Duration = Duration::from_millis(500);

/// Time until the threads of the calls have ended.
const REST: Duration = Duration::from_secs(1);

const KIBIBYTE: f64 = 1024.0;

pub(crate) fn measure(clients: &[&str]) -> Fallible<()> {
    let case = format!("{CONNECTIONS} idle connections");
    let mut runs = vec![[const { Vec::new() }; 4]; clients.len()];
    for _ in 0..TIMES {
        for (client, [open, resident, each, descriptors]) in clients.iter().zip(&mut runs) {
            let mut pair = Pair::delayed(client, DELAY)?;
            // The first call makes what is made only once. It is not a cost of a connection.
            pair.call()?;
            let before = pair.client.status("VmRSS")?;
            pair.client.say(&format!("at once {CONNECTIONS}"))?;
            pair.client.hear()?;
            thread::sleep(REST);
            let after = pair.client.status("VmRSS")?;
            resident.push(after / KIBIBYTE / KIBIBYTE);
            each.push((after - before) / CONNECTIONS as f64 / KIBIBYTE);
            descriptors.push(pair.client.descriptors()? as f64);
            open.push(pair.counts()?.open);
        }
    }
    for (client, [open, resident, each, descriptors]) in clients.iter().zip(runs) {
        let print = |metric, runs| report([TABLE, &case, client, metric], runs);
        print("connections that are kept", open)?;
        print("MiB resident", resident)?;
        print("KiB resident for each", each)?;
        print("file descriptors", descriptors)?;
    }
    Ok(())
}

//! Measures the memory of a single call, and of calls that wait for their responses.

use totps_bench_clients::Fallible;
use totps_bench_record::{callers, report};

use crate::{TABLE, programs};

/// Number of calls that wait at the same time.
const WAITING: usize = 256;

const TIMES: usize = 3;

const KIBIBYTE: f64 = 1024.0;

pub(crate) fn measure(clients: &[&'static str]) -> Fallible<()> {
    for client in clients {
        alone(client)?;
        waiting_heap(client)?;
        waiting_rss(client)?;
    }
    Ok(())
}

fn alone(client: &str) -> Fallible<()> {
    let (_server, base_url) = programs::server(0)?;
    let mut process = programs::counted_client(client, 1, &base_url)?;
    // The first call allocates what is made only once. It is not counted.
    process.say("once")?;
    process.hear()?;
    let (mut allocations, mut heap) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let [blocks, bytes] = process.numbers("once")?;
        allocations.push(blocks);
        heap.push(bytes / KIBIBYTE);
    }
    let print = |metric, runs| report([TABLE, &callers(1), client, metric], runs);
    print("allocations per call", allocations)?;
    Ok(print("KiB of heap at most", heap)?)
}

/// Reports the peak heap of a call, from before it connects until its response is read.
fn waiting_heap(client: &str) -> Fallible<()> {
    let mut runs = Vec::new();
    for _ in 0..TIMES {
        let (mut server, base_url) = programs::server(WAITING)?;
        let mut process = programs::counted_client(client, WAITING, &base_url)?;
        process.say("warm up")?;
        process.hear()?;
        process.say("once")?;
        server.hear()?;
        server.say("")?;
        let [_, bytes] = process.hear_numbers()?;
        runs.push(bytes / WAITING as f64 / KIBIBYTE);
    }
    let metric = "KiB of heap at most per waiting call";
    Ok(report([TABLE, &callers(WAITING), client, metric], runs)?)
}

/// Reports the resident memory of a waiting call, including its thread's stack, and the peak until
/// its response is read.
fn waiting_rss(client: &str) -> Fallible<()> {
    let (mut waiting, mut peak) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let (mut server, base_url) = programs::server(WAITING)?;
        let mut process = programs::client(client, WAITING, &base_url)?;
        process.say("warm up")?;
        process.hear()?;
        let before = process.status("VmRSS")?;
        let more = |now: f64| (now - before) / WAITING as f64 / KIBIBYTE;
        process.say("once")?;
        server.hear()?;
        waiting.push(more(process.status("VmRSS")?));
        server.say("")?;
        process.hear()?;
        peak.push(more(process.status("VmHWM")?));
    }
    let print = |metric, runs| report([TABLE, &callers(WAITING), client, metric], runs);
    print("KiB resident per waiting call", waiting)?;
    Ok(print("KiB resident at most per call", peak)?)
}

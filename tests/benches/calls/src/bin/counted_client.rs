//! A client whose memory is counted: `NAME CALLERS BASE_URL`.
//!
//! It reads one of these lines from standard input:
//!
//! - `once`: every caller makes one call. Prints the number of allocations and the peak heap in
//!   bytes;
//! - `warm up`: makes one call.

use dhat::{HeapStats, Profiler};
use totps_bench_calls::Subject;
use totps_bench_clients::Fallible;
use totps_bench_clients::process::serve;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> Fallible<()> {
    let subject = Subject::from_arguments()?;
    serve(|line| match line {
        "warm up" => subject.warm_up().map(|()| "done".to_owned()),
        "once" => {
            let profiler = Profiler::builder().testing().build();
            subject.once()?;
            let heap = HeapStats::get();
            drop(profiler);
            Ok(format!("{} {}", heap.total_blocks, heap.max_bytes))
        }
        _ => Err(format!("unknown line `{line}`").into()),
    })
}

//! A client whose memory is counted: `NAME CALLERS BASE_URL`.
//!
//! It reads `once` for one call of every caller, and says how many allocations these took, and how many
//! bytes they had at most at once.

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
        _ => Err(format!("`{line}` is not known").into()),
    })
}

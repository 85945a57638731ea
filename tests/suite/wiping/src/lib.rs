//! An allocator that looks for secrets in the memory that it is given back.
//!
//! ```
//! use totps_wiping::{Watcher, readable_after};
//!
//! #[global_allocator]
//! static ALLOCATOR: Watcher = Watcher;
//!
//! const SECRET: &str = "canary-of-the-example";
//! assert_eq!(readable_after(&[SECRET], || drop(SECRET.to_owned())), [SECRET]);
//! assert_eq!(readable_after(&[SECRET], || drop(SECRET.replace('a', "b"))), [""; 0]);
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::slice;

/// The system's allocator, but watched. A buffer that grows always moves, so that what it leaves
/// behind is seen.
#[derive(Debug)]
pub struct Watcher;

/// What a thread looks for: at most as many texts as there are bits in `found`.
#[derive(Clone, Copy)]
struct Watch {
    canaries: &'static [&'static str],
    found: u64,
}

thread_local! {
    // It neither allocates nor has a destructor, so that the allocator can use it at any time.
    static WATCH: Cell<Watch> = const { Cell::new(Watch { canaries: &[], found: 0 }) };
}

/// Does something and tells which of the texts were readable in memory that was freed meanwhile.
///
/// Only this thread is watched.
///
/// # Panics
///
/// If there are more than 64 texts, or one of them is empty.
pub fn readable_after(canaries: &'static [&'static str], run: impl FnOnce()) -> Vec<&'static str> {
    assert!(canaries.len() <= 64, "at most 64 texts can be looked for");
    assert!(!canaries.contains(&""), "nothing cannot be looked for");
    WATCH.set(Watch { canaries, found: 0 });
    run();
    let Watch { found, .. } = WATCH.replace(Watch {
        canaries: &[],
        found: 0,
    });
    let canaries = canaries.iter().enumerate();
    canaries
        .filter_map(|(bit, canary)| (found & (1 << bit) != 0).then_some(*canary))
        .collect()
}

/// Must not allocate.
fn look_at(freed: &[u8]) {
    // It fails while the thread ends, when nothing is looked for any more.
    let _ = WATCH.try_with(|cell| {
        let mut watch = cell.get();
        for (bit, canary) in watch.canaries.iter().enumerate() {
            let canary = canary.as_bytes();
            if freed.windows(canary.len()).any(|bytes| bytes == canary) {
                watch.found |= 1 << bit;
            }
        }
        cell.set(watch);
    });
}

// SAFETY: every call goes to the system's allocator with the same layout, and a block is only read
// while it is still allocated. `realloc` is the trait's own, which copies and calls `dealloc`.
unsafe impl GlobalAlloc for Watcher {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator wants. Zeros, so that
        // `dealloc` finds no byte that was never written, nor what an earlier owner wrote.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block comes from `alloc` with this layout, all of its bytes were written
        // there, and nobody else uses it any more.
        look_at(unsafe { slice::from_raw_parts(block, layout.size()) });
        // SAFETY: the caller's promises are those that the system's allocator wants.
        unsafe { System.dealloc(block, layout) }
    }
}

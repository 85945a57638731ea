//! An allocator that searches freed memory for secrets.
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

/// The system's allocator, which also searches freed memory. A buffer that grows always moves, so
/// that its old memory is searched, too.
#[derive(Debug)]
pub struct Watcher;

/// The texts that a thread looks for, and a bit for each text that was found. There can be at most
/// 64 texts.
#[derive(Clone, Copy)]
struct Watch {
    canaries: &'static [&'static str],
    found: u64,
}

thread_local! {
    // It does not allocate and has no destructor, so the allocator can use it at any time.
    static WATCH: Cell<Watch> = const { Cell::new(Watch { canaries: &[], found: 0 }) };
}

/// Runs a closure and returns the texts that were readable in memory that the closure freed.
///
/// Only the current thread is watched.
///
/// # Panics
///
/// If there are more than 64 texts, or one of them is empty.
pub fn readable_after(canaries: &'static [&'static str], run: impl FnOnce()) -> Vec<&'static str> {
    assert!(canaries.len() <= 64, "there must be at most 64 texts");
    assert!(!canaries.contains(&""), "a text must not be empty");
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

/// Searches freed memory. Must not allocate.
fn look_at(freed: &[u8]) {
    // This fails while the thread ends, when there is nothing to look for.
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
        // SAFETY: the caller's promises are those that the system's allocator requires. The memory
        // is zeroed, so that `dealloc` reads only initialised bytes and none of an earlier owner.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block comes from `alloc` with this layout, which initialised all of its
        // bytes, and no other code uses it any more.
        look_at(unsafe { slice::from_raw_parts(block, layout.size()) });
        // SAFETY: the caller's promises are those that the system's allocator requires.
        unsafe { System.dealloc(block, layout) }
    }
}

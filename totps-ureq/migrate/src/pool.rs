//! A pool of threads that get their work from one producer.

use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Calls `work` for each item, on `jobs` threads. `produce` runs on the caller's thread. Its callback
/// returns `false` when no thread accepts work any more.
pub(crate) fn each<T: Send, R>(
    jobs: usize,
    work: impl Fn(T) + Sync,
    produce: impl FnOnce(&mut dyn FnMut(T) -> bool) -> R,
) -> R {
    let (sender, receiver) = sync_channel::<T>(2 * jobs);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        let (work, receiver) = (&work, &receiver);
        for _ in 0..jobs {
            scope.spawn(move || {
                loop {
                    let lock = receiver.lock().unwrap_or_else(PoisonError::into_inner);
                    let Ok(item) = lock.recv() else { break };
                    drop(lock);
                    work(item);
                }
            });
        }
        let result = produce(&mut |item| sender.send(item).is_ok());
        drop(sender);
        result
    })
}

//! One fetch at a time, shared by all callers that wait for it.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::error::Error;
use crate::session_jwt::jwks::Jwks;

type Fetch = Pin<Box<dyn Future<Output = Result<Jwks, Error>> + Send>>;

/// The fetch in progress. A blocking caller holds the lock until its fetch ends. Async callers
/// store the future here, and each waiting caller polls it.
///
/// For that reason the fetch outlives the caller that began it. If that caller is dropped, by
/// chance or on purpose, the others still get the keys.
#[derive(Default)]
pub(super) struct SharedFetch {
    fetch: Mutex<Option<Fetch>>,
    waiting: Arc<Waiting>,
}

impl SharedFetch {
    /// Waits until no other blocking caller is fetching, and locks the fetch.
    pub(super) fn lock(&self) -> MutexGuard<'_, impl Sized> {
        self.fetch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls the fetch in progress, then those that `begin` returns, until it returns none.
    /// `finish` receives each result.
    pub(super) async fn run(
        &self,
        mut begin: impl FnMut() -> Option<Fetch>,
        finish: impl Fn(Result<Jwks, Error>),
    ) {
        poll_fn(|context| {
            // Before polling, so that no wake-up is lost.
            self.waiting.add(context.waker());
            let mut slot = self.fetch.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                // Taken out while it is polled: after a panic it must not be polled again.
                let Some(mut fetch) = slot.take().or_else(&mut begin) else {
                    return Poll::Ready(());
                };
                let waker = Waker::from(Arc::clone(&self.waiting));
                let others = WakeOnDrop(&self.waiting);
                match fetch.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(fetched) => finish(fetched),
                    Poll::Pending => {
                        *slot = Some(fetch);
                        std::mem::forget(others);
                        return Poll::Pending;
                    }
                }
            }
        })
        .await;
    }
}

/// The tasks that wait for the fetch. All are woken when it can make progress, because any of them
/// may have been dropped.
#[derive(Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Waiting {
    fn add(&self, waker: &Waker) {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|other| other.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }

    fn wake_all(&self) {
        let mut wakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let woken = std::mem::take(&mut *wakers);
        drop(wakers);
        woken.into_iter().for_each(Waker::wake);
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_all();
    }
}

/// Wakes all waiting tasks when the fetch has ended, even by a panic.
struct WakeOnDrop<'a>(&'a Waiting);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wake_all();
    }
}

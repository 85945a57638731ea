//! One fetch at a time, whoever waits for it.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use crate::error::Error;
use crate::session_jwt::jwks::Jwks;

type Fetch = Pin<Box<dyn Future<Output = Result<Jwks, Error>> + Send>>;

/// The fetch that is under way. Blocking callers hold the lock for as long as it takes; async ones keep
/// the future inside, and whoever needs it polls it.
///
/// So the fetch outlives the caller who began it: a request that is dropped in the middle, by chance or
/// on purpose, does not cost the others the keys.
#[derive(Default)]
pub(super) struct SharedFetch {
    fetch: Mutex<Option<Fetch>>,
    waiting: Arc<Waiting>,
}

impl SharedFetch {
    /// Waits until no blocking caller fetches.
    pub(super) fn lock(&self) -> MutexGuard<'_, impl Sized> {
        self.fetch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls the fetch that is under way, then those that `begin` gives, until it gives none. `finish`
    /// takes what was fetched.
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
                // Out of its place while it is polled: after a panic it must not be polled again.
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

/// The tasks that wait for the fetch. All are woken when it moves on, because any of them may be gone.
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

/// Wakes all when the fetch has ended, be it by a panic.
struct WakeOnDrop<'a>(&'a Waiting);

impl Drop for WakeOnDrop<'_> {
    fn drop(&mut self) {
        self.0.wake_all();
    }
}

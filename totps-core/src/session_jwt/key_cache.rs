//! The key set that a verifier keeps, and when it may be fetched.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::session_jwt::jwks::Jwks;

/// How long after one fetch an unknown `kid` causes no other.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The same as long as there is no key at all, because nothing can be verified then.
const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(10);

/// A key set that is replaced as a whole, and kept when a fetch fails.
#[derive(Default)]
pub(super) struct KeyCache(RwLock<State>);

#[derive(Clone, Default)]
struct State {
    jwks: Arc<Jwks>,
    /// When the last fetch began, whatever came of it.
    fetched_at: Option<SystemTime>,
    failure: Option<Arc<Error>>,
}

impl KeyCache {
    pub(super) fn jwks(&self) -> Arc<Jwks> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).jwks)
    }

    /// Why the last fetch failed, if it did.
    pub(super) fn failure(&self) -> Option<Arc<Error>> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.failure.clone()
    }

    /// Whether to fetch now, for somebody who misses a key in `seen`. If so, it counts as begun.
    pub(super) fn begin(&self, seen: &Arc<Jwks>, now: SystemTime) -> bool {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_due = Arc::ptr_eq(&state.jwks, seen) && !state.is_paused(now);
        if is_due {
            state.fetched_at = Some(now);
        }
        is_due
    }

    /// Counts a fetch as begun, whenever the last one was.
    pub(super) fn begin_at_once(&self, now: SystemTime) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.fetched_at = Some(now);
    }

    pub(super) fn finish(&self, fetched: Result<Jwks, Error>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match fetched {
            Ok(jwks) => {
                // A set without usable keys is no reason to forget those that are there.
                if !jwks.is_empty() {
                    state.jwks = Arc::new(jwks);
                }
                state.failure = None;
            }
            Err(error) => state.failure = Some(Arc::new(error)),
        }
    }
}

impl State {
    /// A clock that was set back by a little, or that differs between threads, ends no pause.
    fn is_paused(&self, now: SystemTime) -> bool {
        let pause = if self.jwks.is_empty() {
            PAUSE_WITHOUT_KEYS
        } else {
            PAUSE
        };
        self.fetched_at.is_some_and(|then| {
            let apart = now
                .duration_since(then)
                .unwrap_or_else(|behind| behind.duration());
            apart < pause
        })
    }
}

//! The key set that a verifier caches, and when it may be fetched.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::session_jwt::jwks::Jwks;

/// How long after a fetch an unknown `kid` causes no other fetch.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// The same while there are no keys. It is shorter, because nothing can be verified without keys.
const PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(10);

/// A key set that is replaced as a whole, and kept when a fetch fails.
#[derive(Default)]
pub(super) struct KeyCache(RwLock<State>);

#[derive(Clone, Default)]
struct State {
    jwks: Arc<Jwks>,
    /// When the last fetch began, whether it succeeded or not.
    fetched_at: Option<SystemTime>,
    failure: Option<Arc<Error>>,
}

impl KeyCache {
    pub(super) fn jwks(&self) -> Arc<Jwks> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).jwks)
    }

    /// Returns why the last fetch failed, if it did.
    pub(super) fn failure(&self) -> Option<Arc<Error>> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.failure.clone()
    }

    /// Tells whether to fetch now, for a caller who misses a key in `seen`. If so, records that a
    /// fetch has begun.
    pub(super) fn begin(&self, seen: &Arc<Jwks>, now: SystemTime) -> bool {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_due = Arc::ptr_eq(&state.jwks, seen) && !state.is_paused(now);
        if is_due {
            state.fetched_at = Some(now);
        }
        is_due
    }

    /// Records that a fetch has begun, no matter when the last one was.
    pub(super) fn begin_at_once(&self, now: SystemTime) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.fetched_at = Some(now);
    }

    pub(super) fn finish(&self, fetched: Result<Jwks, Error>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match fetched {
            Ok(jwks) => {
                // A set without usable keys does not replace the old keys.
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
    /// Tells whether it is too early for another fetch. A clock that was set back a little, or that
    /// differs between threads, does not end the pause.
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

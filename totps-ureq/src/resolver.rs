//! Looks up names, and remembers their addresses.
//!
//! Implements the trait `Resolver` of `ureq::unversioned`, but does not construct its structs field by
//! field, so that later minor versions of ureq can be used.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use totps_core::http::Uri;
use totps_core::http::uri::{Authority, Scheme};
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver as UreqResolver};
use ureq::unversioned::transport::NextTimeout;

use crate::connector::{NotConnected, bounded};

/// Looks up names with the system's resolver, on a thread that is abandoned when the timeout passes.
///
/// ureq resolves a name before it looks into its pool. The addresses are remembered for as long as the
/// pool may have a connection, so that a call on a kept connection starts no thread and asks no name
/// server.
#[derive(Clone)]
pub(crate) struct Resolver {
    known: Arc<Mutex<Vec<Known>>>,
    keep: Duration,
}

struct Known {
    scheme: Scheme,
    authority: Authority,
    addresses: ResolvedSocketAddrs,
    looked_up: Instant,
    last_used: Instant,
}

impl Known {
    fn is_of(&self, url: &Uri) -> bool {
        url.scheme() == Some(&self.scheme) && url.authority() == Some(&self.authority)
    }
}

impl Resolver {
    /// Creates a resolver that remembers a name for `idle_timeout` plus 10 s after its last use.
    pub(crate) fn new(idle_timeout: Duration) -> Self {
        Self {
            known: Arc::default(),
            keep: idle_timeout + Duration::from_secs(10),
        }
    }

    /// Records whether a connection could be made. The addresses are forgotten if none of them
    /// could be connected to, or if the lookup was too long ago.
    pub(crate) fn connected(&self, url: &Uri, succeeded: bool) {
        self.lock().retain(|known| {
            !known.is_of(url) || succeeded && known.looked_up.elapsed() < self.keep
        });
    }

    fn remembered(&self, url: &Uri) -> Option<ResolvedSocketAddrs> {
        let mut all = self.lock();
        let known = all.iter_mut().find(|known| known.is_of(url))?;
        known.last_used = Instant::now();
        Some(known.addresses.clone())
    }

    fn remember(&self, url: &Uri, addresses: &ResolvedSocketAddrs) {
        let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else {
            return;
        };
        let now = Instant::now();
        self.lock().push(Known {
            scheme: scheme.clone(),
            authority: authority.clone(),
            addresses: addresses.clone(),
            looked_up: now,
            last_used: now,
        });
    }

    /// Locks the remembered names, and forgets those that were not used for too long.
    fn lock(&self) -> MutexGuard<'_, Vec<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.last_used.elapsed() < self.keep);
        known
    }
}

impl UreqResolver for Resolver {
    fn resolve(
        &self,
        url: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if let Some(addresses) = self.remembered(url) {
            return Ok(addresses);
        }
        let addresses = DefaultResolver::default()
            .resolve(url, config, bounded(timeout))
            .map_err(|error| match error {
                Error::Io(_) => NotConnected::mark(Error::HostNotFound),
                error => NotConnected::mark(error),
            })?;
        self.remember(url, &addresses);
        Ok(addresses)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver")
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_millis(1);

    fn resolver() -> Resolver {
        Resolver {
            keep: IDLE,
            ..Resolver::new(IDLE)
        }
    }

    fn resolve(resolver: &Resolver, url: &Uri) -> ResolvedSocketAddrs {
        let timeout = NextTimeout::default();
        resolver.resolve(url, &Config::default(), timeout).unwrap()
    }

    #[test]
    fn names_are_remembered_until_no_address_can_be_connected_to() {
        let resolver = Resolver::new(Duration::from_secs(50));
        let url = Uri::from_static("http://127.0.0.1:80/");
        let other = Uri::from_static("http://127.0.0.1:81/");
        let addresses = resolve(&resolver, &url);
        assert_eq!(resolver.remembered(&url), Some(addresses));
        assert_eq!(resolver.remembered(&other), None, "another port");
        resolver.connected(&url, true);
        resolver.connected(&other, false);
        assert!(resolver.remembered(&url).is_some(), "a connection was made");
        resolver.connected(&url, false);
        assert_eq!(resolver.remembered(&url), None, "connecting failed");
    }

    #[test]
    fn unused_names_are_forgotten() {
        let resolver = resolver();
        let url = Uri::from_static("http://127.0.0.1:80/");
        resolve(&resolver, &url);
        std::thread::sleep(2 * IDLE);
        assert_eq!(resolver.remembered(&url), None);
    }

    #[test]
    fn a_failed_lookup_proves_that_nothing_was_sent() {
        let url = Uri::from_static("http://does-not-exist.invalid/");
        let result = resolver().resolve(&url, &Config::default(), NextTimeout::default());
        let Err(Error::Other(error)) = result else {
            panic!("expected `NotConnected`, got {result:?}");
        };
        let error = error.downcast::<NotConnected>().unwrap();
        assert!(matches!(error.0, Error::HostNotFound), "got {error:?}");
    }
}

//! Idle connections, kept for the next call.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use totps_core::http::Uri;
use totps_core::http::uri::{Authority, Scheme};
use ureq::unversioned::transport::Transport as Connection;

/// How long an idle connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// How many idle connections are kept for each host.
const IDLE_PER_HOST: usize = 256;

#[derive(Default)]
pub(crate) struct Pool(Mutex<Vec<Idle>>);

struct Idle {
    scheme: Scheme,
    authority: Authority,
    connection: Box<dyn Connection>,
    since: Instant,
}

impl Idle {
    fn leads_to(&self, url: &Uri) -> bool {
        url.scheme() == Some(&self.scheme) && url.authority() == Some(&self.authority)
    }
}

impl Pool {
    /// Takes the connection that was used last. One that the server has closed meanwhile, or on
    /// which it sent something unasked, is dropped.
    pub(crate) fn take(&self, url: &Uri) -> Option<Box<dyn Connection>> {
        loop {
            let mut connection = self.pop(url)?;
            if connection.is_open() {
                return Some(connection);
            }
        }
    }

    fn pop(&self, url: &Uri) -> Option<Box<dyn Connection>> {
        let mut idle = self.lock();
        let last = idle.iter().rposition(|idle| idle.leads_to(url))?;
        Some(idle.remove(last).connection)
    }

    /// Keeps a connection after a whole answer.
    pub(crate) fn put(&self, url: &Uri, connection: Box<dyn Connection>) {
        let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else {
            return;
        };
        let mut idle = self.lock();
        idle.push(Idle {
            scheme: scheme.clone(),
            authority: authority.clone(),
            connection,
            since: Instant::now(),
        });
        let mut same_host = (0..idle.len()).filter(|&index| idle[index].leads_to(url));
        if let (Some(oldest), true) = (same_host.next(), same_host.count() >= IDLE_PER_HOST) {
            idle.remove(oldest);
        }
    }

    /// The idle connections, oldest first, without those that are too old.
    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|idle| idle.since.elapsed() < IDLE_TIMEOUT);
        idle
    }
}

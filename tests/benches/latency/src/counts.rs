//! The counts of a server.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::HandshakeKind;

use crate::quantile;

/// Counts of a server since it started, and how late its line was.
#[derive(Default)]
pub struct Counts {
    opened: AtomicUsize,
    full: AtomicUsize,
    resumed: AtomicUsize,
    closed: AtomicUsize,
    late: Mutex<Vec<Duration>>,
}

impl Counts {
    pub(crate) fn opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self) {
        self.closed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn handshake(&self, kind: HandshakeKind) {
        let count = match kind {
            HandshakeKind::Resumed => &self.resumed,
            _ => &self.full,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Records by how much something was late because no processor was free.
    pub(crate) fn late(&self, late: Duration) {
        self.lock().push(late);
    }

    /// Forgets how late the line was so far, and keeps the counts.
    pub fn warm(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prints five numbers: connections opened, full handshakes, resumed handshakes, open connections,
/// and the 99th percentile of how late the line was, in seconds.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let load = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        let (closed, opened) = (load(&self.closed), load(&self.opened));
        let (full, resumed) = (load(&self.full), load(&self.resumed));
        let late = quantile::of(&mut self.lock(), 0.99).unwrap_or_default();
        let (open, late) = (opened - closed, late.as_secs_f64());
        write!(f, "{opened} {full} {resumed} {open} {late}")
    }
}

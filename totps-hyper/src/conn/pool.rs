//! Idle connections.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hyper::rt::{Read, Write};
use totps_core::TransportError;
use totps_core::http::uri::{Authority, PathAndQuery, Scheme};
use totps_core::http::{HeaderValue, Uri, header};
use totps_core::transport::Limits;

use super::connection::Connection;
use crate::call::HyperRequest;

/// The server of a connection, and the tokio runtime that it belongs to. Another runtime could use the
/// connection, but would not be woken by it.
#[derive(Clone, PartialEq)]
pub(super) struct Origin {
    scheme: Scheme,
    authority: Authority,
    #[cfg(feature = "tokio")]
    runtime: Option<tokio::runtime::Id>,
}

impl Origin {
    /// Splits a request into its origin and the request to send, which has only the path in its URI
    /// and the host in a header.
    pub(super) fn split_off(
        mut request: HyperRequest,
    ) -> Result<(Self, HyperRequest), TransportError> {
        let parts = std::mem::take(request.uri_mut()).into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(TransportError::refused("the URL must be absolute"));
        };
        let path = parts
            .path_and_query
            .unwrap_or_else(|| PathAndQuery::from_static("/"));
        let host = HeaderValue::from_str(authority.as_str()).map_err(TransportError::refused)?;
        request.headers_mut().insert(header::HOST, host);
        *request.uri_mut() = Uri::from(path);
        let origin = Self {
            scheme,
            authority,
            #[cfg(feature = "tokio")]
            runtime: tokio::runtime::Handle::try_current()
                .ok()
                .map(|handle| handle.id()),
        };
        Ok((origin, request))
    }
}

/// Idle connections, the one that was idle longest first.
pub(super) struct Pool<Io: Read + Write + Unpin> {
    idle: Mutex<VecDeque<Idle<Io>>>,
    max_connections: usize,
    timeout: Duration,
}

struct Idle<Io: Read + Write + Unpin> {
    origin: Origin,
    since: Instant,
    connection: Connection<Io>,
}

impl<Io: Read + Write + Unpin> Pool<Io> {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            idle: Mutex::default(),
            max_connections: limits.max_idle_connections,
            timeout: limits.idle_timeout,
        }
    }

    /// Removes and returns the connection that was used last, which is the most likely to be open.
    pub(super) fn take(&self, origin: &Origin, now: Instant) -> Option<Connection<Io>> {
        // Dropped after the lock, which closes the connections.
        let _stale;
        let mut idle = self.lock();
        _stale = self.take_stale(&mut idle, now, self.max_connections);
        let index = idle.iter().rposition(|idle| idle.origin == *origin)?;
        Some(idle.remove(index)?.connection)
    }

    pub(super) fn put(&self, origin: &Origin, connection: Connection<Io>, now: Instant) {
        let Some(most_others) = self.max_connections.checked_sub(1) else {
            return;
        };
        let _stale;
        let mut idle = self.lock();
        _stale = self.take_stale(&mut idle, now, most_others);
        idle.push_back(Idle {
            origin: origin.clone(),
            since: now,
            connection,
        });
    }

    /// Removes the connections that were idle for too long, and the oldest others until only `most`
    /// are left.
    fn take_stale(
        &self,
        idle: &mut VecDeque<Idle<Io>>,
        now: Instant,
        most: usize,
    ) -> Vec<Idle<Io>> {
        let is_stale = |idle: &&Idle<Io>| now.saturating_duration_since(idle.since) >= self.timeout;
        let stale = idle.iter().take_while(is_stale).count();
        let surplus = idle.len().saturating_sub(most);
        idle.drain(..stale.max(surplus)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle<Io>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

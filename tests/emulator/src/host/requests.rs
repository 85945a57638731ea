//! The recorded requests.

use std::collections::VecDeque;
use std::fmt;

use http::{HeaderMap, Method, Request};

/// Maximum number of recorded requests. Older requests are dropped.
const MAX_REQUESTS: usize = 10_000;
/// Maximum size in bytes of all recorded bodies. Older requests are dropped, but not the newest one.
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// A recorded request, including all secrets in it.
#[derive(Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The name of the endpoint, e.g. `totp.create`; `None` if no endpoint matches.
    pub endpoint: Option<&'static str>,
    /// The method.
    pub method: Method,
    /// The path and the query.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl RecordedRequest {
    pub(super) fn new(request: Request<Vec<u8>>, endpoint: Option<&'static str>) -> Self {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query();
        Self {
            endpoint,
            method: parts.method,
            path: path.map_or_else(|| parts.uri.to_string(), ToString::to_string),
            headers: parts.headers,
            body,
        }
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("endpoint", &self.endpoint)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers)
            .field("body", &String::from_utf8_lossy(&self.body))
            .finish()
    }
}

/// The newest requests.
#[derive(Debug, Default)]
pub(crate) struct RecordedRequests {
    /// The oldest first.
    all: VecDeque<RecordedRequest>,
    body_bytes: usize,
}

impl RecordedRequests {
    pub(super) fn push(&mut self, request: RecordedRequest) {
        self.body_bytes += request.body.len();
        self.all.push_back(request);
        while self.all.len() > MAX_REQUESTS
            || (self.body_bytes > MAX_BODY_BYTES && self.all.len() > 1)
        {
            let oldest = self.all.pop_front();
            self.body_bytes -= oldest.map_or(0, |oldest| oldest.body.len());
        }
    }

    /// Returns the requests, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.all.iter()
    }

    /// Deletes the requests.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_requests_are_kept_up_to_a_number_and_a_size() {
        let push = |requests: &mut RecordedRequests, bytes: usize| {
            let request = Request::new(vec![0; bytes]);
            requests.push(RecordedRequest::new(request, None));
        };
        let sizes = |requests: &RecordedRequests| -> Vec<usize> {
            requests.iter().map(|request| request.body.len()).collect()
        };
        let mut requests = RecordedRequests::default();
        for _ in 0..MAX_REQUESTS + 1 {
            push(&mut requests, 1);
        }
        assert_eq!(sizes(&requests).len(), MAX_REQUESTS);
        push(&mut requests, MAX_BODY_BYTES - 2);
        assert_eq!(sizes(&requests), [1, 1, MAX_BODY_BYTES - 2]);
        push(&mut requests, MAX_BODY_BYTES + 1);
        assert_eq!(sizes(&requests), [MAX_BODY_BYTES + 1]);
        push(&mut requests, 3);
        assert_eq!(sizes(&requests), [3]);
        requests.clear();
        push(&mut requests, MAX_BODY_BYTES);
        assert_eq!(sizes(&requests), [MAX_BODY_BYTES]);
    }
}

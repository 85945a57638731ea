//! The transport: checks a request, sends it with an agent, and retries it.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use totps_core::http::header::{self, HeaderValue};
use totps_core::http::request::Parts;
use totps_core::http::uri::Scheme;
use totps_core::http::{self, Method};
use totps_core::transport::{Limits, check_destination};
use totps_core::{Body, Request, Response, Transport, TransportError};
use ureq::{Agent, Proxy};
use zeroize::Zeroizing;

use crate::builder::default_transport;
use crate::error::{NO_TLS, failed, read_failed};
use crate::{UreqTransportBuilder, wire_log};

/// A blocking [`Transport`] on ureq, which keeps connections for later calls.
///
/// It is cheap to clone, and clones share the connections. The [crate's page](crate) lists its settings
/// and what it promises.
///
/// In a program that calls `fork()`, create transports after the fork: parent and child would share
/// connections and get each other's responses.
#[derive(Clone)]
pub struct UreqTransport(Arc<Inner>);

struct Inner {
    limits: Limits,
    agent: Agent,
    /// Whether the agent is the caller's.
    is_foreign: bool,
    allow_wire_log: bool,
}

impl UreqTransport {
    /// Creates a transport with the default settings. No I/O happens here.
    pub fn new() -> Self {
        default_transport()
    }

    /// Creates a builder with the default settings.
    pub fn builder() -> UreqTransportBuilder {
        UreqTransportBuilder::default()
    }

    /// Creates a transport that sends through the caller's agent, with the default limits. To set them,
    /// use [`UreqTransportBuilder::agent`].
    ///
    /// These promises hold whatever the agent's settings are:
    /// - redirects are not followed, and a response of any status is returned;
    /// - the timeouts and the limits of head and body hold;
    /// - the request has `Accept-Encoding: identity`;
    /// - only `https` URLs are called, and `http` URLs on loopback;
    /// - nothing is sent while a logger accepts what ureq logs of the wire.
    ///
    /// Everything else depends on the agent:
    /// - its proxy, which ureq takes from the environment by default;
    /// - its resolver, connectors and TLS settings, and with them whether certificates are checked. TLS
    ///   sessions are not resumed, since the limits are settings of each request;
    /// - its pool, and its other timeouts where they are shorter;
    /// - its middleware, which sees every request and may change or repeat it;
    /// - cookies, and the decoding of compressed bodies, if any crate of the program turns on these
    ///   features of ureq;
    /// - a new thread for each call, on which ureq looks up the name;
    /// - buffers, which are not wiped.
    ///
    /// **Bytes that a server sends after a response can become the response of the next call.** Over TLS
    /// ureq does not see all of them. This matters only if the server is not trusted;
    /// `UreqTransport`'s own agent closes such connections.
    ///
    /// A body that has neither a length nor chunks counts as whole even if its connection was reset.
    ///
    /// Fewer errors are [`NotSent`](totps_core::Delivery::NotSent): a refused connection, a refused
    /// tunnel and a connect timeout are. A failed TLS handshake is not, and a failed lookup only
    /// sometimes.
    pub fn with_agent(agent: Agent) -> Self {
        Self::from_parts(Limits::default(), agent, true, false)
    }

    pub(crate) fn from_parts(
        limits: Limits,
        agent: Agent,
        is_foreign: bool,
        allow_wire_log: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            limits,
            agent,
            is_foreign,
            allow_wire_log,
        }))
    }
}

impl Default for UreqTransport {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows the limits. A proxy URL may have a password, so it is not shown.
impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransport")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        let inner = &*self.0;
        inner.check(&request)?;
        let deadline = Instant::now() + inner.limits.timeout;
        let policy = inner.limits.retry_policy();
        let (mut head, body) = request.into_parts();
        let identity = HeaderValue::from_static("identity");
        head.headers.insert(header::ACCEPT_ENCODING, identity);
        head.headers.remove(header::EXPECT);
        let mut shorter = None;
        for retries in 0..policy.max_retries() {
            let result = inner.attempt(head.clone(), &body, shorter);
            let Err(error) = &result else { return result };
            let left = deadline.saturating_duration_since(Instant::now());
            // The keys of this hasher are the standard library's only random numbers.
            let random = RandomState::new().build_hasher().finish();
            let Some(pause) = policy.pause(error, retries, left, random) else {
                return result;
            };
            thread::sleep(pause);
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return result;
            }
            shorter = Some(left);
        }
        inner.attempt(head, &body, shorter)
    }
}

impl Inner {
    /// Refuses what must not be sent.
    fn check(&self, request: &Request) -> Result<(), TransportError> {
        let proxy_host = self.agent.config().proxy().map(Proxy::host);
        check_destination(request.uri(), proxy_host)?;
        let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
        if is_https && !self.is_foreign && cfg!(not(feature = "_tls")) {
            return Err(TransportError::refused(NO_TLS));
        }
        if self.allow_wire_log {
            return Ok(());
        }
        wire_log::check()
    }

    /// Sends the request once. `timeout` is the rest of the overall timeout, or `None` if all of it is
    /// left.
    fn attempt(
        &self,
        head: Parts,
        body: &Body,
        timeout: Option<Duration>,
    ) -> Result<Response, TransportError> {
        let request = self.configured(http::Request::from_parts(head, ()), timeout);
        // A method that usually has a body gets `Content-Length: 0`.
        let has_body = matches!(
            *request.method(),
            Method::POST | Method::PUT | Method::PATCH
        );
        let result = if body.is_empty() && !has_body {
            self.agent.run(request)
        } else {
            self.agent.run(request.map(|()| body.as_bytes()))
        };
        let (head, body) = result.map_err(failed)?.into_parts();
        self.limits.check_headers(&head.headers)?;
        Ok(Response::from_parts(head, self.read(body)?))
    }

    /// Adds the settings to a request. Our own agent already has them, and resumes TLS sessions
    /// only if a request has no settings of its own.
    fn configured(
        &self,
        request: http::Request<()>,
        timeout: Option<Duration>,
    ) -> http::Request<()> {
        if !self.is_foreign && timeout.is_none() {
            return request;
        }
        let https_only = request.uri().scheme() == Some(&Scheme::HTTPS);
        let timeout = timeout.unwrap_or(self.limits.timeout);
        let request = self.agent.configure_request(request);
        let request = request.timeout_global(Some(timeout));
        if !self.is_foreign {
            return request.build();
        }
        request
            .https_only(https_only)
            .max_redirects(0)
            .http_status_as_error(false)
            .max_response_header_size(Limits::HEAD)
            .timeout_resolve(Some(self.limits.connect_timeout))
            .timeout_connect(Some(self.limits.connect_timeout))
            .build()
    }

    /// Reads the body to its end, so that the agent can keep the connection.
    fn read(&self, body: ureq::Body) -> Result<Body, TransportError> {
        let mut collected = self.limits.body(body.content_length())?;
        let mut reader = body.into_reader();
        let mut piece = Zeroizing::new([0; 2048]);
        loop {
            match reader.read(&mut *piece).map_err(read_failed)? {
                0 => return Ok(collected.finish()),
                length => collected
                    .push(&piece[..length])
                    .map_err(TransportError::too_large)?,
            }
        }
    }
}

#[cfg(all(test, not(feature = "_tls")))]
mod tests {
    use totps_core::{Delivery, TransportErrorKind};

    use super::*;

    #[test]
    fn without_tls_https_is_refused_with_advice() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let mut request = Request::default();
        *request.uri_mut() = url.parse().unwrap();
        let error = UreqTransport::new().send(request).unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Refused);
        assert_eq!(error.delivery(), Delivery::NotSent);
        let text = std::error::Error::source(&error).unwrap().to_string();
        assert!(text.contains("feature `rustls`"), "got {text}");
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "expected no connection");
    }
}

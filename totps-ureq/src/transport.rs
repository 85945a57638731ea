//! Sends requests by an agent of ureq's, under rules that win over the agent's own.

use std::fmt;
use std::io::Read;
use std::net::IpAddr;

use totps_core::http::header::{self, HeaderValue};
use totps_core::http::uri::{Scheme, Uri};
use totps_core::{Body, LimitedBody, Request, Response, Transport, TransportError, http};
use ureq::{Agent, Proxy};
use zeroize::Zeroizing;

use crate::UreqTransportBuilder;
use crate::agent::new_agent;
use crate::error::classify;
use crate::limits::{HEAD_LIMIT, HEADER_LIMIT, Limits};
use crate::tls::TlsSettings;

/// A blocking [`Transport`] over HTTP/1.1 that keeps connections for the next call.
///
/// Cheap to clone; clones share the connections. Its rules are on the [crate's page](crate).
#[derive(Clone)]
pub struct UreqTransport {
    agent: Agent,
    limits: Limits,
}

impl UreqTransport {
    /// With the default settings. Nothing is read or connected before the first call.
    pub fn new() -> Self {
        Self::from_parts(new_agent(None, &TlsSettings::default()), Limits::default())
    }

    /// For other settings than the defaults.
    pub fn builder() -> UreqTransportBuilder {
        UreqTransportBuilder::default()
    }

    /// Sends by an agent of the caller's, with the default limits. For others, see
    /// [`UreqTransportBuilder::agent`].
    ///
    /// Whatever the agent's own settings are: redirects are not followed, answers of any status are
    /// answers, the timeouts and the limits of head and body hold, the request asks for `identity`,
    /// and only `https` goes out, or `http` to loopback.
    ///
    /// Everything else is the agent's affair:
    /// - its proxy, which it takes from the environment unless told otherwise;
    /// - its resolver, connectors and TLS settings, whether it checks certificates among them;
    /// - its pool, and other timeouts where they are shorter;
    /// - its middleware, which sees every request and may change or repeat it;
    /// - cookies, if any crate of the program turns on that feature of ureq's;
    /// - a new thread for each call, on which ureq looks up the name.
    ///
    /// A failed call is [`NotSent`](totps_core::Delivery::NotSent) less often than by a transport of
    /// our own: for a refused connection, a host that is not found or a connect timeout, but not for
    /// a certificate that was refused.
    pub fn with_agent(agent: Agent) -> Self {
        Self::from_parts(agent, Limits::default())
    }

    pub(crate) fn from_parts(agent: Agent, limits: Limits) -> Self {
        Self { agent, limits }
    }
}

impl Default for UreqTransport {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows the limits, but not the agent: it may know a proxy's password.
impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransport")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        check_url(request.uri(), self.agent.config().proxy())?;
        let (head, body) = request.into_parts();
        let mut request = http::Request::from_parts(head, body.as_bytes());
        request.headers_mut().remove(header::EXPECT);
        request.headers_mut().insert(header::ACCEPT_ENCODING, IDENTITY);
        let https_only = request.uri().scheme() == Some(&Scheme::HTTPS);
        let request = self
            .agent
            .configure_request(request)
            .https_only(https_only)
            .max_redirects(0)
            .http_status_as_error(false)
            .max_response_header_size(HEAD_LIMIT)
            .timeout_global(Some(self.limits.timeout))
            .timeout_connect(Some(self.limits.connect_timeout))
            .build();
        let (head, body) = self.agent.run(request).map_err(classify)?.into_parts();
        if head.headers.len() > HEADER_LIMIT {
            return Err(TransportError::too_large(
                "the answer has more than 64 header fields",
            ));
        }
        let body = read_body(body, self.limits.response_limit)?;
        Ok(Response::from_parts(head, body))
    }
}

const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// Reads to the end, so that the connection can be kept.
fn read_body(body: ureq::Body, limit: usize) -> Result<Body, TransportError> {
    let announced = body.content_length();
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > limit)) {
        return Err(TransportError::too_large(
            "the announced body is larger than the response limit",
        ));
    }
    let mut collected = LimitedBody::new(limit, announced);
    let mut reader = body.into_reader();
    let mut piece = Zeroizing::new([0; 2048]);
    loop {
        let length = reader
            .read(&mut *piece)
            .map_err(|error| classify(error.into()))?;
        if length == 0 {
            return Ok(collected.finish());
        }
        collected
            .push(&piece[..length])
            .map_err(TransportError::too_large)?;
    }
}

/// Credentials leave this machine by TLS only.
fn check_url(url: &Uri, proxy: Option<&Proxy>) -> Result<(), TransportError> {
    let host = url.host().unwrap_or_default();
    let stays_here = is_loopback(host) && proxy.is_none_or(|proxy| is_loopback(proxy.host()));
    if url.scheme() == Some(&Scheme::HTTPS) || url.scheme() == Some(&Scheme::HTTP) && stays_here {
        return Ok(());
    }
    Err(TransportError::not_sent(
        "the URL must be `https://`, or `http://` on loopback and not by a proxy elsewhere",
    ))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

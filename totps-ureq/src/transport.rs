//! The transport: which way a request goes, and which are refused.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::thread;

use totps_core::transport::check_destination;
use totps_core::{Request, Response, RetryPolicy, Transport, TransportError};
use ureq::{Agent, Proxy};

use crate::connector::Connector;
use crate::error::not_connected;
use crate::limits::Limits;
use crate::pool::Pool;
use crate::stream::{Deadline, Stream};
use crate::tls::TlsSettings;
use crate::{UreqTransportBuilder, agent, http1};

/// A blocking [`Transport`] over HTTP/1.1 that keeps connections for the next call.
///
/// Cheap to clone; clones share the connections. Its rules are on the [crate's page](crate).
#[derive(Clone)]
pub struct UreqTransport(Arc<Inner>);

struct Inner {
    limits: Limits,
    route: Route,
}

/// How requests travel.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one for each transport, and that is behind an `Arc`"
)]
pub(crate) enum Route {
    Own { pool: Pool, connector: Connector },
    Agent(Agent),
}

impl Route {
    pub(crate) fn own(proxy: Option<Proxy>, tls: &TlsSettings) -> Self {
        Self::Own {
            pool: Pool::default(),
            connector: Connector::new(proxy, tls),
        }
    }

    fn proxy(&self) -> Option<&Proxy> {
        match self {
            Self::Own { connector, .. } => connector.proxy(),
            Self::Agent(agent) => agent.config().proxy(),
        }
    }
}

impl UreqTransport {
    /// With the default settings. Nothing is read or connected before the first call.
    pub fn new() -> Self {
        let route = Route::own(None, &TlsSettings::default());
        Self::from_parts(Limits::default(), route)
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
    /// - cookies, and decoding a body that comes compressed unasked, if any crate of the program
    ///   turns on these features of ureq's;
    /// - **its log: at the level *trace*, under the target `ureq_proto`, is all that is sent and
    ///   received but the body of the request, credentials and session tokens included.** Keep
    ///   that target at *debug*, or do without an agent of your own: the others log nothing secret;
    /// - a new thread for each call, on which ureq looks up the name;
    /// - buffers, which are not wiped.
    ///
    /// A body that has neither a length nor chunks counts as whole even if its connection was reset.
    ///
    /// Fewer errors are [`NotSent`](totps_core::Delivery::NotSent): a refused connection, a refused
    /// tunnel and a connect timeout are, but not a failed TLS handshake, nor always a lookup.
    pub fn with_agent(agent: Agent) -> Self {
        Self::from_parts(Limits::default(), Route::Agent(agent))
    }

    pub(crate) fn from_parts(limits: Limits, route: Route) -> Self {
        Self(Arc::new(Inner { limits, route }))
    }
}

impl Default for UreqTransport {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows the limits, but no proxy: it may have a password.
impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransport")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        let Inner { limits, route } = &*self.0;
        check_destination(request.uri(), route.proxy().map(Proxy::host))?;
        let deadline = Deadline::after(limits.timeout);
        retrying(limits.retry, deadline, || match route {
            Route::Own { pool, connector } => send(pool, connector, &request, limits, deadline),
            Route::Agent(agent) => agent::send(agent, request.clone(), limits, deadline),
        })
    }
}

/// Sends, and again as long as the policy allows it.
fn retrying(
    policy: RetryPolicy,
    deadline: Deadline,
    send: impl Fn() -> Result<Response, TransportError>,
) -> Result<Response, TransportError> {
    let mut retries = 0;
    loop {
        let result = send();
        let Err(error) = &result else { return result };
        // The hasher's keys are the random numbers that the standard library has.
        let random = RandomState::new().build_hasher().finish();
        let Some(pause) = policy.pause(error, retries, deadline.remaining(), random) else {
            return result;
        };
        thread::sleep(pause);
        retries += 1;
    }
}

fn send(
    pool: &Pool,
    connector: &Connector,
    request: &Request,
    limits: &Limits,
    deadline: Deadline,
) -> Result<Response, TransportError> {
    let url = request.uri();
    let mut connection = match pool.take(url) {
        Some(connection) => connection,
        None => connector
            .connect(url, limits.connect_timeout.min(deadline.remaining()))
            .map_err(not_connected)?,
    };
    let mut stream = Stream::new(&mut *connection, deadline);
    let answer = http1::exchange(&mut stream, request, limits.response_limit)?;
    // Bytes after the answer were not asked for.
    let keep_alive = answer.keep_alive && !stream.has_unread();
    drop(stream);
    if keep_alive {
        pool.put(url, connection);
    }
    Ok(answer.response)
}

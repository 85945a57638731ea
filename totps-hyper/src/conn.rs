//! Connections driven by the calling task: no executor, nothing spawned, no background thread.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Timer, Write};
use totps_core::http::uri::{Authority, PathAndQuery, Scheme};
use totps_core::http::{self, HeaderValue, Uri, header};
use totps_core::transport::check_destination;
use totps_core::{
    AsyncTransport, BoxError, ConfigError, Delivery, Request, Response, RetryPolicy, TransportError,
};

use crate::exchange::{
    CONNECT_TIMEOUT, HEAD, IDLE_PER_HOST, IDLE_TIMEOUT, Limits, before, collect, duration, failed,
    not_connected, retrying, with_bytes,
};
use crate::fair::Fair;

/// A transport over HTTP/1.1 connections that the calling task drives itself.
///
/// The connector is any function from the URL of a request to a future of a connection, anything
/// that is [`Read`] and [`Write`]. Whether it does TLS cannot be seen from here, so `https` URLs are
/// refused until it is said: [`connector_brings_tls`](Self::connector_brings_tls). The timer keeps
/// the deadlines.
///
/// At most 256 idle connections are kept for one host, each for at most 50 s, and one that the server
/// has closed is not used again. A dropped call closes its connection.
pub struct ConnTransport<C, T, Io: Read + Write> {
    connector: C,
    timer: T,
    limits: Limits,
    connect_timeout: Duration,
    has_tls: bool,
    pool: Arc<Pool<Io>>,
}

impl<C, T, Io: Read + Write> ConnTransport<C, T, Io> {
    /// A transport over what `connector` connects: 10 s for a whole call, 3 s for connecting, 1 MiB
    /// for an answer.
    pub fn new<F, E>(connector: C, timer: T) -> Self
    where
        C: Fn(Uri) -> F,
        F: Future<Output = Result<Io, E>>,
    {
        Self {
            connector,
            timer,
            limits: Limits::default(),
            connect_timeout: CONNECT_TIMEOUT,
            has_tls: false,
            pool: Arc::new(Pool(Mutex::new(Vec::new()))),
        }
    }

    /// Says that for `https` URLs the connector does TLS, and checks the certificate against the host
    /// of the URL. Without it such URLs are refused: over a plain connection the credentials would
    /// be sent in clear.
    #[must_use]
    pub fn connector_brings_tls(self) -> Self {
        Self {
            has_tls: true,
            ..self
        }
    }

    /// Sets how long a whole call may take, from the connection to the last byte of the answer.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it is zero.
    pub fn timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.limits = Limits {
            timeout,
            ..self.limits
        }
        .checked()?;
        Ok(self)
    }

    /// Sets how long making a connection may take, TLS included.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it is zero.
    pub fn connect_timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.connect_timeout = duration("connect timeout", timeout)?;
        Ok(self)
    }

    /// Sets how often a request is sent again if it was [not sent](Delivery::NotSent): 0, 1 or 2
    /// times. 0 by default. Nothing else is ever sent again, and the overall timeout holds for all
    /// attempts and the [pauses](RetryPolicy) between them.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for more than 2.
    pub fn max_retries(mut self, retries: u32) -> Result<Self, ConfigError> {
        self.limits.retry = RetryPolicy::new(retries)?;
        Ok(self)
    }

    /// Sets how large the body of an answer may be, in bytes.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it is zero.
    pub fn response_limit(mut self, bytes: usize) -> Result<Self, ConfigError> {
        self.limits = Limits {
            response_limit: bytes,
            ..self.limits
        }
        .checked()?;
        Ok(self)
    }
}

impl<C, T, Io, F, E> AsyncTransport for ConnTransport<C, T, Io>
where
    C: Fn(Uri) -> F + Send + Sync,
    F: Future<Output = Result<Io, E>> + Send,
    E: Into<BoxError>,
    Io: Read + Write + Unpin + Send + 'static,
    T: Timer + Send + Sync,
{
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        check_destination(request.uri(), None)?;
        if !self.has_tls && request.uri().scheme() == Some(&Scheme::HTTPS) {
            return Err(TransportError::not_sent(
                "the URL is `https://`, but nobody said that the connector brings TLS",
            ));
        }
        let deadline = self.timer.now() + self.limits.timeout;
        let url = request.uri().clone();
        let (origin, request) = addressed(with_bytes(request))?;
        let Limits { retry, .. } = self.limits;
        retrying(retry, &self.timer, deadline, request, |request| {
            self.attempt(&url, &origin, request, deadline)
        })
        .await
    }
}

impl<C, T, Io> ConnTransport<C, T, Io>
where
    Io: Read + Write + Unpin + Send + 'static,
    T: Timer,
{
    async fn attempt<F, E>(
        &self,
        url: &Uri,
        origin: &Origin,
        mut request: http::Request<Full<Bytes>>,
        deadline: Instant,
    ) -> Result<Response, TransportError>
    where
        C: Fn(Uri) -> F,
        F: Future<Output = Result<Io, E>>,
        E: Into<BoxError>,
    {
        let bounded = async |connection, request| {
            before(
                &self.timer,
                deadline,
                self.exchange(connection, origin, request),
            )
            .await
            .unwrap_or_else(|elapsed| Exchanged::Done(Err(elapsed.overall(self.limits.timeout))))
        };
        // An idle connection may close at any moment. Nothing was sent if it hands the request back.
        while let Some(connection) = self.pool.take(origin, self.timer.now()) {
            match bounded(connection, request).await {
                Exchanged::Done(result) => return result,
                Exchanged::NotStarted(returned) => request = returned,
            }
        }
        let connection = self.connect(url.clone(), deadline).await?;
        match bounded(connection, request).await {
            Exchanged::Done(result) => result,
            Exchanged::NotStarted(_) => Err(TransportError::not_sent(
                "the server closed the connection at once",
            )),
        }
    }

    /// A new connection. Whatever goes wrong, nothing was sent: the request is not here.
    async fn connect<F, E>(
        &self,
        url: Uri,
        deadline: Instant,
    ) -> Result<Connection<Io>, TransportError>
    where
        C: Fn(Uri) -> F,
        F: Future<Output = Result<Io, E>>,
        E: Into<BoxError>,
    {
        let until = deadline.min(self.timer.now() + self.connect_timeout);
        let io = before(&self.timer, until, (self.connector)(url))
            .await
            .map_err(|_| {
                TransportError::timed_out("no connection in time").with_delivery(Delivery::NotSent)
            })?
            .map_err(not_connected)?;
        let (sender, driver) = http1::Builder::new()
            .max_header_size(HEAD)
            .handshake(Fair::new(io))
            .await
            .map_err(TransportError::not_sent)?;
        Ok(Connection { sender, driver })
    }

    /// Sends a request and reads the whole answer. The connection goes back to the pool if it can be
    /// used again; in all other cases it is closed.
    async fn exchange(
        &self,
        mut connection: Connection<Io>,
        origin: &Origin,
        request: http::Request<Full<Bytes>>,
    ) -> Exchanged {
        if !connection.is_open().await {
            return Exchanged::NotStarted(request);
        }
        let response = connection.sender.try_send_request(request);
        let answer = connection
            .drive(async {
                let response = response
                    .await
                    .map_err(|mut error| match error.take_message() {
                        Some(request) => Exchanged::NotStarted(request),
                        None => Exchanged::Done(Err(failed(error.into_error()))),
                    })?;
                collect(response, self.limits)
                    .await
                    .map_err(|error| Exchanged::Done(Err(error)))
            })
            .await;
        match answer {
            Ok(response) => {
                if connection.is_open().await {
                    self.pool.put(origin.clone(), connection, self.timer.now());
                }
                Exchanged::Done(Ok(response))
            }
            Err(exchanged) => exchanged,
        }
    }
}

/// What became of a request on a connection.
enum Exchanged {
    Done(Result<Response, TransportError>),
    /// The connection was closed, and the request came back untouched.
    NotStarted(http::Request<Full<Bytes>>),
}

/// An HTTP/1.1 connection and its driver, which moves only while it is polled.
struct Connection<Io: Read + Write> {
    sender: SendRequest<Full<Bytes>>,
    driver: http1::Connection<Fair<Io>, Full<Bytes>>,
}

impl<Io: Read + Write + Unpin + Send + 'static> Connection<Io> {
    /// Moves the connection along while a future needs it.
    async fn drive<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut closed = false;
        poll_fn(|cx| {
            // What ended the connection reaches the future, too.
            closed = closed || Pin::new(&mut self.driver).poll(cx).is_ready();
            future.as_mut().poll(cx)
        })
        .await
    }

    /// Whether it can take a request now; notices when the server has closed it.
    async fn is_open(&mut self) -> bool {
        poll_fn(|cx| {
            // The first time it may only give way.
            let mut is_pending = || Pin::new(&mut self.driver).poll(cx).is_pending();
            let open = is_pending() && is_pending();
            let ready = matches!(self.sender.poll_ready(cx), Poll::Ready(Ok(())));
            Poll::Ready(open && ready)
        })
        .await
    }
}

/// Where a connection leads.
#[derive(Clone, PartialEq)]
struct Origin {
    scheme: Scheme,
    authority: Authority,
}

/// Splits a request into where to send it and what to send: the path alone in the request line, the
/// host in a header.
fn addressed(
    mut request: http::Request<Full<Bytes>>,
) -> Result<(Origin, http::Request<Full<Bytes>>), TransportError> {
    let refuse = |text: &'static str| TransportError::not_sent(text);
    let parts = std::mem::take(request.uri_mut()).into_parts();
    let scheme = parts
        .scheme
        .ok_or_else(|| refuse("the URL has no scheme"))?;
    let authority = parts
        .authority
        .ok_or_else(|| refuse("the URL has no host"))?;
    let path = parts
        .path_and_query
        .unwrap_or_else(|| PathAndQuery::from_static("/"));
    let host = HeaderValue::from_str(authority.as_str()).map_err(TransportError::not_sent)?;
    request.headers_mut().insert(header::HOST, host);
    *request.uri_mut() = Uri::from(path);
    Ok((Origin { scheme, authority }, request))
}

/// Idle connections.
struct Pool<Io: Read + Write>(Mutex<Vec<Idle<Io>>>);

struct Idle<Io: Read + Write> {
    origin: Origin,
    since: Instant,
    connection: Connection<Io>,
}

impl<Io: Read + Write> Pool<Io> {
    /// The connection that was used last: it is the likeliest to be open still.
    fn take(&self, origin: &Origin, now: Instant) -> Option<Connection<Io>> {
        let mut idle = self.fresh(now);
        let index = idle.iter().rposition(|idle| idle.origin == *origin)?;
        Some(idle.remove(index).connection)
    }

    fn put(&self, origin: Origin, connection: Connection<Io>, now: Instant) {
        let mut idle = self.fresh(now);
        if idle.iter().filter(|idle| idle.origin == origin).count() < IDLE_PER_HOST {
            idle.push(Idle {
                origin,
                since: now,
                connection,
            });
        }
    }

    /// The connections that were not idle for too long; the others are closed.
    fn fresh(&self, now: Instant) -> MutexGuard<'_, Vec<Idle<Io>>> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|idle| now.saturating_duration_since(idle.since) < IDLE_TIMEOUT);
        idle
    }
}

impl<C: Clone, T: Clone, Io: Read + Write> Clone for ConnTransport<C, T, Io> {
    fn clone(&self) -> Self {
        Self {
            connector: self.connector.clone(),
            timer: self.timer.clone(),
            limits: self.limits,
            connect_timeout: self.connect_timeout,
            has_tls: self.has_tls,
            pool: Arc::clone(&self.pool),
        }
    }
}

impl<C, T, Io: Read + Write> fmt::Debug for ConnTransport<C, T, Io> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnTransport")
            .field("limits", &self.limits)
            .field("connect_timeout", &self.connect_timeout)
            .finish_non_exhaustive()
    }
}

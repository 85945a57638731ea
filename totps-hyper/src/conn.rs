//! Connections that the calling task drives: no executor, nothing spawned, no background thread.

mod connection;
mod pool;
mod watched_io;

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use hyper::rt::{Read, Timer, Write};
use totps_core::http::Uri;
use totps_core::http::uri::Scheme;
use totps_core::transport::{Limits, Request, Response, check_destination};
use totps_core::{AsyncTransport, BoxError, ConfigError, Delivery, TransportError};

use crate::builder::{Pooled, TransportBuilder, sealed};
use crate::call::{HyperRequest, before, hyper_request, retrying, timed_out};
use crate::error_kind::not_connected;
use connection::{Connection, Exchanged};
use pool::{Origin, Pool};

/// A transport over HTTP/1.1 connections that the calling task drives itself, on any runtime.
///
/// [`ConnTransport::builder`] takes a connector and a timer. The connector is any function from the
/// URL of a request to a future of a connection, which is anything that is [`Read`] and [`Write`].
/// Its error can have any type; a [`TransportError`] keeps its [kind](TransportError::kind). The
/// timer enforces the deadlines.
///
/// Clones share the idle connections. A dropped call closes its connection. With the feature `tokio`,
/// connections that were made on a tokio runtime are used on that runtime only; without it, use a
/// transport on one tokio runtime only. In a program that calls `fork()`, create transports after the fork.
///
/// ```
/// use smol::net::TcpStream;
/// use smol_hyper::rt::{FuturesIo, SmolTimer};
/// use totps_hyper::{ConnTransport, http::Uri};
///
/// /// Plain TCP, which is allowed to loopback only.
/// async fn connect(url: Uri) -> std::io::Result<FuturesIo<TcpStream>> {
///     let address = url.authority().map_or("", |authority| authority.as_str());
///     Ok(FuturesIo::new(TcpStream::connect(address).await?))
/// }
///
/// let transport = ConnTransport::builder(connect, SmolTimer::new()).build()?;
/// # Ok::<_, totps_hyper::ConfigError>(())
/// ```
pub struct ConnTransport<C, T, Io: Read + Write + Unpin>(Arc<Shared<C, T, Io>>);

struct Shared<C, T, Io: Read + Write + Unpin> {
    settings: ConnectorSettings<C, T, Io>,
    limits: Limits,
    pool: Pool<Io>,
    /// Each running call has a clone.
    calls: Arc<()>,
}

/// The settings of a [`ConnTransport`] that the other transports do not have.
#[derive(Clone)]
pub struct ConnectorSettings<C, T, Io> {
    connector: C,
    timer: T,
    idle_check: fn(&Io) -> bool,
    /// Why `https` is refused. `None` if it is allowed.
    https_refused: Option<&'static str>,
}

impl<C, T, Io> sealed::Sealed for ConnectorSettings<C, T, Io> {}
impl<C, T, Io> Pooled for ConnectorSettings<C, T, Io> {}

impl<C, T, Io: Read + Write + Unpin> ConnTransport<C, T, Io> {
    /// Creates a builder of a transport over the connections that `connector` makes.
    pub fn builder<F, E>(connector: C, timer: T) -> TransportBuilder<ConnectorSettings<C, T, Io>>
    where
        C: Fn(Uri) -> F,
        F: Future<Output = Result<Io, E>>,
    {
        TransportBuilder::new(ConnectorSettings {
            connector,
            timer,
            idle_check: |_| true,
            https_refused: Some(
                "`https` refused: call `allow_https` if the connector performs TLS",
            ),
        })
    }
}

impl<C, T, Io: Read + Write + Unpin> TransportBuilder<ConnectorSettings<C, T, Io>> {
    /// Declares that for `https` URLs the connector performs TLS and checks the certificate against
    /// the host of the URL. Without this, `https` is refused: over a plain connection the
    /// credentials would be sent in clear text.
    pub fn allow_https(self) -> Self {
        self.refuse_https(None)
    }

    pub(crate) fn refuse_https(mut self, reason: Option<&'static str>) -> Self {
        self.settings.https_refused = reason;
        self
    }

    /// Sets a check that is made before a kept connection is used again. If it returns `false`, the
    /// connection is closed.
    ///
    /// A connection that the server closed must not be used: the request would be lost, and a
    /// one-time code with it. On most runtimes the transport notices the end of the stream when it
    /// reads. On tokio that is not enough: until the runtime's driver runs again, a read finds
    /// nothing without asking the kernel, for example after a pause between two `block_on`s or
    /// after the process was stopped. On tokio, set a check that asks the kernel. It must return
    /// `true` only if there is nothing to read, not even the end of the stream:
    ///
    /// ```
    /// use std::io;
    /// use std::mem::MaybeUninit;
    ///
    /// use hyper_util::rt::{TokioIo, TokioTimer};
    /// use socket2::SockRef;
    /// use tokio::net::TcpStream;
    /// use totps_hyper::{ConnTransport, http::Uri};
    ///
    /// async fn connect(url: Uri) -> io::Result<TokioIo<TcpStream>> {
    ///     let address = url.authority().map_or("", |authority| authority.as_str());
    ///     Ok(TokioIo::new(TcpStream::connect(address).await?))
    /// }
    ///
    /// fn is_silent(io: &TokioIo<TcpStream>) -> bool {
    ///     let peeked = SockRef::from(io.inner()).peek(&mut [MaybeUninit::uninit()]);
    ///     peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    /// }
    ///
    /// let transport = ConnTransport::builder(connect, TokioTimer::new())
    ///     .idle_check(is_silent)
    ///     .build()?;
    /// # Ok::<_, totps_hyper::ConfigError>(())
    /// ```
    pub fn idle_check(mut self, check: fn(&Io) -> bool) -> Self {
        self.settings.idle_check = check;
        self
    }

    /// Builds the transport. No I/O happens here.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a timeout or a response limit of zero, and for more than 2 retries.
    pub fn build(self) -> Result<ConnTransport<C, T, Io>, ConfigError> {
        let limits = self.limits.checked()?;
        Ok(self.over(limits))
    }

    /// Builds the transport with these limits, which must be valid.
    pub(crate) fn over(self, limits: Limits) -> ConnTransport<C, T, Io> {
        ConnTransport(Arc::new(Shared {
            settings: self.settings,
            limits,
            pool: Pool::new(&limits),
            calls: Arc::default(),
        }))
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
        let Shared {
            settings, limits, ..
        } = &*self.0;
        check_destination(request.uri(), None)?;
        if let Some(reason) = settings.https_refused {
            if request.uri().scheme() == Some(&Scheme::HTTPS) {
                return Err(TransportError::refused(reason));
            }
        }
        let _under_way = Arc::clone(&self.0.calls);
        let deadline = settings.timer.now() + limits.timeout;
        let url = request.uri().clone();
        let (origin, request) = Origin::split_off(hyper_request(request))?;
        let policy = limits.retry_policy();
        retrying(policy, &settings.timer, deadline, request, |request| {
            self.0.attempt(&url, &origin, request, deadline)
        })
        .await
    }
}

impl<C, T, Io, F, E> Shared<C, T, Io>
where
    C: Fn(Uri) -> F,
    F: Future<Output = Result<Io, E>>,
    E: Into<BoxError>,
    Io: Read + Write + Unpin + Send + 'static,
    T: Timer,
{
    async fn attempt(
        &self,
        url: &Uri,
        origin: &Origin,
        mut request: HyperRequest,
        deadline: Instant,
    ) -> Result<Response, TransportError> {
        let is_alone = Arc::strong_count(&self.calls) == 2;
        if !is_alone {
            yield_now().await;
        }
        while let Some(mut connection) = self.pool.take(origin, self.settings.timer.now()) {
            if !connection.can_be_used_again().await {
                continue;
            }
            match self.exchange(connection, origin, request, deadline).await {
                Exchanged::Done(result) => return result,
                Exchanged::NotStarted(returned) => request = returned,
            }
        }
        let mut connection = self.connect(url.clone(), deadline).await?;
        if connection.is_open().await {
            let exchanged = self.exchange(connection, origin, request, deadline).await;
            if let Exchanged::Done(result) = exchanged {
                return result;
            }
        }
        Err(TransportError::not_sent(
            "the server closed the connection at once",
        ))
    }

    /// Makes a connection. If this fails, nothing was sent, since the request is not passed to it.
    async fn connect(&self, url: Uri, deadline: Instant) -> Result<Connection<Io>, TransportError> {
        let ConnectorSettings {
            connector, timer, ..
        } = &self.settings;
        let until = deadline.min(timer.now() + self.limits.connect_timeout);
        let io = before(timer, until, connector(url))
            .await
            .ok_or_else(|| {
                TransportError::timed_out("no connection in time").with_delivery(Delivery::NotSent)
            })?
            .map_err(not_connected)?;
        let connection = Connection::over(io, self.settings.idle_check).await;
        connection.map_err(TransportError::not_sent)
    }

    /// Sends the request and reads the response. The connection goes back to the pool if it can be used
    /// again; in all other cases it is closed.
    async fn exchange(
        &self,
        mut connection: Connection<Io>,
        origin: &Origin,
        request: HyperRequest,
        deadline: Instant,
    ) -> Exchanged {
        let exchange = connection.exchange(request, &self.limits);
        let exchanged = before(&self.settings.timer, deadline, exchange).await;
        let exchanged =
            exchanged.unwrap_or_else(|| Exchanged::Done(Err(timed_out(self.limits.timeout))));
        if matches!(exchanged, Exchanged::Done(Ok(_))) && connection.is_open().await {
            self.pool.put(origin, connection, self.settings.timer.now());
        }
        exchanged
    }
}

/// Yields once to the other tasks that are ready. With many callers on a thread, responses are then
/// read in groups and requests are sent in groups, which takes a fifth less CPU. A single call need
/// not yield: that would only wake its runtime.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl<C, T, Io: Read + Write + Unpin> Clone for ConnTransport<C, T, Io> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C, T, Io: Read + Write + Unpin> fmt::Debug for ConnTransport<C, T, Io> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnTransport")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

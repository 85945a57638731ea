//! Connections of the tokio mode: TCP, TLS and how long both may take.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Timer as _, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioTimer;
use totps_core::http::Uri;
use totps_core::{BoxError, ConfigError};
use tower_service::Service;

use crate::exchange::{CONNECT_TIMEOUT, before};

/// Makes connections by any means, within a time.
#[derive(Clone)]
pub(crate) struct Connector {
    connect: Arc<dyn Fn(Uri) -> Connecting + Send + Sync>,
    timeout: Duration,
}

type Connecting = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

impl Connector {
    /// Connects by a connector of hyper-util's kind.
    pub(crate) fn new<C>(connector: C, timeout: Duration) -> Self
    where
        C: Service<Uri> + Clone + Send + Sync + 'static,
        C::Response: Read + Write + Send + 'static,
        C::Future: Send,
        C::Error: Into<BoxError>,
    {
        let connect = move |url: Uri| -> Connecting {
            let mut connector = connector.clone();
            Box::pin(async move {
                poll_fn(|cx| connector.poll_ready(cx))
                    .await
                    .map_err(Into::into)?;
                let io = connector.call(url).await.map_err(Into::into)?;
                Ok(Stream(Box::pin(io)))
            })
        };
        Self {
            connect: Arc::new(connect),
            timeout,
        }
    }

    /// Connects to nothing, because of a setting of the platform that is known only when a
    /// connection is wanted.
    pub(crate) fn refusing(error: ConfigError) -> Self {
        let connect =
            move |_| -> Connecting { Box::pin(std::future::ready(Err(error.clone().into()))) };
        Self {
            connect: Arc::new(connect),
            timeout: CONNECT_TIMEOUT,
        }
    }
}

/// TCP, for TLS to be put over it.
pub(crate) fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    tcp
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Connecting {
        let (connecting, timeout) = ((self.connect)(url), self.timeout);
        Box::pin(async move {
            let timer = TokioTimer::new();
            before(&timer, timer.now() + timeout, connecting)
                .await
                .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
        })
    }
}

/// Any connection.
pub(crate) struct Stream(Pin<Box<dyn Io>>);

trait Io: Read + Write + Send {}

impl<T: Read + Write + Send> Io for T {}

/// HTTP/1.1 without a proxy. The addresses, which hyper-util would put into every answer, are left out.
impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write_vectored(cx, buffers)
    }
}

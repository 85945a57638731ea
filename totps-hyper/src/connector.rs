//! Connections of the transport on tokio: TCP, and TLS over it.

#[cfg(feature = "native-tls")]
mod native_tls;
#[cfg(feature = "_rustls")]
mod rustls;
mod tcp;
mod tls_settings;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use totps_core::http::Uri;
use totps_core::{BoxError, TransportError};
use tower_service::Service;

use crate::error_kind::not_connected;
pub use tls_settings::TlsSettings;
pub(crate) use tls_settings::no_tls;

/// Makes a connection to the host of a URL.
pub(crate) type Connect = Box<dyn Fn(Uri) -> Connecting + Send + Sync>;

type Connecting = Pin<Box<dyn Future<Output = Result<Stream, TransportError>> + Send>>;

/// A connection, with TLS or without.
pub(crate) struct Stream(Box<dyn OverTcp>);

trait OverTcp: Read + Write + Unpin + Send {
    fn tcp(&self) -> &tcp::Socket;
}

impl Stream {
    /// Whether the server has sent nothing more, as the kernel knows it.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.tcp().is_silent()
    }
}

/// Connects by a connector of hyper-util's kind.
fn connect_by<C>(connector: C) -> Connect
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: OverTcp + 'static,
    C::Future: Send,
    C::Error: Into<BoxError>,
{
    Box::new(move |url| {
        let mut connector = connector.clone();
        Box::pin(async move {
            let ready = poll_fn(|cx| connector.poll_ready(cx)).await;
            ready.map_err(not_connected)?;
            let io = connector.call(url).await.map_err(not_connected)?;
            Ok(Stream(Box::new(io)))
        })
    })
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}

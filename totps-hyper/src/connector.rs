//! Connections of the transport on tokio: TCP, and TLS over it.

#[cfg(feature = "native-tls")]
mod native_tls;
#[cfg(feature = "_rustls")]
mod rustls;
mod tcp;
mod tls_settings;

use std::future::{Future, poll_fn};
use std::pin::Pin;

use hyper::rt::{Read, Write};
use totps_core::http::Uri;
use totps_core::{BoxError, TransportError};
use tower_service::Service;

use crate::error_kind::not_connected;
use tcp::Socket;
pub use tls_settings::TlsSettings;
pub(crate) use tls_settings::no_tls;

/// Makes a connection to the host of a URL.
pub(crate) type Connect = Box<dyn Fn(Uri) -> Connecting + Send + Sync>;

type Connecting = Pin<Box<dyn Future<Output = Result<Stream, TransportError>> + Send>>;

/// A connection, with TLS or without.
pub(crate) type Stream = Box<dyn OverTcp>;

pub(crate) trait OverTcp: Read + Write + Unpin + Send {
    fn tcp(&self) -> &Socket;
}

/// Wraps a connector like those of hyper-util.
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
            Ok(Box::new(io) as Stream)
        })
    })
}

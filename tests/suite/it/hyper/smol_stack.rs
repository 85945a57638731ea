//! Connections and a hyper-util client on smol, without a tokio runtime.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_rustls::TlsConnector;
use http_body_util::Full;
use hyper::rt::{Executor, Read, ReadBufCursor, Write};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use smol::future::FutureExt as _;
use smol::io::{AsyncRead, AsyncWrite};
use smol::net::TcpStream;
use smol_hyper::rt::{FuturesIo, SmolTimer};
use totps_core::http::Uri;
use totps_core::http::uri::Scheme;
use tower_service::Service;

/// Makes connections, with TLS for `https` URLs.
#[derive(Clone)]
pub(crate) struct Connector {
    tls: Arc<ClientConfig>,
    timeout: Duration,
}

impl Connector {
    /// Creates a connector that trusts only the authorities in `pem`.
    pub(crate) fn new(pem: Option<&str>, timeout: Duration) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.unwrap_or_default().as_bytes()) {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            tls: Arc::new(config),
            timeout,
        }
    }

    pub(crate) async fn connect(self, url: Uri) -> io::Result<Stream> {
        let timeout = smol::Timer::after(self.timeout);
        let connect = self.connect_without_timeout(url);
        let late = async {
            timeout.await;
            Err(io::ErrorKind::TimedOut.into())
        };
        connect.or(late).await
    }

    async fn connect_without_timeout(self, url: Uri) -> io::Result<Stream> {
        let secure = url.scheme() == Some(&Scheme::HTTPS);
        let host = url.host().unwrap().trim_matches(['[', ']']).to_owned();
        let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let tcp = TcpStream::connect((host.as_str(), port)).await?;
        let stream: Box<dyn Channel> = if secure {
            let name = ServerName::try_from(host).unwrap();
            Box::new(TlsConnector::from(self.tls).connect(name, tcp).await?)
        } else {
            Box::new(tcp)
        };
        Ok(Stream(FuturesIo::new(stream)))
    }
}

/// hyper-util's client over the same connections.
pub(crate) type Client = legacy::Client<Connector, Full<hyper::body::Bytes>>;

/// Creates the client on an executor.
pub(crate) fn client<E>(
    connector: Connector,
    executor: E,
    max_idle_connections: Option<usize>,
) -> Client
where
    E: Executor<Pin<Box<dyn Future<Output = ()> + Send>>> + Clone + Send + Sync + 'static,
{
    legacy::Client::builder(executor)
        .pool_timer(SmolTimer::new())
        .pool_idle_timeout(Duration::from_secs(50))
        .pool_max_idle_per_host(max_idle_connections.unwrap_or(256))
        .http1_max_headers(64)
        .http1_max_buf_size(32 * 1024)
        .build(connector)
}

/// smol's global executor, which has its own threads.
#[derive(Clone)]
pub(crate) struct Global;

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Global {
    fn execute(&self, future: F) {
        smol::spawn(future).detach();
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        Box::pin(self.clone().connect(url))
    }
}

trait Channel: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Channel for T {}

/// A connection.
pub(crate) struct Stream(FuturesIo<Box<dyn Channel>>);

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
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

//! Connections of smol, with TLS by rustls where the URL says so.

use std::io;
use std::sync::Arc;

use futures_rustls::TlsConnector;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use smol::io::{AsyncRead, AsyncWrite};
use smol::net::TcpStream;
use smol_hyper::rt::FuturesIo;
use totps_hyper::http::Uri;
use totps_hyper::http::uri::Scheme;

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(crate) async fn connect(url: Uri) -> io::Result<FuturesIo<Box<dyn Stream>>> {
    let secure = url.scheme() == Some(&Scheme::HTTPS);
    let host = url
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let port = url.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let tcp = TcpStream::connect((host.as_str(), port)).await?;
    let stream: Box<dyn Stream> = if secure {
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        Box::new(TlsConnector::from(tls()?).connect(name, tcp).await?)
    } else {
        Box::new(tcp)
    };
    Ok(FuturesIo::new(stream))
}

fn tls() -> io::Result<Arc<ClientConfig>> {
    let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(RootCertStore { roots })
            .with_no_client_auth();
    Ok(Arc::new(config))
}

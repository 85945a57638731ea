//! Connections through a company's proxy: a tunnel from hyper-util, and TLS through it from
//! hyper-rustls.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use socket2::SockRef;
use tokio::net::TcpStream;
use totps_hyper::BoxError;
use totps_hyper::http::{HeaderValue, Uri};
use tower_service::Service;

pub(crate) type Io = MaybeHttpsStream<TokioIo<TcpStream>>;

pub(crate) type Connecting = Pin<Box<dyn Future<Output = Result<Io, BoxError>> + Send>>;

/// Creates a connector through the proxy at `http://[user:password@]host:port`. It accepts only
/// `https` URLs, since the proxy could read everything else.
pub(crate) fn connector(
    proxy: &Uri,
    roots: RootCertStore,
) -> Result<impl Fn(Uri) -> Connecting + Send + Sync + use<>, Box<dyn Error>> {
    let authority = proxy
        .authority()
        .ok_or("the proxy must have a host")?
        .as_str();
    let (user_info, address) = match authority.rsplit_once('@') {
        Some((user_info, address)) => (Some(user_info), address),
        None => (None, authority),
    };
    let mut tunnel = Tunnel::new(format!("http://{address}").parse()?, HttpConnector::new());
    if let Some(user_info) = user_info {
        let credentials = format!("Basic {}", BASE64.encode(user_info));
        tunnel = tunnel.with_auth(HeaderValue::try_from(credentials)?);
    }

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connector = HttpsConnector::from((tunnel, config));
    connector.enforce_https();
    Ok(move |url| -> Connecting {
        let mut connector = connector.clone();
        Box::pin(async move {
            poll_fn(|cx| connector.poll_ready(cx)).await?;
            connector.call(url).await
        })
    })
}

/// Whether there is nothing to read, not even the end of the stream. Asks the kernel, since tokio
/// may not know yet.
pub(crate) fn is_silent(io: &Io) -> bool {
    let tcp = match io {
        MaybeHttpsStream::Http(tcp) => tcp,
        MaybeHttpsStream::Https(tls) => tls.inner().get_ref().0.inner(),
    };
    let peeked = SockRef::from(tcp.inner()).peek(&mut [MaybeUninit::uninit()]);
    peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

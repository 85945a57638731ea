//! Connections on tokio by hyper-util and hyper-rustls, as in a program that does not use
//! `HyperTransport`.

use std::future::poll_fn;
use std::sync::Arc;

use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use totps_core::http::Uri;
use tower_service::Service as _;

use super::tunnel_connector::Connecting;

/// Returns a connector that trusts only the authorities in `pem`.
pub(crate) fn connector(
    pem: Option<&str>,
) -> impl Fn(Uri) -> Connecting + Clone + Send + Sync + use<> {
    let roots = roots(pem);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    let connector: HttpsConnector<HttpConnector> = (tcp, config).into();
    move |url| {
        let mut connector = connector.clone();
        Box::pin(async move {
            poll_fn(|cx| connector.poll_ready(cx)).await?;
            connector.call(url).await
        })
    }
}

pub(crate) fn roots(pem: Option<&str>) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.unwrap_or_default().as_bytes()) {
        roots.add(certificate.unwrap()).unwrap();
    }
    roots
}

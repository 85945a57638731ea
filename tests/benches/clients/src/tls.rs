//! TLS for the clients that have none of their own.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::{Endpoint, Fallible};

/// Returns hyper-util's connector for TCP, with TLS on top.
pub(crate) fn connector(endpoint: &Endpoint) -> Fallible<HttpsConnector<HttpConnector>> {
    let mut roots = RootCertStore::empty();
    match &endpoint.authority_pem {
        Some(pem) => roots.add(CertificateDer::from_pem_slice(pem)?)?,
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls);
    Ok(connector.https_or_http().enable_http1().wrap_connector(tcp))
}

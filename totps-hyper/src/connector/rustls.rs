//! TLS with rustls.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use totps_core::ConfigError;

use super::OverTcp;
use super::tcp::{Socket, Tcp};
use super::tls_settings::{Roots, bad_roots};

/// Creates a connector. The provider is always passed, because a program may have two compiled in,
/// or none installed.
pub(super) fn connector(
    tcp: Tcp,
    provider: CryptoProvider,
    roots: &Roots,
) -> Result<HttpsConnector<Tcp>, ConfigError> {
    let provider = Arc::new(provider);
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| ConfigError::new("TLS provider", "must support TLS 1.2 or 1.3"))?;
    let mut config = match roots {
        Roots::BuiltIn => {
            let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
            builder.with_root_certificates(RootCertStore { roots })
        }
        Roots::Pem(pem) => builder.with_root_certificates(parse(pem)?),
        #[cfg(feature = "platform-verifier")]
        Roots::Platform => {
            let verifier = rustls_platform_verifier::Verifier::new(provider).map_err(|_| {
                ConfigError::new("platform verifier", "must be available on this platform")
            })?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        }
    }
    .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((tcp, config).into())
}

fn parse(pem: &[u8]) -> Result<RootCertStore, ConfigError> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| bad_roots())?;
        store.add(certificate).map_err(|_| bad_roots())?;
    }
    if store.is_empty() {
        return Err(bad_roots());
    }
    Ok(store)
}

impl OverTcp for MaybeHttpsStream<TokioIo<Socket>> {
    fn tcp(&self) -> &Socket {
        match self {
            Self::Http(tcp) => tcp.inner(),
            Self::Https(tls) => tls.inner().get_ref().0.inner().inner(),
        }
    }
}

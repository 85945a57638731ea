//! TLS with the platform's own library.

use hyper_tls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use native_tls::{Certificate, TlsConnector};
use totps_core::ConfigError;

use super::OverTcp;
use super::tcp::{Socket, Tcp};
use super::tls_settings::{Roots, bad_roots};

pub(super) fn connector(tcp: Tcp, roots: &Roots) -> Result<HttpsConnector<Tcp>, ConfigError> {
    let mut builder = TlsConnector::builder();
    // Otherwise the library trusts the platform's roots.
    if let Roots::Pem(pem) = roots {
        let certificates = Certificate::stack_from_pem(pem).map_err(|_| bad_roots())?;
        if certificates.is_empty() {
            return Err(bad_roots());
        }
        builder.disable_built_in_roots(true);
        for certificate in certificates {
            builder.add_root_certificate(certificate);
        }
    }
    let tls = builder
        .build()
        .map_err(|_| ConfigError::new("native TLS", "must be available on this platform"))?;
    Ok((tcp, tls.into()).into())
}

impl OverTcp for MaybeHttpsStream<TokioIo<Socket>> {
    fn tcp(&self) -> &Socket {
        match self {
            Self::Http(tcp) => tcp.inner(),
            Self::Https(tls) => tls.inner().get_ref().get_ref().get_ref().inner().inner(),
        }
    }
}

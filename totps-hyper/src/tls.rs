//! TLS of the tokio mode: which library, and which root certificates it trusts.

use std::time::Duration;

use totps_core::ConfigError;

use crate::connector::{Connector, tcp};

/// Which library does TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Library {
    #[cfg(feature = "_rustls")]
    Rustls,
    #[cfg(feature = "native-tls")]
    Native,
    /// Connections without TLS only: to loopback.
    #[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
    None,
}

impl Default for Library {
    /// The first one that is compiled in.
    fn default() -> Self {
        #[cfg(feature = "_rustls")]
        return Self::Rustls;
        #[cfg(all(feature = "native-tls", not(feature = "_rustls")))]
        return Self::Native;
        #[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
        return Self::None;
    }
}

/// Which root certificates are trusted.
#[derive(Debug, Clone, Default)]
pub(crate) enum Roots {
    /// The ones that come with the library.
    #[default]
    BuiltIn,
    /// The platform's, by its own verifier.
    #[cfg(feature = "platform-verifier")]
    Platform,
    /// These, in PEM, and no others.
    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    Pem(Vec<u8>),
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
fn bad_roots() -> ConfigError {
    ConfigError::new(
        "root certificates",
        "must be one or more certificates in PEM",
    )
}

impl Library {
    pub(crate) fn connector(
        self,
        roots: &Roots,
        connect_timeout: Duration,
    ) -> Result<Connector, ConfigError> {
        match self {
            #[cfg(feature = "_rustls")]
            Self::Rustls => {
                let connector = rustls::connector(roots)?;
                Ok(Connector::new(connector, connect_timeout))
            }
            #[cfg(feature = "native-tls")]
            Self::Native => {
                let connector = native::connector(roots)?;
                Ok(Connector::new(connector, connect_timeout))
            }
            #[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
            Self::None => {
                let Roots::BuiltIn = roots;
                let mut tcp = tcp();
                tcp.enforce_http(true);
                Ok(Connector::new(tcp, connect_timeout))
            }
        }
    }
}

#[cfg(feature = "_rustls")]
mod rustls {
    use std::sync::Arc;

    use hyper_rustls::HttpsConnector;
    use hyper_util::client::legacy::connect::HttpConnector;
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::{ClientConfig, RootCertStore};

    use super::{ConfigError, Roots, bad_roots, tcp};

    pub(super) fn connector(roots: &Roots) -> Result<HttpsConnector<HttpConnector>, ConfigError> {
        let provider = Arc::new(provider());
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
        Ok((tcp(), config).into())
    }

    /// Always an explicit one: the process may have two in its graph, or none installed.
    fn provider() -> CryptoProvider {
        #[cfg(feature = "aws-lc-rs")]
        return rustls::crypto::aws_lc_rs::default_provider();
        #[cfg(not(feature = "aws-lc-rs"))]
        return rustls::crypto::ring::default_provider();
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
}

#[cfg(feature = "native-tls")]
mod native {
    use hyper_tls::HttpsConnector;
    use hyper_util::client::legacy::connect::HttpConnector;
    use native_tls::{Certificate, TlsConnector};

    use super::{ConfigError, Roots, bad_roots, tcp};

    pub(super) fn connector(roots: &Roots) -> Result<HttpsConnector<HttpConnector>, ConfigError> {
        let mut builder = TlsConnector::builder();
        // Otherwise the platform's own library trusts the platform's roots.
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
        Ok((tcp(), tls.into()).into())
    }
}

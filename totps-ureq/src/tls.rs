//! How servers prove who they are. There is no way to do without.

#[cfg(feature = "_tls")]
use totps_core::ConfigError;
#[cfg(feature = "_tls")]
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// What the builder was told about TLS.
#[derive(Default, PartialEq)]
pub(crate) struct TlsSettings {
    /// In DER; the built-in ones if there are none.
    pub(crate) root_certificates: Vec<Vec<u8>>,
    pub(crate) platform_verifier: bool,
    pub(crate) native_tls: bool,
}

#[cfg(feature = "_tls")]
impl TlsSettings {
    pub(crate) fn config(&self) -> TlsConfig {
        let native_tls = self.native_tls || cfg!(not(feature = "rustls"));
        let (provider, built_in) = if native_tls {
            // The platform's own library comes with the platform's certificates.
            (TlsProvider::NativeTls, RootCerts::PlatformVerifier)
        } else if self.platform_verifier {
            (TlsProvider::Rustls, RootCerts::PlatformVerifier)
        } else {
            (TlsProvider::Rustls, RootCerts::WebPki)
        };
        let roots = if self.root_certificates.is_empty() {
            built_in
        } else {
            let certificates = self.root_certificates.iter();
            RootCerts::from(certificates.map(|der| Certificate::from_der(der).to_owned()))
        };
        let config = TlsConfig::builder().provider(provider).root_certs(roots);
        // Given explicitly: a program may have no default provider, or two candidates.
        #[cfg(feature = "rustls")]
        let config = config.unversioned_rustls_crypto_provider(std::sync::Arc::new(
            rustls::crypto::ring::default_provider(),
        ));
        config.build()
    }
}

/// Reads certificates in PEM into DER.
#[cfg(feature = "_tls")]
pub(crate) fn parse_root_certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, ConfigError> {
    let refuse = |rule| ConfigError::new("root certificates", rule);
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate.der().to_vec()),
            Ok(_) => return Err(refuse("must not contain private keys")),
            Err(_) => return Err(refuse("must be valid PEM")),
        }
    }
    if certificates.is_empty() {
        return Err(refuse("must contain at least one certificate in PEM"));
    }
    // ureq would pass over one that cannot be read, and then trust nobody.
    #[cfg(feature = "rustls")]
    for certificate in &certificates {
        rustls::RootCertStore::empty()
            .add(certificate.as_slice().into())
            .map_err(|_| refuse("must be X.509 certificates"))?;
    }
    Ok(certificates)
}

//! The TLS settings. Certificate checks cannot be turned off.

use totps_core::ConfigError;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// The TLS settings of the builder.
#[derive(Default)]
pub(crate) struct TlsSettings {
    pub(crate) root_certificates_pem: Option<Vec<u8>>,
    pub(crate) platform_verifier: bool,
    /// The library, if one was chosen.
    pub(crate) provider: Option<TlsProvider>,
    pub(crate) config: Option<TlsConfig>,
}

impl TlsSettings {
    pub(crate) fn is_default(&self) -> bool {
        self.config.is_none() && !self.has_single_settings()
    }

    fn has_single_settings(&self) -> bool {
        self.root_certificates_pem.is_some() || self.platform_verifier || self.provider.is_some()
    }

    /// Converts the settings to ureq's.
    pub(crate) fn config(self) -> Result<TlsConfig, ConfigError> {
        if self.has_single_settings() && self.config.is_some() {
            let rule =
                "must be the only TLS setting; set the root certificates and the provider in it";
            return Err(bad_config(rule));
        }
        if self.platform_verifier && self.root_certificates_pem.is_some() {
            let rule = "must not be combined with root certificates; use only one of the two";
            return Err(ConfigError::new("platform verifier", rule));
        }
        if let Some(config) = self.config {
            check(&config)?;
            return Ok(config);
        }
        let (provider, built_in) = built_in(self.provider, self.platform_verifier);
        let roots = match &self.root_certificates_pem {
            None => built_in,
            Some(pem) => RootCerts::from(parse(pem)?),
        };
        Ok(with(provider, roots))
    }
}

/// The default settings.
pub(crate) fn default_config() -> TlsConfig {
    let (provider, roots) = built_in(None, false);
    with(provider, roots)
}

fn with(provider: TlsProvider, roots: RootCerts) -> TlsConfig {
    let config = TlsConfig::builder().provider(provider).root_certs(roots);
    config.build()
}

/// Returns the TLS library and its default roots. If the program turns on `native-tls`, another
/// crate that turns on the default feature `rustls` must not change the library.
fn built_in(provider: Option<TlsProvider>, platform_verifier: bool) -> (TlsProvider, RootCerts) {
    let provider = match provider {
        Some(provider) => provider,
        None if cfg!(feature = "native-tls") && !platform_verifier => TlsProvider::NativeTls,
        None => TlsProvider::Rustls,
    };
    if platform_verifier || provider == TlsProvider::NativeTls {
        (provider, RootCerts::PlatformVerifier)
    } else {
        (provider, RootCerts::WebPki)
    }
}

fn bad_config(rule: &'static str) -> ConfigError {
    ConfigError::new("TLS config", rule)
}

/// Refuses settings that make ureq panic in a call, and those that send the credentials to any server.
fn check(config: &TlsConfig) -> Result<(), ConfigError> {
    if config.disable_verification() {
        return Err(bad_config("must not turn off certificate verification"));
    }
    match config.provider() {
        TlsProvider::Rustls if cfg!(not(feature = "rustls")) => {
            return Err(bad_config("needs the feature `rustls` for its provider"));
        }
        TlsProvider::NativeTls if cfg!(not(feature = "native-tls")) => {
            let rule = "needs the feature `native-tls` for its provider";
            return Err(bad_config(rule));
        }
        _ => {}
    }
    match config.root_certs() {
        RootCerts::PlatformVerifier
            if config.provider() == TlsProvider::Rustls
                && cfg!(not(feature = "platform-verifier")) =>
        {
            let rule =
                "needs the feature `platform-verifier` for the platform's verifier with rustls";
            Err(bad_config(rule))
        }
        RootCerts::Specific(certificates) if certificates.is_empty() => {
            Err(bad_config("must trust at least one root certificate"))
        }
        RootCerts::Specific(certificates) if !certificates.iter().all(is_x509) => Err(bad_config(
            "must have only X.509 certificates as root certificates",
        )),
        _ => Ok(()),
    }
}

/// Reads root certificates in PEM.
fn parse(pem: &[u8]) -> Result<Vec<Certificate<'static>>, ConfigError> {
    let refuse = |rule| ConfigError::new("root certificates", rule);
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => return Err(refuse("must not contain private keys")),
            Err(_) => return Err(refuse("must be valid PEM")),
        }
    }
    if certificates.is_empty() {
        return Err(refuse("must contain at least one certificate in PEM"));
    }
    if !certificates.iter().all(is_x509) {
        return Err(refuse("must be valid X.509 certificates"));
    }
    Ok(certificates)
}

/// Whether a certificate can be read. ureq skips those that it cannot read, and then trusts no server.
fn is_x509(certificate: &Certificate) -> bool {
    #[cfg(feature = "rustls")]
    return rustls::RootCertStore::empty()
        .add(certificate.der().into())
        .is_ok();
    #[cfg(not(feature = "rustls"))]
    native_tls::Certificate::from_der(certificate.der()).is_ok()
}

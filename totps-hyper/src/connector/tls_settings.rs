//! Which library performs TLS, and which root certificates it trusts.

use std::time::Duration;

use totps_core::ConfigError;

#[cfg(feature = "native-tls")]
use super::native_tls;
#[cfg(feature = "_rustls")]
use super::rustls;
use super::tcp::Tcp;
use super::{Connect, connect_by};
use crate::builder::{Pooled, TransportBuilder, sealed};

/// The settings of a [`HyperTransport`](crate::HyperTransport) that the other transports do not have.
///
/// Each needs a feature: `rustls`, `aws_lc_rs`, `native_tls`, `platform_verifier`,
/// `root_certificates_pem`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TlsSettings {
    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    library: Option<Library>,
    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    pem: Option<Vec<u8>>,
    #[cfg(feature = "platform-verifier")]
    platform_verifier: bool,
}

impl sealed::Sealed for TlsSettings {}
impl Pooled for TlsSettings {}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
#[derive(Debug, Clone, Copy)]
enum Library {
    #[cfg(feature = "rustls")]
    Ring,
    #[cfg(feature = "aws-lc-rs")]
    AwsLcRs,
    #[cfg(feature = "native-tls")]
    Native,
}

/// Which root certificates are trusted.
#[cfg(any(feature = "_rustls", feature = "native-tls"))]
pub(super) enum Roots {
    /// The ones that come with the library.
    BuiltIn,
    /// These, in PEM, and no others.
    Pem(Vec<u8>),
    /// The ones that the platform trusts, checked by its own verifier.
    #[cfg(feature = "platform-verifier")]
    Platform,
}

#[cfg(any(feature = "_rustls", feature = "native-tls"))]
pub(super) fn bad_roots() -> ConfigError {
    ConfigError::new(
        "root certificates",
        "must be one or more certificates in PEM",
    )
}

/// Returns why `https` is refused. `None` if it is allowed.
pub(crate) fn no_tls() -> Option<&'static str> {
    if cfg!(any(feature = "_rustls", feature = "native-tls")) {
        return None;
    }
    Some(
        "`https` refused: totps-hyper is built without TLS; turn on its feature `rustls` or `native-tls`",
    )
}

/// The settings for TLS.
impl TransportBuilder<TlsSettings> {
    /// Performs TLS with rustls and ring. Needs the feature `rustls`, and is the default if
    /// `native-tls` is not compiled in.
    ///
    /// If several libraries are set, the last one is used.
    #[cfg(feature = "rustls")]
    pub fn rustls(mut self) -> Self {
        self.settings.library = Some(Library::Ring);
        self
    }

    /// Performs TLS with rustls and aws-lc-rs. Needs the feature `aws-lc-rs`, and is the default if
    /// no other library is compiled in.
    ///
    /// If several libraries are set, the last one is used.
    #[cfg(feature = "aws-lc-rs")]
    pub fn aws_lc_rs(mut self) -> Self {
        self.settings.library = Some(Library::AwsLcRs);
        self
    }

    /// Performs TLS with the platform's own library, which trusts the platform's root certificates.
    /// Needs the feature `native-tls`, and is the default if that is compiled in.
    ///
    /// If several libraries are set, the last one is used.
    #[cfg(feature = "native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.settings.library = Some(Library::Native);
        self
    }

    /// Sets the root certificates, in PEM, one or more. They replace the built-in ones. Needs a TLS
    /// feature, and cannot be combined with the platform verifier.
    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.settings.pem = Some(pem.into());
        self
    }

    /// Trusts the certificates that the platform trusts, checked by its own verifier, instead of
    /// the webpki roots. Needs the feature `platform-verifier`, and rustls, which is the default
    /// with this setting.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.settings.platform_verifier = true;
        self
    }
}

impl TlsSettings {
    /// Connects without TLS, which is allowed to loopback only.
    #[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
    pub(crate) fn connect(self, connect_timeout: Duration) -> Result<Connect, ConfigError> {
        Ok(connect_by(Tcp::new(connect_timeout)))
    }

    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    pub(crate) fn connect(mut self, connect_timeout: Duration) -> Result<Connect, ConfigError> {
        let roots = self.roots()?;
        let tcp = Tcp::new(connect_timeout);
        Ok(match self.library.unwrap_or_default() {
            #[cfg(feature = "rustls")]
            Library::Ring => {
                let provider = ::rustls::crypto::ring::default_provider();
                connect_by(rustls::connector(tcp, provider, &roots)?)
            }
            #[cfg(feature = "aws-lc-rs")]
            Library::AwsLcRs => {
                let provider = ::rustls::crypto::aws_lc_rs::default_provider();
                connect_by(rustls::connector(tcp, provider, &roots)?)
            }
            #[cfg(feature = "native-tls")]
            Library::Native => connect_by(native_tls::connector(tcp, &roots)?),
        })
    }

    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    fn roots(&mut self) -> Result<Roots, ConfigError> {
        let pem = self.pem.take();
        #[cfg(feature = "platform-verifier")]
        if self.platform_verifier {
            if pem.is_some() {
                return Err(ConfigError::new(
                    "root certificates",
                    "cannot be set together with the platform verifier",
                ));
            }
            #[cfg(feature = "native-tls")]
            if let Some(Library::Native) = self.library {
                return Err(ConfigError::new(
                    "platform verifier",
                    "needs rustls; native TLS trusts the platform's root certificates anyway",
                ));
            }
            self.library.get_or_insert(Library::Ring);
            return Ok(Roots::Platform);
        }
        Ok(pem.map_or(Roots::BuiltIn, Roots::Pem))
    }
}

/// The order of precedence is: the platform's library, ring, aws-lc-rs. No crate turns on the
/// platform's library by default, so it is not compiled in by accident.
#[cfg(any(feature = "_rustls", feature = "native-tls"))]
impl Default for Library {
    fn default() -> Self {
        #[cfg(feature = "native-tls")]
        return Self::Native;
        #[cfg(all(feature = "rustls", not(feature = "native-tls")))]
        return Self::Ring;
        #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
        return Self::AwsLcRs;
    }
}

#[cfg(test)]
mod tests {
    use totps_core::{AsyncTransport as _, Delivery, Request, TransportErrorKind, http::Uri};

    use crate::HyperTransport;

    /// Makes a call to a port on which nothing listens. Returns the kind and the text of the error.
    fn send(transport: &HyperTransport) -> (TransportErrorKind, String) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut request = Request::default();
        *request.uri_mut() = Uri::from_static("https://127.0.0.1:1/");
        let error = runtime.block_on(transport.send(request)).unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "expected nothing sent");
        (error.kind(), format!("{error:?}"))
    }

    #[test]
    #[cfg(not(any(feature = "_rustls", feature = "native-tls")))]
    fn without_tls_https_is_refused_with_advice() {
        let (kind, text) = send(&HyperTransport::new());
        assert_eq!(kind, TransportErrorKind::Refused, "got {text}");
        assert!(
            text.contains("turn on its feature `rustls` or `native-tls`"),
            "expected advice in {text}"
        );
    }

    #[test]
    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    fn with_tls_https_is_tried() {
        let (kind, text) = send(&HyperTransport::new());
        assert_eq!(kind, TransportErrorKind::Connect, "got {text}");
    }

    /// Checks the default, and that every library can be chosen.
    #[test]
    #[cfg(all(feature = "rustls", feature = "aws-lc-rs", feature = "native-tls"))]
    fn libraries_can_be_chosen() {
        use super::Library;

        assert!(matches!(Library::default(), Library::Native));
        let builder = HyperTransport::builder;
        for builder in [
            builder().rustls(),
            builder().aws_lc_rs(),
            builder().native_tls(),
        ] {
            let (kind, text) = send(&builder.build().unwrap());
            assert_eq!(kind, TransportErrorKind::Connect, "got {text}");
        }
    }

    #[test]
    #[cfg(feature = "platform-verifier")]
    fn the_platform_verifier_excludes_root_certificates() {
        let builder = || HyperTransport::builder().platform_verifier();
        assert!(builder().build().is_ok(), "expected it to be available");
        let error = builder().root_certificates_pem("PEM").build().unwrap_err();
        let expected = "the root certificates cannot be set together with the platform verifier";
        assert_eq!(error.to_string(), expected);

        #[cfg(feature = "native-tls")]
        {
            let error = builder().native_tls().build().unwrap_err();
            assert_eq!(error.setting(), "platform verifier", "got {error}");
        }
    }
}

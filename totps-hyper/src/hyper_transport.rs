//! The transport on tokio that is ready to use.

use std::fmt;

use hyper_util::rt::TokioTimer;
use tokio::runtime::Handle;
use totps_core::transport::{Limits, Request, Response};
use totps_core::{AsyncTransport, ConfigError, TransportError};

use crate::builder::TransportBuilder;
use crate::conn::ConnTransport;
use crate::connector::{Connect, Stream, TlsSettings, no_tls};

/// A transport on tokio, over TCP and TLS.
///
/// Its calls must run on a tokio runtime with I/O and time enabled; without a runtime they are
/// [refused](totps_core::TransportErrorKind::Refused), and they panic where I/O or time is not
/// enabled. The calling task drives the connection. Nothing is spawned except name lookups, which
/// run on tokio's threads for blocking work.
///
/// Clones share the idle connections, up to 256 for at most 50 s by default; each is used only on the
/// runtime that made it, so that one transport serves several runtimes. Before one is used again, the
/// kernel is asked whether the server has closed it. In a program that calls `fork()`, create transports
/// after the fork.
///
/// It uses HTTP/1.1 and TLS 1.2 or 1.3, without redirects, proxy, cookies or decompression. For the
/// settings see [`HyperTransportBuilder`].
#[derive(Clone)]
pub struct HyperTransport(ConnTransport<Connect, TokioTimer, Stream>);

/// The settings of a [`HyperTransport`]: those of [`TransportBuilder`], and [TLS](TlsSettings).
pub type HyperTransportBuilder = TransportBuilder<TlsSettings>;

impl HyperTransport {
    /// Creates a transport with the default settings. No I/O happens here.
    #[must_use]
    pub fn new() -> Self {
        // The defaults are valid. Only the platform's TLS library can fail, if it is the default.
        // Every call then returns that error.
        let HyperTransportBuilder { limits, settings } = Self::builder();
        let connect = settings.connect(limits.connect_timeout);
        let connect = connect.unwrap_or_else(|error| {
            Box::new(move |_| {
                let error = TransportError::refused(error.clone());
                Box::pin(std::future::ready(Err(error)))
            })
        });
        Self::over(connect, limits)
    }

    fn over(connect: Connect, limits: Limits) -> Self {
        let builder = ConnTransport::builder(connect, TokioTimer::new())
            .refuse_https(no_tls())
            .idle_check(|stream| stream.tcp().is_silent());
        Self(builder.over(limits))
    }

    /// Creates a builder with the default settings.
    pub fn builder() -> HyperTransportBuilder {
        TransportBuilder::new(TlsSettings::default())
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl HyperTransportBuilder {
    /// Builds the transport. No I/O happens here.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a timeout or a response limit of zero, more than 2 retries, root certificates
    /// that are not PEM, and TLS settings that exclude each other or do not work on this platform.
    pub fn build(self) -> Result<HyperTransport, ConfigError> {
        let limits = self.limits.checked()?;
        let connect = self.settings.connect(limits.connect_timeout)?;
        Ok(HyperTransport::over(connect, limits))
    }
}

impl AsyncTransport for HyperTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if Handle::try_current().is_err() {
            return Err(TransportError::refused(
                "there is no tokio runtime: call from within one, or use `ConnTransport`",
            ));
        }
        self.0.send(request).await
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HyperTransport").field(&self.0).finish()
    }
}

//! The ready transport: hyper-util's pooled client on tokio.

use std::fmt;
use std::time::Duration;

use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use totps_core::{AsyncTransport, ConfigError, Request, Response, RetryPolicy, TransportError};

use crate::connector::Connector;
use crate::exchange::{self, HEAD, IDLE_PER_HOST, IDLE_TIMEOUT, Limits, duration};
use crate::retire::Retiring;
use crate::service::ServiceTransport;
use crate::tls::{Library, Roots};

/// A transport on tokio, with a pool of connections that its clones share.
///
/// Its calls must run on a tokio runtime with I/O and time enabled. HTTP/1.1, TLS 1.2 or 1.3, no
/// redirects, no proxy, no cookies, no decompression. See [`HyperTransportBuilder`] for the limits.
#[derive(Clone)]
pub struct HyperTransport(Stack);

type Stack = ServiceTransport<Retiring, TokioTimer, legacy::Error>;

impl HyperTransport {
    /// A transport with the defaults of [`HyperTransportBuilder`].
    #[must_use]
    pub fn new() -> Self {
        let builder = Self::builder();
        // The defaults are right; what can fail is the platform's TLS library, if it is used. That
        // is then the error of every call.
        let connector = builder.connector().unwrap_or_else(Connector::refusing);
        builder.over(connector)
    }

    /// Settings other than the defaults.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl AsyncTransport for HyperTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.0.send(request).await
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HyperTransport").field(&self.0).finish()
    }
}

/// Settings of a [`HyperTransport`].
///
/// | Setting | Default |
/// |---|---|
/// | [`timeout`](Self::timeout) | 10 s |
/// | [`connect_timeout`](Self::connect_timeout) | 3 s |
/// | [`response_limit`](Self::response_limit) | 1 MiB |
/// | [`max_retries`](Self::max_retries) | 0 |
/// | [`root_certificates_pem`](Self::root_certificates_pem) | the webpki roots |
///
/// Fixed are at most 32 KiB and 64 fields in the head of an answer, and at most 256 idle connections
/// for one host, each for at most 50 s.
///
/// ```
/// use std::time::Duration;
/// use totps_hyper::HyperTransport;
///
/// let transport = HyperTransport::builder().timeout(Duration::from_secs(5)).build()?;
/// # Ok::<_, totps_hyper::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct HyperTransportBuilder {
    limits: Limits,
    connect_timeout: Duration,
    max_retries: u32,
    tls: Library,
    roots: Roots,
}

impl Default for HyperTransportBuilder {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            connect_timeout: exchange::CONNECT_TIMEOUT,
            max_retries: 0,
            tls: Library::default(),
            roots: Roots::default(),
        }
    }
}

impl HyperTransportBuilder {
    /// How long a whole call may take: resolving, connecting, TLS, sending, and the answer to its
    /// last byte.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long making a connection may take: resolving, connecting and TLS.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How large the body of an answer may be, in bytes.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.limits.response_limit = bytes;
        self
    }

    /// How often a request is sent again if it was [not sent](totps_core::Delivery::NotSent), such as
    /// when nobody listened: 0, 1 or 2 times. Nothing else is ever sent again, and the overall
    /// timeout holds for all attempts and the [pauses](RetryPolicy) between them.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Root certificates in PEM, one or more. They replace the built-in ones and
    /// whatever else was chosen. Needs a TLS feature.
    #[cfg(any(feature = "_rustls", feature = "native-tls"))]
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Roots::Pem(pem.into());
        self
    }

    /// Trusts what the platform trusts, by its own verifier, in place of the webpki roots and of
    /// certificates given before. Needs the feature `platform-verifier`.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.roots = Roots::Platform;
        self
    }

    /// Does TLS by the platform's own library, which trusts the platform's root certificates. Needs
    /// the feature `native-tls`.
    #[cfg(feature = "native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.tls = Library::Native;
        self
    }

    /// Makes the transport. No I/O happens here.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a timeout or a limit of zero, more than 2 retries, and root certificates
    /// that are not PEM.
    pub fn build(self) -> Result<HyperTransport, ConfigError> {
        let checked = Self {
            limits: Limits {
                retry: RetryPolicy::new(self.max_retries)?,
                ..self.limits.checked()?
            },
            connect_timeout: duration("connect timeout", self.connect_timeout)?,
            ..self
        };
        let connector = checked.connector()?;
        Ok(checked.over(connector))
    }

    fn connector(&self) -> Result<Connector, ConfigError> {
        self.tls.connector(&self.roots, self.connect_timeout)
    }

    fn over(self, connector: Connector) -> HyperTransport {
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .http1_max_buf_size(HEAD)
            .build(connector);
        HyperTransport(ServiceTransport::classified(
            Retiring(client),
            TokioTimer::new(),
            self.limits,
            classify,
        ))
    }
}

/// An error while connecting proves that nothing was sent; no other does.
fn classify(error: legacy::Error) -> TransportError {
    if error.is_connect() {
        exchange::not_connected(error)
    } else {
        exchange::failed(error)
    }
}

//! The builder of all transports, and the settings of each transport alone.

use std::fmt;
use std::time::Duration;

use totps_core::transport::Limits;

#[cfg(feature = "conn")]
pub use crate::conn::ConnectorSettings;
#[cfg(feature = "tokio")]
pub use crate::connector::TlsSettings;
pub use crate::service::ServiceSettings;

/// The settings of a transport.
///
/// `HyperTransport::builder()`, `ConnTransport::builder(connector, timer)` and
/// `ServiceTransport::builder(service, timer)` create one. Only its `build` fails, with an error that
/// names the setting.
///
/// | Setting | Default |
/// |---|---|
/// | [`timeout`](Self::timeout) | 10 s |
/// | [`response_limit`](Self::response_limit) | 1 MiB |
/// | [`max_retries`](Self::max_retries) | 0 |
/// | [`connect_timeout`](Self::connect_timeout), not for a `ServiceTransport` | 3 s |
/// | [`max_idle_connections`](Self::max_idle_connections), not for a `ServiceTransport` | 256 |
/// | [`idle_timeout`](Self::idle_timeout), not for a `ServiceTransport` | 50 s |
///
/// The head of a response is limited to 32 KiB and 64 headers; there is no setting for that.
///
/// ```
/// # #[cfg(feature = "tokio")] {
/// use std::time::Duration;
/// use totps_hyper::HyperTransport;
///
/// let transport = HyperTransport::builder()
///     .timeout(Duration::from_secs(5))
///     .max_retries(2)
///     .build()?;
///
/// let error = HyperTransport::builder().timeout(Duration::ZERO).build().unwrap_err();
/// assert_eq!(error.to_string(), "the timeout must not be zero");
/// # }
/// # Ok::<_, totps_hyper::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct TransportBuilder<S> {
    pub(crate) limits: Limits,
    pub(crate) settings: S,
}

/// Settings of a transport that connects and keeps idle connections itself.
pub trait Pooled: sealed::Sealed {}

pub(crate) mod sealed {
    #[expect(unnameable_types, reason = "only this crate may implement `Pooled`")]
    pub trait Sealed {}
}

impl<S> TransportBuilder<S> {
    pub(crate) fn new(settings: S) -> Self {
        Self {
            limits: Limits::default(),
            settings,
        }
    }

    /// Sets the overall timeout of a call: connecting, sending, reading the response to its last
    /// byte, and all retries. Default 10 s; more than 24 hours count as 24 hours.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the largest body of a response, in bytes. Default 1 MiB.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.limits.response_limit = bytes;
        self
    }

    /// Sets how often a request is sent again if it was [not sent](totps_core::Delivery::NotSent), for
    /// example because nothing listened on the port: 0, 1 or 2 times. Default 0.
    ///
    /// Nothing else is ever sent again. The overall timeout holds for all attempts and the
    /// [pauses](totps_core::RetryPolicy) between them.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }
}

impl<S: Pooled> TransportBuilder<S> {
    /// Sets the timeout for making a connection: resolving the name, TCP and TLS. Default 3 s; more
    /// than 24 hours count as 24 hours.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// Sets how many idle connections are kept in all. Default 256; 0 keeps none. When there are more,
    /// the one that was idle longest is closed.
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.limits.max_idle_connections = connections;
        self
    }

    /// Sets how long a connection is kept idle. Default 50 s; more than 24 hours count as 24 hours.
    ///
    /// A connection that was idle for longer is not used again. It is closed by the next call, since
    /// nothing runs between calls.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }
}

impl<S> fmt::Debug for TransportBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

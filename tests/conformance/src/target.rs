//! The settings that a transport is built with.

use std::time::Duration;

use totps_core::transport::Limits;

/// The settings that a rule needs the transport to be built with.
///
/// Every transport must apply the timeout, the body limit and the root certificate. For the other
/// settings, see [`Setting`].
#[derive(Debug, Clone)]
pub struct Target {
    url: String,
    root_certificate_pem: String,
    limits: Limits,
    proxy: Option<String>,
    /// The time after which a call counts as endless.
    patience: Duration,
}

/// The time beyond its timeout after which a call counts as endless.
const GRACE: Duration = Duration::from_secs(8);

impl Target {
    pub(crate) fn new(url: &str, root_certificate_pem: String, limits: Limits) -> Self {
        Self {
            url: url.to_owned(),
            root_certificate_pem,
            limits,
            proxy: None,
            patience: limits.timeout + GRACE,
        }
    }

    pub(crate) fn with_proxy(self, url: String) -> Self {
        Self {
            proxy: Some(url),
            ..self
        }
    }

    pub(crate) fn with_timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self.patience = timeout + GRACE;
        self
    }

    pub(crate) fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// Sets the connect timeout, and an overall timeout so long that it does not end a call.
    pub(crate) fn with_connect_timeout_alone(mut self, timeout: Duration) -> Self {
        const ENDLESS: Duration = Duration::from_secs(60 * 60);
        self.limits.timeout = ENDLESS;
        self.limits.connect_timeout = timeout;
        self.patience = timeout + GRACE;
        self
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    pub(crate) fn with_response_limit(mut self, limit: usize) -> Self {
        self.limits.response_limit = limit;
        self
    }

    pub(crate) fn with_max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }

    pub(crate) fn with_max_idle_connections(mut self, connections: usize) -> Self {
        self.limits.max_idle_connections = connections;
        self
    }

    pub(crate) fn trusting(self, pem: String) -> Self {
        Self {
            root_certificate_pem: pem,
            ..self
        }
    }

    /// Returns the base URL of the server, such as `https://localhost:4433`. The requests have
    /// absolute URLs that begin with it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the certificate of the only authority to trust, in PEM format.
    pub fn root_certificate_pem(&self) -> &str {
        &self.root_certificate_pem
    }

    /// Returns the overall timeout of a call.
    pub fn timeout(&self) -> Duration {
        self.limits.timeout
    }

    /// Returns the size limit of a response body in bytes, which applies after decoding.
    pub fn response_limit(&self) -> usize {
        self.limits.response_limit
    }

    /// Returns the timeout for connecting, including the TLS handshake. It may be longer than
    /// [`timeout`](Self::timeout), which then ends the call first.
    pub fn connect_timeout(&self) -> Duration {
        self.limits.connect_timeout
    }

    /// Returns how many times a request that was not sent is retried: 0 unless
    /// [`Setting::MaxRetries`] is declared.
    pub fn max_retries(&self) -> u32 {
        self.limits.max_retries
    }

    /// Returns how many idle connections the transport keeps.
    pub fn max_idle_connections(&self) -> usize {
        self.limits.max_idle_connections
    }

    /// Returns all limits, for transports that use [`Limits`].
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the URL of the proxy to use, or `None` for no proxy.
    ///
    /// Always `None` unless [`Setting::Proxy`] is declared.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }
}

/// An optional setting of a transport.
///
/// Declare the settings that your transport has with [`Kit::setting`]. The rules about the others
/// do not run.
///
/// [`Kit::setting`]: crate::Kit::setting
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// [`Target::connect_timeout`].
    ConnectTimeout,
    /// [`Target::max_retries`].
    MaxRetries,
    /// [`Target::max_idle_connections`].
    MaxIdleConnections,
    /// [`Target::proxy`].
    Proxy,
}

//! What a transport is built with.

use std::time::Duration;

use totps_core::transport::Limits;

/// What a rule asks a transport to be built with.
///
/// Every transport can be given a timeout, a limit for the body and a root certificate. Further settings
/// are for transports that have them, see [`Setting`].
#[derive(Debug, Clone)]
pub struct Target {
    url: String,
    root_certificate_pem: String,
    limits: Limits,
    proxy: Option<String>,
    /// How long a call may take before it counts as endless.
    patience: Duration,
}

/// How much longer than its timeout a call may take before it counts as endless.
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

    /// Only the timeout for connecting can end a call now.
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

    /// Returns the base URL of the server, such as `https://localhost:4433`. The requests have absolute
    /// URLs that begin with it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the certificate of the only authority to trust, in PEM.
    pub fn root_certificate_pem(&self) -> &str {
        &self.root_certificate_pem
    }

    /// Returns the timeout of a whole call.
    pub fn timeout(&self) -> Duration {
        self.limits.timeout
    }

    /// Returns the largest body of a response, in bytes, counted after any decoding.
    pub fn response_limit(&self) -> usize {
        self.limits.response_limit
    }

    /// Returns the timeout for making a connection, TLS included. It may be longer than
    /// [`timeout`](Self::timeout), which ends the call then.
    pub fn connect_timeout(&self) -> Duration {
        self.limits.connect_timeout
    }

    /// Returns how many times a request that was not sent is retried: 0, unless [`Setting::MaxRetries`] is
    /// declared.
    pub fn max_retries(&self) -> u32 {
        self.limits.max_retries
    }

    /// Returns how many idle connections are kept.
    pub fn max_idle_connections(&self) -> usize {
        self.limits.max_idle_connections
    }

    /// Returns all limits, for transports that take them as they are.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the URL of the proxy to use: none, unless [`Setting::Proxy`] is declared.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }
}

/// A setting that not every transport has. Declare those that yours has by [`Kit::setting`]; the rules
/// about the others do not run.
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

//! The settings of a transport.

use std::fmt;
use std::time::Duration;

use totps_core::ConfigError;
use totps_core::transport::Limits;
use ureq::config::{Config, ConfigBuilder, IpFamily};
use ureq::typestate::AgentScope;
use ureq::{Agent, Proxy, ProxyProtocol};

use crate::UreqTransport;
use crate::connection::BUFFER_SIZE;
use crate::connector::Connector;
use crate::resolver::Resolver;
#[cfg(feature = "_tls")]
use crate::tls::TlsSettings;

/// Settings for a [`UreqTransport`]; see [`UreqTransport::builder`].
///
/// ```
/// use std::time::Duration;
/// use totps_ureq::UreqTransport;
///
/// let transport = UreqTransport::builder()
///     .timeout(Duration::from_secs(5))
///     .proxy("http://proxy.example.com:3128")
///     .build()?;
/// # Ok::<_, totps_ureq::ConfigError>(())
/// ```
#[must_use]
#[derive(Default)]
pub struct UreqTransportBuilder {
    limits: Limits,
    proxy: Option<String>,
    ip_family: Option<IpFamily>,
    agent: Option<Agent>,
    allow_wire_log: bool,
    #[cfg(feature = "_tls")]
    tls: TlsSettings,
}

impl UreqTransportBuilder {
    /// Sets the overall timeout of a call: looking up the name, connecting, TLS, sending, and reading
    /// the whole response, however slowly it arrives. Default 10 s; more than 24 hours count as 24
    /// hours.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the timeout for the name lookup, and also that for connecting, which includes a proxy's
    /// tunnel and the TLS handshake. Default 3 s, and never more than what is left of the overall
    /// timeout.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// Sets the largest body of a response, in bytes, counted after any decoding. Default 1 MiB. The
    /// head of a response is limited to 32 KiB and 64 headers; that cannot be changed.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.limits.response_limit = bytes;
        self
    }

    /// Sets how often a request is sent again if it was [not sent](totps_core::Delivery::NotSent)
    /// because connecting failed or timed out: 0, 1 or 2 times. Default 0.
    ///
    /// Nothing else is ever sent again. The overall timeout holds for all attempts and the
    /// [pauses](totps_core::RetryPolicy) between them.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }

    /// Sets how many idle connections are kept, in all and for each host. Default 256; 0 keeps none.
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.limits.max_idle_connections = connections;
        self
    }

    /// Sets how long an idle connection can be used again. Default 50 s. A connection that was idle for
    /// longer is closed by the next call, since nothing runs between calls.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }

    /// Connects through a proxy that supports `CONNECT`: `http://host:port` or `https://host:port`,
    /// with `user:password@` before the host if the proxy requires it. The proxy sees the name of the
    /// API's host, but not the requests. Default none; the environment is not read.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Connects over this version of IP only. Default both, in the order of the system's resolver.
    pub fn ip_family(mut self, family: IpFamily) -> Self {
        self.ip_family = Some(family);
        self
    }

    /// Sends through the caller's agent. [`UreqTransport::with_agent`] says which promises then depend on
    /// the agent. The timeouts and limits of a call still hold; the agent decides which connections are
    /// kept.
    pub fn agent(mut self, agent: Agent) -> Self {
        self.agent = Some(agent);
        self
    }

    /// Allows calls while a logger accepts the target `ureq_proto` at the level *trace*. ureq then logs
    /// the head of the request and the whole response, **credentials, secrets and session tokens
    /// included**. Default `false`: such calls are
    /// [`Refused`](totps_core::TransportErrorKind::Refused).
    pub fn allow_wire_log(mut self, allow: bool) -> Self {
        self.allow_wire_log = allow;
        self
    }

    /// Sets the root certificates, in PEM, one or more. They replace the built-in ones.
    #[cfg(feature = "_tls")]
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.root_certificates_pem = Some(pem.into());
        self
    }

    /// Performs TLS with rustls, and trusts the certificates that the platform trusts instead of the
    /// built-in ones.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.tls.platform_verifier = true;
        self
    }

    /// Performs TLS with rustls. This is the default if the feature `native-tls` is off.
    #[cfg(feature = "rustls")]
    pub fn rustls(mut self) -> Self {
        self.tls.provider = Some(ureq::tls::TlsProvider::Rustls);
        self
    }

    /// Performs TLS with the platform's own library, which trusts the platform's certificates and
    /// does not resume sessions. This is the default if the feature `native-tls` is on.
    #[cfg(feature = "native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.tls.provider = Some(ureq::tls::TlsProvider::NativeTls);
        self
    }

    /// Sets all TLS settings in ureq's own type, for example for a client certificate. It cannot be
    /// combined with the other TLS settings. A client certificate must match its key: otherwise ureq
    /// panics in the call.
    #[cfg(feature = "_tls")]
    pub fn tls_config(mut self, config: ureq::tls::TlsConfig) -> Self {
        self.tls.config = Some(config);
        self
    }

    /// Builds the transport. No I/O happens here.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the setting: a timeout or a limit of zero, more than 2 retries, root
    /// certificates that are empty or not PEM, a proxy URL of another form, TLS settings that
    /// contradict each other, are not compiled in, or turn certificate checks off, and settings that
    /// must be made on the caller's agent.
    pub fn build(self) -> Result<UreqTransport, ConfigError> {
        let limits = self.limits.checked()?;
        if let Some(agent) = &self.agent {
            let agent = agent.clone();
            self.refuse_settings_of_the_agent()?;
            return Ok(UreqTransport::from_parts(
                limits,
                agent,
                true,
                self.allow_wire_log,
            ));
        }
        let proxy = self.proxy.as_deref().map(parse_proxy).transpose()?;
        let config = config(&limits)
            .proxy(proxy)
            .ip_family(self.ip_family.unwrap_or(IpFamily::Any));
        #[cfg(feature = "_tls")]
        let config = config.tls_config(self.tls.config()?);
        Ok(own(limits, config, self.allow_wire_log))
    }

    fn refuse_settings_of_the_agent(&self) -> Result<(), ConfigError> {
        const RULE: &str = "must be set on the caller's agent, which is used unchanged";

        let default = Limits::default();
        let is_set = [
            ("proxy", self.proxy.is_some()),
            ("IP family", self.ip_family.is_some()),
            #[cfg(feature = "_tls")]
            ("TLS settings", !self.tls.is_default()),
            (
                "number of idle connections",
                self.limits.max_idle_connections != default.max_idle_connections,
            ),
            (
                "idle timeout",
                self.limits.idle_timeout != default.idle_timeout,
            ),
        ];
        match is_set.iter().find(|(_, is_set)| *is_set) {
            Some((setting, _)) => Err(ConfigError::new(setting, RULE)),
            None => Ok(()),
        }
    }
}

type OwnConfig = ConfigBuilder<AgentScope>;

/// The settings of our own agent.
fn config(limits: &Limits) -> OwnConfig {
    Config::builder()
        // ureq's default comes from the environment.
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_response_header_size(Limits::HEAD)
        .input_buffer_size(BUFFER_SIZE)
        .output_buffer_size(BUFFER_SIZE)
        .max_idle_connections(limits.max_idle_connections)
        .max_idle_connections_per_host(limits.max_idle_connections)
        .max_idle_age(limits.idle_timeout)
        .timeout_global(Some(limits.timeout))
        .timeout_resolve(Some(limits.connect_timeout))
        .timeout_connect(Some(limits.connect_timeout))
        // This is sent to the proxy only: requests to the API set their own.
        .user_agent("")
}

/// Creates a transport with the default settings, which are valid.
pub(crate) fn default_transport() -> UreqTransport {
    let limits = Limits::default();
    let config = config(&limits);
    #[cfg(feature = "_tls")]
    let config = config.tls_config(crate::tls::default_config());
    own(limits, config, false)
}

fn own(limits: Limits, config: OwnConfig, allow_wire_log: bool) -> UreqTransport {
    let resolver = Resolver::new(limits.idle_timeout);
    let connector = Connector::new(resolver.clone());
    let agent = Agent::with_parts(config.build(), connector, resolver);
    UreqTransport::from_parts(limits, agent, false, allow_wire_log)
}

fn parse_proxy(url: &str) -> Result<Proxy, ConfigError> {
    const RULE: &str = "must be `http://host:port` or `https://host:port`";
    let refuse = || ConfigError::new("proxy", RULE);
    let proxy = Proxy::new(url).map_err(|_| refuse())?;
    let authority = proxy.uri().authority().ok_or_else(refuse)?;
    let host_and_port = authority.as_str().rsplit('@').next().unwrap_or_default();
    // The http crate accepts some invalid ports.
    let has_bad_port = host_and_port != authority.host() && authority.port_u16().is_none();
    let speaks_connect = matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    if authority.host().is_empty() || has_bad_port || !speaks_connect {
        return Err(refuse());
    }
    Ok(proxy)
}

/// Shows the limits. A proxy URL may have a password, so it is not shown.
impl fmt::Debug for UreqTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransportBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

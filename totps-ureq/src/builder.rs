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
    /// How long a call may take in all: looking up the name, connecting, TLS, sending, and reading
    /// the head and the body of the response, however slowly they drip. 10 s by default; more
    /// than a day counts as a day.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long it may take to look up the name, and then again how long it may take to connect and to
    /// complete the TLS handshake, a proxy's tunnel included. 3 s by default, and never more than what
    /// is left of the overall timeout.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// The largest body of a response, in bytes, counted after any decoding. 1 MiB by default. The
    /// head of a response is limited to 32 KiB and 64 headers; that cannot be changed.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.limits.response_limit = bytes;
        self
    }

    /// How often a request is sent again if it was [not sent](totps_core::Delivery::NotSent) for a
    /// reason that can pass, such as when nobody listened: 0, 1 or 2 times. 0 by default. Nothing else
    /// is ever sent again, and the overall timeout holds for all attempts and the
    /// [pauses](totps_core::RetryPolicy) between them.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.limits.max_retries = retries;
        self
    }

    /// How many connections are kept for later calls, in all and for each host. 256 by default; 0
    /// keeps none.
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.limits.max_idle_connections = connections;
        self
    }

    /// How long a connection can be used again after it was used last. 50 s by default. It is closed by
    /// the next call that finds it older, not before.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle_timeout = timeout;
        self
    }

    /// Connects through a proxy that understands `CONNECT`: `http://host:port` or
    /// `https://host:port`, with `user:password@` before the host if it asks for them. It sees
    /// the name of the API's host, but not the requests. None by default, whatever the environment
    /// says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Connects over this version of IP only. Any by default, in the order of the system's resolver.
    pub fn ip_family(mut self, family: IpFamily) -> Self {
        self.ip_family = Some(family);
        self
    }

    /// Sends through an agent of the caller's; see [`UreqTransport::with_agent`] for what this means.
    /// The limits of a call hold all the same; connections are kept as the agent says.
    pub fn agent(mut self, agent: Agent) -> Self {
        self.agent = Some(agent);
        self
    }

    /// Sends although ureq logs the head of the request and the whole response, **credentials, secrets
    /// and session tokens included**, to a logger that takes the target `ureq_proto` at the level
    /// *trace*. Without this such calls are
    /// [`Refused`](totps_core::TransportErrorKind::Refused).
    pub fn allow_wire_log(mut self, allow: bool) -> Self {
        self.allow_wire_log = allow;
        self
    }

    /// Trusts these root certificates, in PEM, in place of the built-in ones.
    #[cfg(feature = "_tls")]
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.root_certificates_pem = Some(pem.into());
        self
    }

    /// TLS by rustls, with which the platform decides which certificates to trust, in place of the
    /// built-in ones.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.tls.platform_verifier = true;
        self
    }

    /// TLS by rustls. The default if the feature `native-tls` is off.
    #[cfg(feature = "rustls")]
    pub fn rustls(mut self) -> Self {
        self.tls.provider = Some(ureq::tls::TlsProvider::Rustls);
        self
    }

    /// TLS by the platform's own library, with the certificates that the platform trusts. The default if
    /// the feature `native-tls` is on. It does not resume sessions.
    #[cfg(feature = "native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.tls.provider = Some(ureq::tls::TlsProvider::NativeTls);
        self
    }

    /// All settings of TLS as ureq has them, such as a client certificate, in place of the others
    /// here. A client certificate must fit its key: ureq panics in the call if it does not.
    #[cfg(feature = "_tls")]
    pub fn tls_config(mut self, config: ureq::tls::TlsConfig) -> Self {
        self.tls.config = Some(config);
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the setting: a timeout or a limit of zero, more than 2 retries, root
    /// certificates that are empty or not PEM, a proxy URL of another form, settings of TLS that
    /// contradict each other, are not compiled in, or switch verification off, and settings that are an
    /// agent's beside an agent.
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
        const RULE: &str = "must be made on the caller's agent, which is used as it is";

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

/// What the own agent has at agent level.
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
        // For the proxy alone: requests have one of their own.
        .user_agent("")
}

/// A transport with the default settings, which cannot fail.
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

/// Shows the limits, but no proxy: it may have a password.
impl fmt::Debug for UreqTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransportBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

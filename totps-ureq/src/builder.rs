//! The settings of a transport.

use std::fmt;
use std::time::Duration;

use totps_core::{ConfigError, RetryPolicy};
use ureq::{Agent, Proxy, ProxyProtocol};

use crate::UreqTransport;
use crate::limits::Limits;
use crate::tls::TlsSettings;
use crate::transport::Route;

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
    max_retries: u32,
    proxy: Option<String>,
    agent: Option<Agent>,
    tls: TlsSettings,
    #[cfg(feature = "_tls")]
    root_certificates_pem: Option<Vec<u8>>,
}

impl UreqTransportBuilder {
    /// How long a call may take over all: looking up the name, connecting, TLS, sending, and reading
    /// the head and the body of the answer, however slowly they drip. 10 seconds by default; more
    /// than a day counts as a day.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long it may take to look up the name, to connect and to complete the TLS handshake. 3
    /// seconds by default, and never more than what is left of the overall timeout.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect_timeout = timeout;
        self
    }

    /// The largest body of an answer, in bytes, counted after any decoding. 1 MiB by default. The
    /// head of an answer is limited to 32 KiB and 64 fields; that cannot be changed.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.limits.response_limit = bytes;
        self
    }

    /// How often a request is sent again if it was [not sent](totps_core::Delivery::NotSent), such as
    /// when nobody listened: 0, 1 or 2 times. 0 by default. Nothing else is ever sent again, and the
    /// overall timeout holds for all attempts and the [pauses](RetryPolicy) between them.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Connects through a proxy that understands `CONNECT`: `http://host:port` or
    /// `https://host:port`, with `user:password@` before the host if it wants to know. It sees
    /// the name of the API's host, but not the requests. None by default, whatever the environment
    /// says.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Sends by an agent of the caller's; see [`UreqTransport::with_agent`] for what this means.
    /// The limits hold all the same.
    pub fn agent(mut self, agent: Agent) -> Self {
        self.agent = Some(agent);
        self
    }

    /// Trusts these root certificates, in PEM, in place of the built-in ones.
    #[cfg(feature = "_tls")]
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates_pem = Some(pem.into());
        self
    }

    /// Lets the platform decide which certificates to trust, in place of the built-in ones.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_verifier(mut self) -> Self {
        self.tls.platform_verifier = true;
        self
    }

    /// TLS by the platform's own library, with the certificates that the platform trusts, even if
    /// the feature `rustls` is on, too.
    #[cfg(feature = "native-tls")]
    pub fn native_tls(mut self) -> Self {
        self.tls.native_tls = true;
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a timeout or a limit of zero, more than 2 retries, root certificates that are empty or not
    /// PEM, a proxy URL of another form, and for TLS or proxy settings beside an agent, which has
    /// its own.
    pub fn build(self) -> Result<UreqTransport, ConfigError> {
        let limits = Limits {
            retry: RetryPolicy::new(self.max_retries)?,
            ..self.limits.checked()?
        };
        let proxy = self.proxy.as_deref().map(parse_proxy).transpose()?;
        #[allow(unused_mut, reason = "without TLS there is nothing to set")]
        let mut tls = self.tls;
        #[cfg(feature = "_tls")]
        if let Some(pem) = &self.root_certificates_pem {
            tls.root_certificates = crate::tls::parse_root_certificates(pem)?;
        }
        let route = match self.agent {
            None => Route::own(proxy, &tls),
            Some(_) if proxy.is_some() => return Err(ConfigError::new("proxy", OF_THE_AGENT)),
            Some(_) if tls != TlsSettings::default() => {
                return Err(ConfigError::new("TLS settings", OF_THE_AGENT));
            }
            Some(agent) => Route::Agent(agent),
        };
        Ok(UreqTransport::from_parts(limits, route))
    }
}

const OF_THE_AGENT: &str = "must be made on the caller's agent, which is used as it is";

fn parse_proxy(url: &str) -> Result<Proxy, ConfigError> {
    const RULE: &str = "must be `http://host:port` or `https://host:port`";
    let refuse = || ConfigError::new("proxy", RULE);
    let proxy = Proxy::new(url).map_err(|_| refuse())?;
    let authority = proxy.uri().authority().ok_or_else(refuse)?;
    let host_and_port = authority.as_str().rsplit('@').next().unwrap_or_default();
    // The http crate takes ports that are none.
    let has_bad_port = host_and_port != authority.host() && authority.port_u16().is_none();
    let speaks_connect = matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    if authority.host().is_empty() || has_bad_port || !speaks_connect {
        return Err(refuse());
    }
    Ok(proxy)
}

/// Says what is set, but not to what: a proxy's password may be among it.
impl fmt::Debug for UreqTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UreqTransportBuilder")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

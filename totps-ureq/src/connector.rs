//! Makes connections: looks up the name, connects, passes the proxy, completes the TLS handshake.

use std::sync::Arc;
use std::time::Duration;

use totps_core::http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::Instant;
use ureq::unversioned::transport::{
    ConnectionDetails, Connector as _, DefaultConnector, NextTimeout, Transport as Connection,
};
use ureq::{Error, Proxy, Timeout};

use crate::proxy_deadline::ProxyDeadline;
use crate::stream::Deadline;
use crate::tls::TlsSettings;

/// A connection has a buffer of this size for each direction, and two more with TLS, in bytes. Most
/// requests and answers fit, and so take one system call.
const BUFFER_SIZE: usize = 8 * 1024;

/// ureq's connectors.
pub(crate) struct Connector {
    config: Config,
    connector: Arc<DefaultConnector>,
}

impl Connector {
    pub(crate) fn new(proxy: Option<Proxy>, tls: &TlsSettings) -> Self {
        let config = Config::builder()
            // Also if there is none: ureq's default comes from the environment.
            .proxy(proxy)
            // It goes to the proxy only.
            .user_agent("")
            .input_buffer_size(BUFFER_SIZE)
            .output_buffer_size(BUFFER_SIZE);
        #[cfg(feature = "_tls")]
        let config = config.tls_config(tls.config());
        #[cfg(not(feature = "_tls"))]
        let _ = tls;
        Self {
            config: config.build(),
            connector: Arc::new(DefaultConnector::new()),
        }
    }

    pub(crate) fn proxy(&self) -> Option<&Proxy> {
        self.config.proxy()
    }

    /// Makes a connection within `timeout`, complete with its TLS handshake.
    pub(crate) fn connect(
        &self,
        url: &Uri,
        timeout: Duration,
    ) -> Result<Box<dyn Connection>, Error> {
        let deadline = Deadline::after(timeout);
        let addrs = match self.proxy() {
            // It looks up the name by itself.
            Some(_) => Lookup.empty(),
            None => Lookup.resolve(url, &self.config, deadline.next(Timeout::Connect))?,
        };
        let connector = self.connector.clone();
        let details = ConnectionDetails {
            uri: url,
            addrs,
            config: &self.config,
            request_level: false,
            resolver: &Lookup,
            now: Instant::now(),
            timeout: deadline.next(Timeout::Connect),
            current_time: Arc::new(Instant::now),
            // Called for the connection to the proxy.
            run_connector: Arc::new(move |details| {
                let connection = connector.connect(details, None)?;
                let connection = connection.ok_or(Error::ConnectionFailed)?;
                Ok(Box::new(ProxyDeadline::new(connection, deadline)))
            }),
            register_shutdown: Arc::new(|_| Ok(())),
        };
        let connection = self.connector.connect(&details, None)?;
        let connection = connection.ok_or(Error::ConnectionFailed)?;
        if details.needs_tls() && !connection.is_tls() {
            return Err(Error::TlsRequired);
        }
        Ok(connection)
    }
}

/// Looks up names by the system, on a thread that is left behind when the time is over.
#[derive(Debug)]
struct Lookup;

impl Resolver for Lookup {
    fn resolve(
        &self,
        url: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        DefaultResolver::default()
            .resolve(url, config, timeout)
            .map_err(|error| match error {
                Error::Io(_) => Error::HostNotFound,
                error => error,
            })
    }
}

//! Looks up names for new connections only, and tells errors that came before any request.

use std::time::Duration;

use totps_core::http::Uri;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::Instant;
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};

use crate::error::BeforeRequest;

/// Leaves the lookup to [`LookupConnector`].
///
/// ureq resolves before it looks into its pool and, if there is a deadline, on a new thread for each
/// call.
#[derive(Debug)]
pub(crate) struct NoLookup;

impl Resolver for NoLookup {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// Looks up the name, then connects as ureq does by default: by a proxy, with TLS.
///
/// ureq asks for a connection, complete with its TLS handshake, before it writes the request, so
/// every error from here is marked as [`BeforeRequest`].
#[derive(Debug, Default)]
pub(crate) struct LookupConnector {
    resolver: DefaultResolver,
    connector: DefaultConnector,
}

impl LookupConnector {
    fn lookup(&self, details: &ConnectionDetails) -> Result<ResolvedSocketAddrs, Error> {
        // A proxy looks up the name by itself; its own name comes here in a call of its own.
        if details.config.proxy().is_some() {
            return Ok(NoLookup.empty());
        }
        self.resolver
            .resolve(details.uri, details.config, details.timeout)
            .map_err(|error| match error {
                Error::Io(_) => Error::HostNotFound,
                error => error,
            })
    }
}

impl Connector for LookupConnector {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let started = std::time::Instant::now();
        let addrs = self.lookup(details).map_err(BeforeRequest::mark)?;
        // Not zero, which ureq would take for a second.
        let left = details.timeout.after.saturating_sub(started.elapsed());
        let details = ConnectionDetails {
            uri: details.uri,
            addrs,
            config: details.config,
            // The TLS settings are always the agent's, so that ureq need not build them anew.
            request_level: false,
            resolver: details.resolver,
            now: Instant::now(),
            timeout: NextTimeout {
                after: left.max(Duration::from_millis(1)).into(),
                ..details.timeout
            },
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        self.connector
            .connect(&details, chained)
            .map_err(BeforeRequest::mark)
    }
}

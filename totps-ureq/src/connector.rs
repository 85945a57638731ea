//! Makes connections: TCP, a proxy's tunnel, TLS, and our own layers below and above TLS.
//!
//! Implements the trait `Connector` of `ureq::unversioned`, but does not construct its structs
//! field by field, so that later minor versions of ureq can be used.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::time::Instant;

use ureq::Error;
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector as UreqConnector, NextTimeout,
    TcpConnector, Transport,
};

use crate::connection::{Connection, Socket};
use crate::resolver::Resolver;

/// Makes connections for [`Agent::with_parts`](ureq::Agent::with_parts). Its errors are always
/// [`NotConnected`].
#[derive(Debug)]
pub(crate) struct Connector {
    layers: Box<dyn UreqConnector<(), Out = Box<dyn Transport>>>,
    resolver: Resolver,
}

impl Connector {
    pub(crate) fn new(resolver: Resolver) -> Self {
        let layers =
            ().chain(ConnectProxyConnector::default())
                .chain(TcpConnector::default())
                .chain(BelowTls);
        #[cfg(feature = "rustls")]
        let layers = layers.chain(ureq::unversioned::transport::RustlsConnector::default());
        #[cfg(feature = "native-tls")]
        let layers = layers.chain(ureq::unversioned::transport::NativeTlsConnector::default());
        Self {
            layers: Box::new(layers.chain(AboveTls)),
            resolver,
        }
    }
}

impl UreqConnector for Connector {
    type Out = Box<dyn Transport>;

    /// For a connection to a proxy, ureq calls this a second time from within the first call.
    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let bound = Bound::new(details.timeout);
        let connection = self.layers.connect(details, None);
        drop(bound);
        self.resolver.connected(details.uri, connection.is_ok());
        match connection {
            Ok(Some(connection)) if details.needs_tls() && !connection.is_tls() => {
                Err(NotConnected::mark(Error::TlsRequired))
            }
            Ok(connection) => Ok(connection),
            Err(error) => Err(NotConnected::mark(error)),
        }
    }
}

/// The reason why there is no connection. It proves that no byte of the request was sent.
#[derive(Debug)]
pub(crate) struct NotConnected(pub(crate) Error);

impl NotConnected {
    /// Wraps an error in a form that [`Agent::run`](ureq::Agent::run) returns unchanged, unless it is
    /// wrapped already.
    pub(crate) fn mark(error: Error) -> Error {
        match error {
            Error::Other(error) if error.is::<Self>() => Error::Other(error),
            error => Error::Other(Box::new(Self(error))),
        }
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl StdError for NotConnected {}

#[derive(Debug)]
struct BelowTls;

impl<T: Transport> UreqConnector<T> for BelowTls {
    type Out = Socket<T>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        socket: Option<T>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(socket.map(|socket| Socket::new(socket, details.needs_tls())))
    }
}

#[derive(Debug)]
struct AboveTls;

impl<T: Transport> UreqConnector<T> for AboveTls {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        _: &ConnectionDetails,
        connection: Option<T>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(connection.map(|connection| Box::new(Connection::new(connection)) as Self::Out))
    }
}

thread_local! {
    /// The deadline for the connection that this thread is making.
    static CONNECTED_BY: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Sets the connect deadline of this thread until it is dropped. ureq itself starts the connect
/// timeout again for the lookup of a proxy and for each piece of the proxy's response.
struct Bound {
    outer: Option<Instant>,
}

impl Bound {
    fn new(timeout: NextTimeout) -> Self {
        let outer = CONNECTED_BY.get();
        if outer.is_none() {
            CONNECTED_BY.set(Instant::now().checked_add(*timeout.after));
        }
        Self { outer }
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        CONNECTED_BY.set(self.outer);
    }
}

/// Returns the timeout, shortened to the connect deadline of this thread if it has one.
pub(crate) fn bounded(timeout: NextTimeout) -> NextTimeout {
    let Some(connected_by) = CONNECTED_BY.get() else {
        return timeout;
    };
    let left = connected_by.saturating_duration_since(Instant::now());
    NextTimeout {
        after: left.min(*timeout.after).into(),
        ..timeout
    }
}

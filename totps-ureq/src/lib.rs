//! x
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod agent;
mod builder;
mod connector;
mod error;
mod limits;
mod tls;
mod transport;

pub use builder::UreqTransportBuilder;
pub use totps_core::*;
pub use transport::UreqTransport;
pub use ureq;

/// A blocking client on ureq.
pub type Client = totps_core::Client<UreqTransport>;

/// A client with the default settings.
pub fn client(project: Project) -> Client {
    Client::new(project, UreqTransport::new())
}

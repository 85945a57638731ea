#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "conn")]
mod conn;
#[cfg(feature = "tokio")]
mod connector;
mod exchange;
#[cfg(feature = "tokio")]
mod retire;
mod service;
#[cfg(feature = "tokio")]
mod tls;
#[cfg(feature = "tokio")]
mod tokio;

#[cfg(feature = "conn")]
pub use conn::ConnTransport;
pub use service::ServiceTransport;
pub use totps_core::*;

#[cfg(feature = "tokio")]
pub use crate::tokio::{HyperTransport, HyperTransportBuilder};

/// The async client on tokio.
#[cfg(feature = "tokio")]
pub type Client = AsyncClient<HyperTransport>;

/// A client on tokio with the defaults of [`HyperTransportBuilder`].
#[cfg(feature = "tokio")]
pub fn client(project: Project) -> Client {
    Client::new(project, HyperTransport::new())
}

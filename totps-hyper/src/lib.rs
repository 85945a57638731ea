#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "conn")]
mod conn;
#[cfg(feature = "tokio")]
mod connector;
mod exchange;
#[cfg(feature = "conn")]
mod fair;
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
// All of it, so that this crate is all that a program names. `Client` below takes precedence.
#[doc(no_inline)]
pub use totps_core::*;
// The types that most programs name have a page here.
#[doc(inline)]
pub use totps_core::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, Delivery, Error,
    IntermediateSessionToken, Project, Reason, RecoveryCode, SessionToken, TotpCode,
};

#[cfg(feature = "tokio")]
pub use crate::tokio::{HyperTransport, HyperTransportBuilder};

/// The async client. Without a parameter it is the one on tokio, a type that can be stored.
#[cfg(feature = "tokio")]
pub type Client<T = HyperTransport> = AsyncClient<T>;

/// The async client.
#[cfg(not(feature = "tokio"))]
pub type Client<T> = AsyncClient<T>;

/// A client on tokio with the defaults of [`HyperTransportBuilder`]. No I/O happens here.
///
/// # Panics
///
/// Not here, but its calls do if they run outside of a tokio runtime with I/O and time enabled. For
/// other runtimes see [`ServiceTransport`] and the feature `conn`.
#[cfg(feature = "tokio")]
pub fn client(project: Project) -> Client {
    Client::new(project, HyperTransport::new())
}

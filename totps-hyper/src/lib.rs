#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod builder;
mod call;
#[cfg(feature = "conn")]
mod conn;
#[cfg(feature = "tokio")]
mod connector;
mod error_kind;
#[cfg(feature = "tokio")]
mod hyper_transport;
mod response;
mod service;

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
pub use crate::hyper_transport::{HyperTransport, HyperTransportBuilder};

/// The async client. Without a type parameter it is the client on tokio, a type that can be stored.
#[cfg(feature = "tokio")]
pub type Client<T = HyperTransport> = AsyncClient<T>;

/// The async client.
#[cfg(not(feature = "tokio"))]
pub type Client<T> = AsyncClient<T>;

/// Creates a client on tokio with the default settings of [`HyperTransport`]. No I/O happens here.
///
/// Its calls must run on a tokio runtime with I/O and time enabled; see [`HyperTransport`]. For other
/// runtimes use [`ConnTransport`] or [`ServiceTransport`].
///
/// In a program that calls `fork()`, create clients after the fork: parent and child would share
/// connections and get each other's responses.
#[cfg(feature = "tokio")]
pub fn client(project: Project) -> Client {
    Client::new(project, HyperTransport::new())
}

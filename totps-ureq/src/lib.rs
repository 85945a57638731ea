#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
// The core has public modules `error` and `transport`, too. What is in them is at the root.
#![allow(hidden_glob_reexports)]

mod builder;
mod connection;
mod connector;
mod error;
mod resolver;
#[cfg(feature = "_tls")]
mod tls;
mod transport;
mod wire_log;

pub use builder::UreqTransportBuilder;
// All of it, so that this crate is all that a program names. `Client` below takes precedence.
#[doc(no_inline)]
pub use totps_core::*;
// The types that most programs name have a page here.
#[doc(inline)]
pub use totps_core::{
    AuthenticateParams, AuthenticateResponse, CreateParams, CreateResponse, Delivery, Error,
    IntermediateSessionToken, Project, Reason, RecoveryCode, SessionToken, TotpCode,
};
pub use transport::UreqTransport;
#[doc(no_inline)]
pub use ureq;

/// The blocking client. Without a type parameter it is the client on ureq, a type that can be stored.
pub type Client<T = UreqTransport> = totps_core::Client<T>;

/// A client with the default settings. Nothing is read or connected before the first call.
///
/// For other settings, give `Client::new` a transport of [`UreqTransport::builder`]. Make it after a
/// `fork()`, in each process: parent and child would share connections and get each other's responses.
pub fn client(project: Project) -> Client {
    Client::new(project, UreqTransport::new())
}

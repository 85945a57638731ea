//! The clients whose calls are measured, behind one interface, and code that their servers share.

mod asynchronous;
mod blocking;
mod by_hand;
mod callers;
mod client;
mod conn;
mod official;
mod params;
pub mod process;
pub mod request;
pub mod response;
mod tls;

pub use callers::{Caller, Once};
pub use client::{Client, NAMES};

/// A result with any error. In a bench, only the text of the error is read.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The server that clients call, and the authority that they trust.
pub struct Endpoint {
    /// The scheme, host and port.
    pub base_url: String,
    /// The certificate of the only trusted authority, in PEM. Default: the webpki roots. The
    /// official crate has no such setting: its process must be started with `SSL_CERT_FILE`.
    pub authority_pem: Option<Vec<u8>>,
}

//! The clients whose calls are measured, all alike to the benches, and what their servers have in
//! common.

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

/// What ends a client: it is a bench, so that nobody reads more of it than its text.
pub type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where clients call, and whom they trust there.
pub struct Endpoint {
    /// The scheme, host and port.
    pub base_url: String,
    /// The certificate of the only authority to trust, in PEM; without it the webpki roots are
    /// trusted. The official crate has no such setting: its process must be started with
    /// `SSL_CERT_FILE`.
    pub authority_pem: Option<Vec<u8>>,
}

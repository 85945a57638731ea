//! The transport of requests and responses, whatever their content.

pub(crate) mod faults;
#[cfg(feature = "tls")]
pub(crate) mod tls;
pub(crate) mod transport;

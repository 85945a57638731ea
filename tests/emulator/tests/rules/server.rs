//! What comes in and goes out, whatever it says.

pub(crate) mod faults;
#[cfg(feature = "tls")]
pub(crate) mod tls;
pub(crate) mod transport;

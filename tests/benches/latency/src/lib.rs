//! A TLS server behind a delayed line, and the callers that measure calls to it.

mod authority;
pub mod counts;
mod exchange;
mod line;
pub mod quantile;
pub mod server;
pub mod thinking;

use std::time::Duration;

/// How long a byte travels in each direction.
pub const DELAY: Duration = Duration::from_millis(25);

/// How long a byte and the response to it travel.
pub const ROUND_TRIP: Duration = Duration::from_millis(50);

/// The warm-up: callers open their connections, and only connections and handshakes are counted.
pub const WARM_UP: Duration = Duration::from_secs(1);

//! A TLS server at the end of a line with a delay, and the callers that measure calls to it.

mod authority;
pub mod counts;
mod exchange;
mod line;
pub mod quantile;
pub mod server;
pub mod thinking;

use std::time::Duration;

/// How long a byte is on its way, in each direction.
pub const DELAY: Duration = Duration::from_millis(25);

/// How long a byte and a response to it are on their way.
pub const ROUND_TRIP: Duration = Duration::from_millis(50);

/// For so long, callers open their connections, and nothing counts but these.
pub const WARM_UP: Duration = Duration::from_secs(1);

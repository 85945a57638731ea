//! The agent of a transport of our own.

use std::time::Duration;

use ureq::{Agent, Proxy};

use crate::connector::{LookupConnector, NoLookup};
use crate::limits::HEAD_LIMIT;
use crate::tls::TlsSettings;

/// How long an idle connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// How many idle connections are kept for each host.
const IDLE_PER_HOST: usize = 4;

/// A head must not fill it, or ureq could not notice that it is too large. In bytes.
const INPUT_BUFFER: usize = HEAD_LIMIT + 1024;

/// Most requests fit in, in bytes.
const OUTPUT_BUFFER: usize = 8 * 1024;

pub(crate) fn new_agent(proxy: Option<Proxy>, tls: &TlsSettings) -> Agent {
    let config = Agent::config_builder()
        // Also if there is none: ureq's default comes from the environment.
        .proxy(proxy)
        // What a proxy sees; requests bring their own.
        .user_agent("")
        .max_idle_age(IDLE_TIMEOUT)
        .max_idle_connections_per_host(IDLE_PER_HOST)
        .input_buffer_size(INPUT_BUFFER)
        .output_buffer_size(OUTPUT_BUFFER);
    #[cfg(feature = "_tls")]
    let config = config.tls_config(tls.config());
    #[cfg(not(feature = "_tls"))]
    let _ = tls;
    Agent::with_parts(config.build(), LookupConnector::default(), NoLookup)
}

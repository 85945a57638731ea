//! HTTP stacks that totps-core does not know, as transports. `naive` sets a stack up as its
//! documentation shows, `careful` with the corrections that totps-conformance requires.
#![forbid(unsafe_code)]

pub mod curl;
pub mod minreq;
pub mod reqwest_async;
pub mod reqwest_blocking;

pub(crate) type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

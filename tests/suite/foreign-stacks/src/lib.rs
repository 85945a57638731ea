//! HTTP stacks that totps-core does not know, as transports: first as the documentation of each sets it up
//! (`naive`), then put right by what totps-conformance said (`careful`).
#![forbid(unsafe_code)]

pub mod curl;
pub mod minreq;
pub mod reqwest_async;
pub mod reqwest_blocking;

pub(crate) type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

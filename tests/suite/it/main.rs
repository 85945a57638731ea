//! The conformance suites: one binary, one module for each subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod adapters;
mod budgets;
mod errors;
mod guide;
mod hostile_answers;
mod hyper;
mod life;
mod lifecycle;
mod operations;
mod regressions;
mod requests;
mod responses;
mod retries;
mod secrets;
mod session_jwt;
mod test_util;
mod torture;
mod transports;
mod ureq;

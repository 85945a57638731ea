//! The test suites of the clients and the core, as one binary with one module for each subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budgets;
mod conformance;
mod errors;
mod guide;
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
mod subjects;
mod test_util;
mod torture;
mod transports;
mod ureq;

//! The service, by requests in this process and in a browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod browser;
mod http;
mod program;
mod readme;
mod service;

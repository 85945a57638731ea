//! One test per rule of the API, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod client;
#[cfg(feature = "cli")]
mod command;
mod control;
mod endpoint;
mod ids;
mod library;
mod login;
mod noise;
mod readme;
mod scenes;
mod server;
mod settings;

//! One test per rule of the API, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod authenticate;
mod claims;
mod client;
mod command;
mod control;
mod create;
mod delete;
mod faults;
mod ids;
mod lock;
mod mfa;
mod migrate;
mod noise;
mod readme;
mod recovery_codes;
mod sessions;
mod settings;
mod tls;
mod transport;

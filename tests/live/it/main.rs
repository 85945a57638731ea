//! Runs of totps-live against the emulator.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

mod program;
mod quiet;
mod removal;
mod review;
mod support;
mod truth;

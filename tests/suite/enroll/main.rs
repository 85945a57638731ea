//! Runs the example `enroll` as a program, and checks its output, its files and its exit code.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod account;
mod command_line;
mod pipes;
mod program;
mod terminal;

//! The example `enroll`, run as a program: what it says, what it leaves behind, and how it ends.

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

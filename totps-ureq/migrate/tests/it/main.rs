//! Tests of the program against the emulator.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail, and the proof prints its result"
)]

mod faults;
mod plan;
mod proof;
mod run;
mod support;
mod undo;

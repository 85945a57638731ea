//! The program against the emulator.

mod faults;
mod plan;
mod proof;
mod run;
mod support;
mod undo;

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod api;
mod cli;
mod codes;
mod credentials;
mod disk;
mod input;
mod journal;
mod pace;
mod plan;
mod pool;
mod report;
mod row;
mod run;
mod secret;
mod stop;
mod undo;
mod verify;

pub use cli::{Exit, main};

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bench;
mod clean;
pub mod cli;
mod clock;
mod experiment;
mod explain;
mod halt;
mod journal;
mod lab;
pub mod pace;
mod plain;
mod report;
mod review;
mod run;
mod snapshot;
mod symbols;
mod target;
mod trace;
mod wire;

pub use clock::{Clock, SystemClock};
pub use experiment::{Experiment, Only, all as experiments};
pub use explain::compare::Difference;
pub use explain::findings::{Finding, Verdict};
pub use explain::simulate::EmulatorClock;
pub use halt::{Halt, Stop};
pub use journal::Journal;
pub use report::{ExperimentReport, Report};
pub use review::{Reviewed, Unreadable};
pub use run::{Options, run};
pub use target::{Target, TargetError};
pub use trace::{Known, Record, Refused, Step};

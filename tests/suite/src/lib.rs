//! What the suites share: fixtures, hostile servers and the search for leaked secrets.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod fixtures;
pub mod hostile;
pub mod sentinel;

/// The examples in the README compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

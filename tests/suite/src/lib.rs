//! What the suites share: fixtures.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod fixtures;

/// The examples in the README compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

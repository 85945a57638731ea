//! Fixtures that the suites share.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod fixtures;

/// Compiles and runs the examples in the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

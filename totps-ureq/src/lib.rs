//! Blocking adapter.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

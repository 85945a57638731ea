//! Async adapter of totps on hyper 1. It has no content yet.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

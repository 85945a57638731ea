//! The conformance suites: one binary, one module for each subject.

mod adapters;
mod errors;
mod requests;
mod responses;
mod secrets;
mod transports;
mod ureq;

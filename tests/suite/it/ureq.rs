//! Tests of totps-ureq only. The module `conformance` has the rules for every transport.

mod exchange;
mod logs;
mod settings;

//! Rules that must hold for any input, with one module for each fuzz target. The targets run these
//! checks, and the tests run them again on all stored inputs.

#![allow(clippy::panic, reason = "a check fails by panicking")]

pub mod http1;
pub mod params;
pub mod project;
pub mod qr_code;
pub mod response;
pub mod session_jwt;
pub mod timestamp;
pub mod totp_code;

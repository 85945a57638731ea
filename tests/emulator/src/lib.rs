//! A stateful, loopback-only emulator of Stytch's B2B TOTP API for offline development and tests.
//!
//! It keeps organizations, members, TOTP registrations and sessions in memory, checks real RFC 6238
//! codes, signs real RS256 session JWTs and answers in the form that the live API uses. It is
//! written from the API's documentation alone, without the types of any client, so that a client's
//! mistake cannot hide in it.
//!
//! [`Emulator::start`] gives a ready member; [`Emulator::builder`] everything else. The README has
//! the command line, the control interface for other languages and the settings.
//!
//! ```
//! use totps_emulator::Emulator;
//!
//! # fn main() -> std::io::Result<()> {
//! let emulator = Emulator::start()?;
//! // Point a client at `emulator.base_url()` with these:
//! let credentials = (emulator.project_id(), emulator.secret());
//! let ready = (
//!     emulator.organization_id(),
//!     emulator.member_id(),
//!     emulator.intermediate_session_token(),
//! );
//! # let _ = (credentials, ready);
//! # Ok(())
//! # }
//! ```
//!
//! It is a test tool: it binds to loopback only and shows every secret that it was given or made.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod api;
mod authorization;
mod backend;
mod clock;
mod config;
mod control;
mod custom_claims;
mod devices;
mod directory;
mod emulator;
mod error;
mod fault;
mod faulty_stream;
mod fields;
mod generator;
mod json;
mod member;
mod organization;
mod provisioning;
mod qr_code;
mod recovery_code_calls;
mod response;
mod server;
mod session;
mod session_arguments;
mod session_calls;
mod session_jwt;
mod settings;
mod tls;
mod totp;
mod totp_calls;

pub use backend::RecordedRequest;
pub use config::{Config, ConfigError};
pub use emulator::{Builder, Emulator, MemberHandle, SessionTokens};
pub use fault::{Fault, RateLimitError};
pub use member::{MemberStatus, NewMember};
pub use organization::{MfaMethod, MfaPolicy, NewOrganization};
pub use session::Factor;
pub use settings::{
    Algorithm, ErrorAnswer, ExistingRecoveryCodes, MemberChanges, ReplayScope, ReservedClaims,
    SecondCreate, Settings, Situation,
};
pub use totp::{InvalidSecret, authenticator_code};

/// Compiles and runs the README's Rust code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

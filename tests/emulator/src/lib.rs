//! A stateful, loopback-only emulator of Stytch's B2B TOTP API for offline development and tests.
//!
//! It keeps Organizations, Members, TOTP registrations and sessions in memory, checks real RFC 6238
//! codes, signs real RS256 session JWTs and responds in the format of the live API. It is written
//! from the API's documentation alone, without the types of any client, so that it does not repeat
//! a client's mistake.
//!
//! [`Emulator::start`] starts an emulator with a Member that is ready to use. [`Emulator::builder`]
//! configures everything else. The README describes the command line, the control interface for
//! other languages and the settings.
//!
//! ```
//! use totps_emulator::Emulator;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
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
//! It is a test tool: it listens on loopback only and shows every secret that it is given or
//! generates.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod api;
mod builder;
mod clock;
mod config;
mod control;
mod emulator;
mod endpoint;
mod fault;
mod host;
mod json;
mod log;
mod login;
mod sendable;
mod server;
mod settings;
mod state;

pub use builder::{Builder, StartError};
pub use config::{Config, ConfigError};
pub use emulator::Emulator;
pub use endpoint::{Access, ENDPOINTS, Endpoint};
pub use fault::{Fault, RateLimitError};
pub use host::{MemberHandle, OrganizationHandle, RecordedRequest, SessionTokens};
pub use log::LogEntry;
pub use settings::{
    Algorithm, ClaimsSettings, ErrorCase, ErrorResponse, Errors, Evidence, ExistingRecoveryCodes,
    GetWithBoth, HttpSettings, LockSettings, LoginSettings, MemberChanges, MemberSettings,
    MfaSettings, OrganizationSettings, PasswordSettings, RateLimitSettings, RbacSettings,
    RecoveryCodeSettings, ReplayScope, ReservedClaims, SearchSettings, SecondCreate,
    SessionSettings, Setting, Settings, TotpSettings, UpdateSettings,
};
pub use state::{
    Factor, InvalidSecret, MemberStatus, MfaMethod, MfaPolicy, NewMember, NewOrganization,
    authenticator_code,
};

/// Compiles and runs the README's Rust code.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

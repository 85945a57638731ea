//! A stateful, loopback-only emulator of Stytch's B2B TOTP API for offline development and tests.
//!
//! It keeps organizations, members, TOTP registrations and sessions in memory, checks real RFC 6238
//! codes, signs real RS256 session JWTs and answers in the form that the live API uses. It is
//! written from the API's documentation alone, without the types of any client, so that a client's
//! mistake cannot hide in it.
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
mod backend;
mod clock;
mod directory;
mod emulator;
mod error;
mod fields;
mod generator;
mod json;
mod member;
mod organization;
mod qr_code;
mod seed;
mod server;
mod session;
mod session_jwt;
mod settings;
mod totp;

pub use backend::RecordedRequest;
pub use emulator::{Builder, Emulator, MemberHandle};
pub use member::{MemberStatus, NewMember};
pub use organization::{MfaMethod, MfaPolicy, NewOrganization};
pub use session::Factor;
pub use settings::{
    Algorithm, ErrorAnswer, ExistingRecoveryCodes, MemberChanges, ReplayScope, ReservedClaims,
    SecondCreate, Settings, Situation,
};
pub use totp::{InvalidSecret, authenticator_code};

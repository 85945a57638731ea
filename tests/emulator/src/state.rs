//! The data of the emulator: Organizations, Members and sessions, and how their values are
//! generated.

pub(crate) mod attribute;
pub(crate) mod directory;
pub(crate) mod generator;
pub(crate) mod jwt;
pub(crate) mod member;
pub(crate) mod organization;
pub(crate) mod password;
mod rsa;
pub(crate) mod session;
pub(crate) mod totp;

pub use self::member::{MemberStatus, NewMember};
pub use self::organization::{MfaMethod, MfaPolicy, NewOrganization};
pub use self::session::Factor;
pub use self::totp::{InvalidSecret, authenticator_code};

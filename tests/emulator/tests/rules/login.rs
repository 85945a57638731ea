//! Rules of a login that hold for several endpoints.

pub(crate) mod claims;
pub(crate) mod lock;
pub(crate) mod mfa;
pub(crate) mod session;

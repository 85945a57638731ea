//! Rules for logins that apply to several endpoints.

pub(crate) mod claims;
pub(crate) mod lock;
pub(crate) mod mfa;
pub(crate) mod session;

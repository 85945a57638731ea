//! A Member's sessions: check one, end them, fetch the keys of their JWTs.

pub(crate) mod authenticate;
#[cfg(feature = "session-jwt")]
pub(crate) mod jwks;
pub(crate) mod revoke;

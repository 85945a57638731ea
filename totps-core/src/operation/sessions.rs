//! A Member's sessions: check one, end them.

pub(crate) mod authenticate;
pub(crate) mod revoke;

//! Logins: the session that a call presents, the primary factor, and the second factor.

mod claims;
pub(crate) mod devices;
pub(crate) mod next;
pub(crate) mod open;
pub(crate) mod presented;
pub(crate) mod primary;
pub(crate) mod second_factor;

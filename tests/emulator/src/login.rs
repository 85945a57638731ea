//! A login: what a call presents, what a primary factor gives, and what completes it.

mod claims;
pub(crate) mod devices;
pub(crate) mod open;
pub(crate) mod presented;
pub(crate) mod primary;
pub(crate) mod second_factor;

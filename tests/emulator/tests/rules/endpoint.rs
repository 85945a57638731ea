//! The endpoints, one file each.

pub(crate) mod recovery_codes;
pub(crate) mod sessions;
pub(crate) mod totp;

//! The endpoints, one file each.

pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod passwords;
pub(crate) mod recovery_codes;
pub(crate) mod sessions;
pub(crate) mod totp;

//! The values in requests and responses: ids, secrets, codes, points in time.

pub(crate) mod id;
pub(crate) mod json_object;
pub(crate) mod open_enum;
pub(crate) mod qr_code;
pub(crate) mod recovery_code;
pub(crate) mod secret;
pub(crate) mod timestamp;
pub(crate) mod totp_code;
pub(crate) mod totp_secret;
pub(crate) mod wipe;

//! `/v1/b2b/totp`

pub(super) mod authenticate;
pub(super) mod create;
pub(super) mod delete;
mod enroll;
pub(super) mod migrate;

//! `/v1/b2b/totp`

pub(crate) mod authenticate;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod migrate;

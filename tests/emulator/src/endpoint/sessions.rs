//! `/v1/b2b/sessions`

pub(super) mod authenticate;
pub(super) mod get;
pub(super) mod jwks;
pub(super) mod revoke;

//! `/v1/b2b/sessions`

pub(crate) mod authenticate;
pub(crate) mod get;
pub(crate) mod jwks;
pub(crate) mod revoke;

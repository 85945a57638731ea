//! `/v1/b2b/sessions`

pub(crate) mod authenticate;
pub(crate) mod jwks;

//! `/v1/b2b/sessions`

pub(super) mod authenticate;
pub(super) mod jwks;

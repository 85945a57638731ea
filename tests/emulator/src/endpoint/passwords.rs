//! `/v1/b2b/passwords`

pub(super) mod authenticate;
pub(super) mod migrate;

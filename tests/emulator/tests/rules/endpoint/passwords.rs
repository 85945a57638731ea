//! `/v1/b2b/passwords`

pub(crate) mod authenticate;
pub(crate) mod migrate;

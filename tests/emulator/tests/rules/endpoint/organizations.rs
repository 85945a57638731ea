//! `/v1/b2b/organizations`

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod search;
pub(crate) mod update;

pub(crate) const ORGANIZATIONS: &str = "/v1/b2b/organizations";

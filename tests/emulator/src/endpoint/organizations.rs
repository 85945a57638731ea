//! `/v1/b2b/organizations`

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
mod rules;
pub(super) mod search;
pub(super) mod update;

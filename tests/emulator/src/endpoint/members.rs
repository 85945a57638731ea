//! `/v1/b2b/organizations/{organization_id}/members`

pub(super) mod create;
pub(super) mod delete;
pub(super) mod get;
pub(super) mod rules;
pub(super) mod search;
pub(super) mod update;

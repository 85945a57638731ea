//! `/v1/b2b/organizations/{organization_id}/members`

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod search;
pub(crate) mod update;

use crate::client::Client;

/// Returns the path of the first Organization's Members.
pub(crate) fn members(emulator: &Client) -> String {
    format!(
        "/v1/b2b/organizations/{}/members",
        emulator.organization_id()
    )
}

/// Returns the path of the first Member.
pub(crate) fn member(emulator: &Client) -> String {
    format!("{}/{}", members(emulator), emulator.member_id())
}

//! `/v1/b2b/organizations/{organization_id}/members`

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod search;
pub(crate) mod update;

use crate::client::Client;

/// The path of the ready Organization's Members.
pub(crate) fn members(emulator: &Client) -> String {
    format!(
        "/v1/b2b/organizations/{}/members",
        emulator.organization_id()
    )
}

/// The path of the ready Member.
pub(crate) fn member(emulator: &Client) -> String {
    format!("{}/{}", members(emulator), emulator.member_id())
}

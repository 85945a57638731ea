//! `GET /v1/b2b/recovery_codes/{organization_id}/{member_id}`

use serde_json::{Value, json};

use crate::client::{Client, Run as _, accept, assert_error, call, get};
use crate::scenes::{RECOVER, authenticated, fixed, ids, with};

/// Returns the response to a Get for the first Member.
pub(crate) fn get_codes(emulator: &Client) -> Value {
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    get(
        emulator,
        &format!("/v1/b2b/recovery_codes/{organization}/{member}"),
    )
}

#[test]
fn get_shows_the_remaining_codes() {
    let (emulator, session) = authenticated(fixed());
    let response = get_codes(&emulator);
    assert_eq!(response["member_id"], emulator.member_id());
    let codes = response["recovery_codes"].as_array().unwrap();
    let (used, remaining) = codes.split_first().unwrap();
    assert_eq!(remaining.len(), 9);
    let session = json!({ "session_token": session["session_token"], "recovery_code": used });
    accept(&emulator, RECOVER, &with(ids(&emulator), session));
    assert_eq!(get_codes(&emulator)["recovery_codes"], json!(remaining));
}

#[test]
fn without_codes_the_list_is_empty_or_a_setting_refuses_the_call() {
    let emulator = fixed().run();
    assert_eq!(get_codes(&emulator)["recovery_codes"], json!([]));
    emulator.set(|settings| settings.recovery_codes.get_refuses_without_codes = true);
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let path = format!("/v1/b2b/recovery_codes/{organization}/{member}");
    let (status, response) = call(&emulator, "GET", &path, String::new());
    assert_error(status, &response, 404, "recovery_codes_not_found");
}

//! `DELETE /v1/b2b/organizations/{organization_id}/members/{member_id}`

use serde_json::json;
use totps_emulator::Factor;

use super::{member, members};
use crate::client::{Client, Run as _, accept, assert_error, call, call_with, refuse};
use crate::scenes::{AUTHENTICATE, CREATE, SESSION, authenticated, created, fixed, ids, login};

fn delete(emulator: &Client) {
    let (status, response) = call(emulator, "DELETE", &member(emulator), String::new());
    assert_eq!(status, 200, "{response}");
    assert_eq!(response["member_id"], emulator.member_id());
    assert!(response.get("member").is_none(), "{response}");
}

#[test]
fn a_deleted_member_is_not_found_and_has_no_sessions() {
    let (emulator, session) = authenticated(fixed());
    delete(&emulator);
    refuse(&emulator, CREATE, &ids(&emulator), 404, "member_not_found");
    let token = json!({ "session_token": session["session_token"] });
    refuse(&emulator, SESSION, &token, 404, "session_not_found");
    let (status, response) = call(&emulator, "DELETE", &member(&emulator), String::new());
    assert_error(status, &response, 404, "member_not_found");
}

#[test]
fn a_login_in_progress_ends() {
    let emulator = created();
    let login = login(&emulator);
    delete(&emulator);
    refuse(&emulator, AUTHENTICATE, &login, 404, "member_not_found");
    // Not even a new Member with the same id can continue it.
    let again = emulator.create_member(emulator.organization_id(), |new| {
        new.member_id = Some(emulator.member_id().to_owned());
    });
    again.unwrap();
    refuse(
        &emulator,
        AUTHENTICATE,
        &login,
        404,
        "intermediate_session_not_found",
    );
}

#[test]
fn the_address_and_the_external_id_can_be_used_again() {
    let emulator = fixed()
        .member(|member| {
            member.email_address = Some("jane@example.com".to_owned());
            member.external_id = Some("jane".to_owned());
        })
        .run();
    delete(&emulator);
    let body = json!({ "email_address": "jane@example.com", "external_id": "jane" });
    let again = accept(&emulator, &members(&emulator), &body);
    assert_ne!(again["member_id"], emulator.member_id());
}

#[test]
fn a_setting_keeps_the_sessions() {
    let (emulator, session) =
        authenticated(fixed().settings(|settings| settings.member.deletion_ends_sessions = false));
    delete(&emulator);
    let token = json!({ "session_token": session["session_token"] });
    let response = accept(&emulator, SESSION, &token);
    assert_eq!(response["member"]["status"], "deleted");
}

#[test]
fn a_member_may_delete_only_themselves() {
    let emulator = fixed().run();
    let peer = emulator.another_member().member_id;
    for (actor, expected) in [(peer.as_str(), 403), (emulator.member_id(), 200)] {
        let session = emulator
            .create_session(actor, &[Factor::MagicLink])
            .unwrap();
        let headers = [("X-Stytch-Member-Session", session.session_token.as_str())];
        let path = member(&emulator);
        let (status, response) = call_with(&emulator, "DELETE", &path, String::new(), &headers);
        assert_eq!(status, expected, "{response}");
    }
}

//! `POST /v1/b2b/sessions/revoke`

use serde_json::{Value, json};
use totps_emulator::Factor;

use crate::client::{Client, Run as _, accept, assert_error, call_with, refuse};
use crate::scenes::{AUTHENTICATE, SESSION, authenticated, created, fixed, login};

const REVOKE: &str = "/v1/b2b/sessions/revoke";

#[test]
fn each_argument_ends_the_session() {
    for argument in [
        "member_session_id",
        "session_token",
        "session_jwt",
        "member_id",
    ] {
        let (emulator, opened) = authenticated(fixed());
        let other = emulator
            .create_session(emulator.member_id(), &[Factor::MagicLink])
            .unwrap();
        let mut arguments = opened.clone();
        arguments["member_session_id"] = opened["member_session"]["member_session_id"].clone();
        let response = accept(&emulator, REVOKE, &json!({ argument: arguments[argument] }));
        assert_eq!(response.as_object().unwrap().len(), 2, "{response}");
        let token = json!({ "session_token": opened["session_token"] });
        refuse(&emulator, SESSION, &token, 404, "session_not_found");
        let other = json!({ "session_token": other.session_token });
        match argument {
            "member_id" => refuse(&emulator, SESSION, &other, 404, "session_not_found"),
            _ => {
                accept(&emulator, SESSION, &other);
            }
        }
    }
}

#[test]
fn exactly_one_argument_is_required() {
    let emulator = fixed().run();
    refuse(
        &emulator,
        REVOKE,
        &json!({}),
        400,
        "no_session_revoke_arguments",
    );
    let two = json!({ "member_id": "a", "session_token": "b" });
    refuse(
        &emulator,
        REVOKE,
        &two,
        400,
        "too_many_session_revoke_arguments",
    );
    let nobody = json!({ "member_id": "nobody" });
    refuse(&emulator, REVOKE, &nobody, 404, "member_not_found");
}

#[test]
fn an_unknown_session_is_not_found_or_ignored() {
    let emulator = fixed().run();
    let unknown = json!({ "member_session_id": "member-session-test-x" });
    refuse(&emulator, REVOKE, &unknown, 404, "session_not_found");
    emulator.set(|settings| settings.session.revoke_ignores_unknown = true);
    accept(&emulator, REVOKE, &unknown);
    let malformed = json!({ "session_token": "short" });
    refuse(&emulator, REVOKE, &malformed, 400, "invalid_session_token");
}

#[test]
fn a_setting_ends_logins_in_progress() {
    for (ends, expected) in [(false, 200), (true, 404)] {
        let emulator = created();
        emulator.set(|settings| settings.session.revoke_ends_intermediate = ends);
        accept(
            &emulator,
            REVOKE,
            &json!({ "member_id": emulator.member_id() }),
        );
        let (status, response) = crate::client::post(&emulator, AUTHENTICATE, &login(&emulator));
        assert_eq!(status, expected, "{response}");
    }
}

#[test]
fn a_member_revokes_their_own_sessions_and_an_admin_all() {
    let emulator = fixed().run();
    let factors = [Factor::MagicLink];
    let admin = emulator
        .create_member(emulator.organization_id(), |new| new.is_admin = true)
        .unwrap();
    let peer = emulator.another_member();
    let revoke = |emulator: &Client, actor: &str| -> (u16, Value) {
        let session = emulator.create_session(actor, &factors).unwrap();
        let headers = [("X-Stytch-Member-Session", session.session_token.as_str())];
        let body = json!({ "member_id": emulator.member_id() });
        call_with(emulator, "POST", REVOKE, body.to_string(), &headers)
    };
    let (status, response) = revoke(&emulator, &peer.member_id);
    assert_error(status, &response, 403, "session_authorization_error");
    assert_eq!(revoke(&emulator, &admin.member_id).0, 200);
    assert_eq!(revoke(&emulator, emulator.member_id()).0, 200);
}

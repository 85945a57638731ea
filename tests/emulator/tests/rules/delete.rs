//! `DELETE /v1/b2b/organizations/{organization_id}/members/{member_id}/totp`

use serde_json::{Value, json};
use totps_emulator::{Emulator, Factor};
use ureq::http::Request;

use crate::client::{
    CREATE, accept, assert_error, authenticated, basic, call, created, fixed, ids, refuse, send,
};

fn path(emulator: &Emulator) -> String {
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    format!("/v1/b2b/organizations/{organization}/members/{member}/totp")
}

fn delete_as(emulator: &Emulator, header: &str, value: &str) -> (u16, Value) {
    send(
        Request::builder()
            .method("DELETE")
            .uri(format!("{}{}", emulator.base_url(), path(emulator)))
            .header(
                "Authorization",
                basic(emulator.project_id(), emulator.secret()),
            )
            .header(header, value)
            .body(String::new())
            .unwrap(),
    )
}

#[test]
fn afterwards_the_member_may_start_again() {
    let (emulator, session) = authenticated(fixed());
    refuse(
        &emulator,
        CREATE,
        &ids(&emulator),
        400,
        "active_totp_exists",
    );
    let (status, answer) = call(&emulator, "DELETE", &path(&emulator), String::new());
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["member_id"], emulator.member_id());
    assert_eq!(answer["member"]["totp_registration_id"], "");
    assert_eq!(answer["member"]["default_mfa_method"], "");
    assert_eq!(
        answer["organization"]["organization_id"],
        emulator.organization_id()
    );
    assert_eq!(emulator.code(emulator.member_id()), None);
    // Sessions stay.
    let token = json!({ "session_token": session["session_token"] });
    accept(&emulator, "/v1/b2b/sessions/authenticate", &token);
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn a_member_without_a_totp_has_nothing_to_delete() {
    let emulator = fixed().start().unwrap();
    let (status, answer) = call(&emulator, "DELETE", &path(&emulator), String::new());
    assert_error(status, &answer, 404, "totp_not_found");
}

#[test]
fn a_members_session_may_delete_the_own_totp() {
    let emulator = created();
    let session = emulator
        .new_session(emulator.member_id(), &[Factor::MagicLink])
        .unwrap();
    let jwt = delete_as(
        &emulator,
        "X-Stytch-Member-SessionJWT",
        &session.session_jwt,
    );
    assert_eq!(jwt.0, 200, "{}", jwt.1);
    accept(&emulator, CREATE, &ids(&emulator));
    let token = delete_as(&emulator, "X-Stytch-Member-Session", &session.session_token);
    assert_eq!(token.0, 200, "{}", token.1);
}

#[test]
fn only_an_admin_of_the_organization_may_delete_that_of_another() {
    let emulator = created();
    let session_of = |member: &str| {
        emulator
            .new_session(member, &[Factor::MagicLink])
            .unwrap()
            .session_token
    };
    let header = "X-Stytch-Member-Session";
    let peer = session_of(&emulator.new_member().member_id);
    let (status, answer) = delete_as(&emulator, header, &peer);
    assert_error(status, &answer, 403, "session_authorization_error");
    let foreign = session_of(&emulator.add_organization(|_| {}).unwrap()[0].member_id);
    let (status, answer) = delete_as(&emulator, header, &foreign);
    assert_error(status, &answer, 403, "session_authorization_tenancy_error");
    let admin = emulator
        .add_member(emulator.organization_id(), |new| new.is_admin = true)
        .unwrap();
    let admin = session_of(&admin.member_id);
    let (status, answer) = delete_as(&emulator, header, &admin);
    assert_eq!(status, 200, "{answer}");
}

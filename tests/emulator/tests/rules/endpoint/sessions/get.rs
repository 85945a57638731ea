//! `GET /v1/b2b/sessions`

use std::time::Duration;

use serde_json::json;
use totps_emulator::Factor;

use crate::client::{Client, Run as _, assert_error, call, get};
use crate::scenes::{authenticated, fixed};

fn path(emulator: &Client) -> String {
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    format!("/v1/b2b/sessions?organization_id={organization}&member_id={member}")
}

#[test]
fn it_lists_the_live_sessions_of_a_member() {
    let (emulator, first) = authenticated(fixed());
    let peer = emulator.another_member().member_id;
    for member in [emulator.member_id(), &peer] {
        emulator
            .create_session(member, &[Factor::MagicLink])
            .unwrap();
    }
    let response = get(&emulator, &path(&emulator));
    let sessions = response["member_sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0], first["member_session"]);
    emulator.advance(Duration::from_secs(60 * 60));
    assert_eq!(
        get(&emulator, &path(&emulator))["member_sessions"],
        json!([])
    );
}

#[test]
fn both_parameters_are_required() {
    let emulator = fixed().run();
    for query in [
        "",
        "organization_id=x",
        "member_id=x",
        "organization_id=&member_id=x",
    ] {
        let path = format!("/v1/b2b/sessions?{query}");
        let (status, response) = call(&emulator, "GET", &path, String::new());
        assert_error(status, &response, 400, "bad_request");
    }
    let (status, response) = call(
        &emulator,
        "GET",
        "/v1/b2b/sessions?organization_id=x&member_id=x",
        String::new(),
    );
    assert_error(status, &response, 404, "organization_not_found");
}

//! The control interface.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{
    AUTHENTICATE, CREATE, accept, ask_control, authenticated, control, created, fixed, ids, login,
    refuse, start_of_time, with,
};

#[test]
fn the_start_values_are_shown() {
    let emulator = fixed().start().unwrap();
    assert_eq!(
        control(&emulator, "GET", "", &json!({})),
        json!({
            "project_id": emulator.project_id(),
            "secret": emulator.secret(),
            "organization_id": emulator.organization_id(),
            "member_id": emulator.member_id(),
            "intermediate_session_token": emulator.intermediate_session_token(),
            "seed": 1,
        })
    );
}

#[test]
fn a_reset_goes_back_to_the_start() {
    let (emulator, _) = authenticated(fixed());
    emulator.change_settings(|settings| settings.success_status = 201);
    let before = control(&emulator, "GET", "", &json!({}));
    assert_eq!(control(&emulator, "POST", "/reset", &json!({})), before);
    assert_eq!(emulator.code(emulator.member_id()), None);
    assert_eq!(emulator.now(), start_of_time());
    assert!(emulator.requests().is_empty());
    accept(&emulator, CREATE, &ids(&emulator));
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn the_clock_is_moved_and_released() {
    let emulator = fixed().start().unwrap();
    let clock = |method: &str, body: Value| control(&emulator, method, "/clock", &body);
    let start = json!({ "now": "2023-11-14T22:13:20Z", "real": false });
    assert_eq!(clock("GET", json!({})), start);
    let later = json!({ "now": "2023-11-14T22:13:50Z", "real": false });
    assert_eq!(clock("POST", json!({ "advance_seconds": 30 })), later);
    assert_eq!(
        clock("POST", json!({ "now": "2023-11-14T22:13:50Z" })),
        later
    );
    assert_eq!(clock("POST", json!({ "real": true }))["real"], true);
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    assert!(emulator.now() > start_of_time() + year);
    assert_eq!(clock("POST", json!({ "real": false }))["real"], false);
    assert_eq!(emulator.now(), emulator.now());
    clock("POST", json!({ "advance_seconds": u64::MAX }));
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn organizations_and_members_are_made() {
    let emulator = fixed().start().unwrap();
    let organization = json!({
        "organization_slug": "acme",
        "mfa_policy": "REQUIRED_FOR_ALL",
        "allowed_mfa_methods": ["totp"],
        "members": [{ "external_id": "first" }, { "external_id": "second" }],
    });
    let made = control(&emulator, "POST", "/organizations", &organization);
    assert_eq!(made["organization_slug"], "acme");
    assert_eq!(made["members"].as_array().unwrap().len(), 2);
    let member = json!({ "organization_id": "acme", "external_id": "third", "name": "Third" });
    let made = control(&emulator, "POST", "/members", &member);
    let create = json!({ "organization_id": "acme", "member_id": "third" });
    let answer = accept(&emulator, CREATE, &create);
    assert_eq!(answer["member_id"], made["member_id"]);
    assert_eq!(answer["member"]["name"], "Third");
    assert_eq!(answer["organization"]["mfa_policy"], "REQUIRED_FOR_ALL");
    let code = control(&emulator, "GET", "/members/third/code", &json!({}));
    let token = json!({ "intermediate_session_token": made["intermediate_session_token"] });
    accept(&emulator, AUTHENTICATE, &with(with(create, code), token));
}

#[test]
fn sessions_are_made() {
    let emulator = created();
    let order = json!({ "member_id": emulator.member_id() });
    let token = control(&emulator, "POST", "/intermediate_sessions", &order);
    accept(&emulator, AUTHENTICATE, &with(login(&emulator), token));
    let order = with(
        order,
        json!({ "factors": ["magic_link", "sms_otp", "totp"] }),
    );
    let session = control(&emulator, "POST", "/sessions", &order);
    let factors = &session["member_session"]["authentication_factors"];
    assert_eq!(factors.as_array().unwrap().len(), 3);
    let token = json!({ "session_token": session["session_token"] });
    accept(&emulator, "/v1/b2b/sessions/authenticate", &token);
}

#[test]
fn requests_are_listed_and_forgotten() {
    let emulator = created();
    let listed = control(&emulator, "GET", "/requests", &json!({}))["requests"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["method"], "POST");
    assert_eq!(listed[0]["path"], CREATE);
    assert_eq!(
        listed[0]["headers"]["content-type"],
        json!(["application/json"])
    );
    assert_eq!(listed[0]["body"], ids(&emulator).to_string());
    control(&emulator, "DELETE", "/requests", &json!({}));
    assert!(emulator.requests().is_empty());
}

#[test]
fn settings_are_shown_and_changed() {
    let emulator = created();
    let before = control(&emulator, "GET", "/settings", &json!({}));
    assert_eq!(before["lock_after_failures"], 10);
    let errors = json!({
        "totp_not_found": { "status": 400, "error_type": "x", "error_message": "y" },
    });
    let change = json!({ "success_status": 201, "errors": errors });
    let after = control(&emulator, "PATCH", "/settings", &change);
    assert_eq!(after, with(before, change));
    assert_eq!(
        crate::client::post(&emulator, CREATE, &ids(&emulator)).0,
        201
    );
}

#[test]
fn no_setting_shuts_it_out() {
    let emulator = fixed().start().unwrap();
    control(
        &emulator,
        "PATCH",
        "/settings",
        &json!({ "max_body_bytes": 0 }),
    );
    refuse(&emulator, CREATE, &ids(&emulator), 400, "bad_request");
    control(
        &emulator,
        "PATCH",
        "/settings",
        &json!({ "max_body_bytes": 1000 }),
    );
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn what_it_does_not_understand_it_says() {
    let emulator = fixed().start().unwrap();
    for (method, path, body, status) in [
        ("GET", "/nothing", json!({}), 404),
        ("PUT", "/clock", json!({}), 404),
        ("POST", "/clock", json!({ "now": "yesterday" }), 400),
        ("POST", "/clock", json!({}), 400),
        ("POST", "/members", json!({ "color": "red" }), 400),
        ("POST", "/members", json!({ "totp_secret": "1" }), 400),
        (
            "POST",
            "/members",
            json!({ "organization_id": "nowhere" }),
            404,
        ),
        ("POST", "/organizations", json!([]), 400),
        ("POST", "/sessions", json!({ "member_id": "nobody" }), 404),
        ("GET", "/members/nobody/code", json!({}), 404),
        ("PATCH", "/settings", json!({ "color": "red" }), 400),
        ("POST", "/faults", json!({ "fault": "flood" }), 400),
        (
            "POST",
            "/faults",
            json!({ "fault": "reset", "times": -1 }),
            400,
        ),
    ] {
        let (got, answer) = ask_control(&emulator, method, path, &body);
        assert_eq!(got, status, "{method} {path} {answer}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    refuse(
        &emulator,
        "/__emulatorx",
        &json!({}),
        404,
        "route_not_found",
    );
}

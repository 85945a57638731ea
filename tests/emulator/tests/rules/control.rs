//! The control interface.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Run as _, accept, ask_control, control, post, refuse};
use crate::scenes::{
    AUTHENTICATE, CREATE, authenticated, created, fixed, ids, login, start_of_time, with,
};

#[test]
fn the_start_values_are_shown() {
    let emulator = fixed().run();
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
    emulator.set(|settings| settings.http.success_status = 201);
    let before = control(&emulator, "GET", "", &json!({}));
    assert_eq!(control(&emulator, "POST", "/reset", &json!({})), before);
    assert_eq!(emulator.code(emulator.member_id()), None);
    assert_eq!(emulator.now(), start_of_time());
    assert!(emulator.requests().is_empty());
    accept(&emulator, CREATE, &ids(&emulator));
    accept(&emulator, AUTHENTICATE, &login(&emulator));
}

#[test]
fn the_clock_can_be_moved_stopped_and_switched_to_real_time() {
    let emulator = fixed().run();
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
fn organizations_and_members_are_created() {
    let emulator = fixed().run();
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
    let response = accept(&emulator, CREATE, &create);
    assert_eq!(response["member_id"], made["member_id"]);
    assert_eq!(response["member"]["name"], "Third");
    assert_eq!(response["organization"]["mfa_policy"], "REQUIRED_FOR_ALL");
    let code = control(&emulator, "GET", "/members/third/code", &json!({}));
    let token = json!({ "intermediate_session_token": made["intermediate_session_token"] });
    accept(&emulator, AUTHENTICATE, &with(with(create, code), token));
}

#[test]
fn sessions_are_created() {
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
fn requests_are_listed_and_deleted() {
    let emulator = created();
    let listed = control(&emulator, "GET", "/requests", &json!({}))["requests"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["endpoint"], "totp.create");
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
    assert_eq!(before["lock"]["after_failures"], 10);
    assert_eq!(before["errors"]["wrong_code"]["status"], 401);
    let change = json!({
        "http": { "success_status": 201, "response_headers": { "x-test": "yes" } },
        "errors": { "totp_not_found": { "status": 400 } },
    });
    let after = control(&emulator, "PATCH", "/settings", &change);
    let mut expected = before.clone();
    expected["http"]["success_status"] = json!(201);
    expected["http"]["response_headers"] = json!({ "x-test": "yes" });
    expected["errors"]["totp_not_found"]["status"] = json!(400);
    assert_eq!(after, expected);
    assert_eq!(post(&emulator, CREATE, &ids(&emulator)).0, 201);
    // Null restores the default.
    let change = json!({ "http": null, "errors": { "totp_not_found": { "status": null } } });
    assert_eq!(control(&emulator, "PATCH", "/settings", &change), before);
}

#[test]
fn an_invalid_setting_changes_nothing() {
    let emulator = created();
    for (change, place) in [
        (
            json!({ "http": { "success_status": 99 } }),
            "http.success_status:",
        ),
        (
            json!({ "http": { "success_status": 204 } }),
            "http.success_status:",
        ),
        (
            json!({ "http": { "response_headers": { "a b": "" } } }),
            "http.response_headers.a b:",
        ),
        (
            json!({ "lock": { "after_failures": 0 } }),
            "lock.after_failures: must be 1 to 100",
        ),
        (
            json!({ "lock": { "after_failures": 101 } }),
            "lock.after_failures: must be 1 to 100",
        ),
        (
            json!({ "lock": { "minutes": 4 } }),
            "lock.minutes: must be 5 to 10080",
        ),
        (
            json!({ "lock": { "minutes": 10_081 } }),
            "lock.minutes: must be 5 to 10080",
        ),
        (
            json!({ "recovery_codes": { "count": 1_000_000_000_000_u64 } }),
            "recovery_codes.count: must be 0 to 1000",
        ),
        (
            json!({ "recovery_codes": { "count": 1_001 } }),
            "recovery_codes.count: must be 0 to 1000",
        ),
        (
            json!({ "lock": { "after_failures": "three" } }),
            "lock.after_failures:",
        ),
        (json!({ "totp": { "qr_pixels": 5000 } }), "totp.qr_pixels:"),
        (
            json!({ "totp": { "migrate_secret_min_bytes": 500 } }),
            "totp.migrate_secret_min_bytes:",
        ),
        (json!({ "totp": { "color": "red" } }), "totp.color:"),
        (
            json!({ "password": { "migrated_member_status": "deleted" } }),
            "password.migrated_member_status:",
        ),
        (
            json!({ "member": { "create_status": 99 } }),
            "member.create_status:",
        ),
        (
            json!({ "session": { "max_duration_minutes": 4 } }),
            "session.max_duration_minutes:",
        ),
        (
            json!({ "errors": { "wrong_code": { "status": 1000 } } }),
            "errors.wrong_code.status:",
        ),
        (json!({ "errors": { "wrong_day": {} } }), "errors"),
    ] {
        let (status, response) = ask_control(&emulator, "PATCH", "/settings", &change);
        assert_eq!(status, 400, "{change} {response}");
        let error = response["error"].as_str().unwrap();
        assert!(error.starts_with(place), "expected {place} in {error}");
        assert_eq!(emulator.settings(), totps_emulator::Settings::default());
    }
}

#[test]
fn the_tables_are_served() {
    let emulator = fixed().run();
    let endpoints = control(&emulator, "GET", "/endpoints", &json!({}))["endpoints"].clone();
    assert_eq!(
        endpoints.as_array().unwrap().len(),
        totps_emulator::ENDPOINTS.len()
    );
    assert_eq!(
        endpoints[0],
        json!({
            "name": "totp.create",
            "about": "Create a TOTP",
            "method": "POST",
            "path": "/v1/b2b/totp",
            "query": [],
            "fields": [
                "organization_id", "member_id", "expiration_minutes",
                "intermediate_session_token", "session_token", "session_jwt",
            ],
            "needs_credentials": true,
            "rbac_action": null,
        })
    );
    let guesses = control(&emulator, "GET", "/guesses", &json!({}))["guesses"].clone();
    let guess = |name: &str| {
        let guesses = guesses.as_array().unwrap().iter();
        guesses
            .clone()
            .find(|guess| guess["setting"] == name)
            .cloned()
    };
    assert_eq!(guess("totp.code_window_steps").unwrap()["default"], 1);
    assert_eq!(
        guess("errors.wrong_code").unwrap()["default"]["status"],
        401
    );
    assert_eq!(guess("lock.after_failures"), None);
    assert_eq!(guess("errors.active_totp_exists"), None);
}

#[test]
fn no_setting_blocks_the_control_interface() {
    let emulator = fixed().run();
    let limit = |bytes: u32| {
        let change = json!({ "http": { "max_body_bytes": bytes } });
        control(&emulator, "PATCH", "/settings", &change);
    };
    limit(0);
    refuse(&emulator, CREATE, &ids(&emulator), 400, "bad_request");
    limit(1000);
    accept(&emulator, CREATE, &ids(&emulator));
    let large = json!({ "name": "x".repeat(1024 * 1024) });
    assert_eq!(ask_control(&emulator, "POST", "/members", &large).0, 400);
}

#[test]
fn an_invalid_request_gets_an_error() {
    let emulator = fixed().run();
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
        let (got, response) = ask_control(&emulator, method, path, &body);
        assert_eq!(got, status, "{method} {path} {response}");
        assert!(response["error"].is_string(), "{response}");
    }
    for (path, body) in [
        ("/members", json!("815815")),
        ("/clock", json!({ "now": "815815" })),
    ] {
        let (status, response) = ask_control(&emulator, "POST", path, &body);
        assert_eq!(status, 400, "{response}");
        assert!(!response.to_string().contains("815815"), "{response}");
    }
    refuse(
        &emulator,
        "/__emulatorx",
        &json!({}),
        404,
        "route_not_found",
    );
}

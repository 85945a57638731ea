//! Settings that no other file tests.

use std::fs;
use std::path::Path;

use serde_json::json;
use totps_emulator::{ErrorCase, ErrorResponse, Settings};
use ureq::http::Request;

use crate::client::{Run as _, assert_error, basic, call, post, send};
use crate::scenes::{AUTHENTICATE, CREATE, created, fixed, ids, login, with, wrong_code};

#[test]
fn errors_can_be_changed() {
    let emulator = created();
    emulator.set(|settings| {
        let response = ErrorResponse::new(418, "teapot", "Short and stout.");
        settings.errors[ErrorCase::WrongCode] = response;
    });
    let body = with(login(&emulator), json!({ "code": wrong_code(&emulator) }));
    let (status, response) = post(&emulator, AUTHENTICATE, &body);
    assert_error(status, &response, 418, "teapot");
    assert_eq!(response["error_message"], "Short and stout.");
}

#[test]
fn success_may_have_another_status_and_headers() {
    let emulator = fixed()
        .settings(|settings| {
            settings.http.success_status = 201;
            settings
                .http
                .response_headers
                .insert("x-test".to_owned(), "yes".to_owned());
        })
        .run();
    let (status, response) = post(&emulator, CREATE, &ids(&emulator));
    assert_eq!((status, &response["status_code"]), (201, &json!(201)));
    let response = ureq::get(format!(
        "{}/v1/b2b/sessions/jwks/{}",
        emulator.base_url(),
        emulator.project_id()
    ))
    .call()
    .unwrap();
    assert_eq!(response.headers()["x-test"], "yes");
}

#[test]
fn strange_bodies_are_accepted_or_refused() {
    let emulator = fixed().run();
    let member = emulator.member_id();
    let unknown = with(ids(&emulator), json!({ "color": "red" })).to_string();
    let twice = with(ids(&emulator), json!({ "member_id": "x" })).to_string();
    let twice = twice.replace("\"x\"", &format!("\"x\",\"member_id\":\"{member}\""));
    let post = |body: &String| call(&emulator, "POST", CREATE, body.clone());
    assert_eq!(post(&unknown).0, 200);
    assert_eq!(post(&twice).0, 200);
    emulator.set(|settings| settings.http.refuse_unknown_fields = true);
    let (status, response) = post(&unknown);
    assert_error(status, &response, 400, "bad_request");
    emulator.set(|settings| settings.http.refuse_duplicate_keys = true);
    let (status, response) = post(&twice);
    assert_error(status, &response, 400, "bad_request");
}

#[test]
fn other_content_types_are_accepted_or_refused() {
    let emulator = fixed().run();
    let post = |content_type: &str| {
        let request = Request::builder()
            .method("POST")
            .uri(CREATE)
            .header(
                "Authorization",
                basic(emulator.project_id(), emulator.secret()),
            )
            .header("Content-Type", content_type);
        send(&emulator, request.body(ids(&emulator).to_string()).unwrap())
    };
    assert_eq!(post("text/plain").0, 200);
    emulator.set(|settings| settings.http.require_json_content_type = true);
    assert_eq!(post("application/json; charset=utf-8").0, 200);
    let (status, response) = post("text/plain");
    assert_error(status, &response, 400, "bad_request");
}

/// The sources of all tests.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text += &sources(&path);
        } else {
            text += &fs::read_to_string(path).unwrap();
        }
    }
    text
}

#[test]
fn every_setting_occurs_in_a_test() {
    let mut text = sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")));
    text.retain(|c| !c.is_whitespace());
    let missing: Vec<_> = Settings::table()
        .into_iter()
        .map(|row| format!("settings.{}.{}", row.group, row.name))
        .filter(|name| !text.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "expected a test that sets {missing:?}");
}

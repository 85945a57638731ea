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
fn settings_refuse_unknown_fields_and_duplicate_keys() {
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
fn a_setting_makes_the_first_duplicate_key_count() {
    let emulator = fixed().run();
    let member = emulator.member_id();
    let body = with(ids(&emulator), json!({ "member_id": "x" })).to_string();
    let good_last = body.replace("\"x\"", &format!("\"x\",\"member_id\":\"{member}\""));
    let good_first = body.replace("\"x\"", &format!("\"{member}\",\"member_id\":\"x\""));
    let post = |body: &String| call(&emulator, "POST", CREATE, body.clone()).0;
    assert_eq!([post(&good_last), post(&good_first)], [200, 404]);
    emulator.set(|settings| settings.http.first_duplicate_counts = true);
    assert_eq!([post(&good_last), post(&good_first)], [404, 200]);
}

#[test]
fn settings_make_the_parsing_of_bodies_and_paths_lenient() {
    let emulator = fixed().run();
    let whole = ids(&emulator).to_string();
    let upper = whole.replace("member_id", "Member_ID");
    let marked = format!("\u{feff}{whole}");
    let trailing = format!("{whole} x");
    let slash = format!("{CREATE}/");
    let status = |path: &str, body: &String| call(&emulator, "POST", path, body.clone()).0;
    let all = || {
        [
            status(CREATE, &upper),
            status(CREATE, &marked),
            status(CREATE, &trailing),
            status(&slash, &whole),
        ]
    };
    assert_eq!(all(), [400, 400, 400, 404]);
    emulator.set(|settings| {
        settings.http.ignore_key_case = true;
        settings.http.ignore_byte_order_mark = true;
        settings.http.ignore_trailing_text = true;
        settings.http.ignore_trailing_slash = true;
    });
    assert_eq!(all(), [200; 4]);
}

#[test]
fn keys_that_differ_in_case_are_duplicates_if_the_case_is_ignored() {
    let emulator = fixed().run();
    emulator.set(|settings| settings.http.ignore_key_case = true);
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let body = |first: &str, second: &str| {
        format!(r#"{{"organization_id":"{organization}","{first}":"x","{second}":"{member}"}}"#)
    };
    let orders = [
        body("member_id", "Member_ID"),
        body("Member_ID", "member_id"),
    ];
    let post = |body: &String| call(&emulator, "POST", CREATE, body.clone());
    assert_eq!(orders.each_ref().map(|body| post(body).0), [200; 2]);
    emulator.set(|settings| settings.http.first_duplicate_counts = true);
    assert_eq!(orders.each_ref().map(|body| post(body).0), [404; 2]);
    emulator.set(|settings| settings.http.refuse_duplicate_keys = true);
    for body in &orders {
        let (status, response) = post(body);
        assert_error(status, &response, 400, "bad_request");
    }
}

#[test]
fn a_setting_decides_whether_the_body_of_a_get_is_parsed() {
    let emulator = fixed().run();
    let (organization, member) = (emulator.organization_id(), emulator.member_id());
    let path = format!("/v1/b2b/recovery_codes/{organization}/{member}");
    let status = |body: &str| call(&emulator, "GET", &path, body.to_owned()).0;
    assert_eq!([status("{}"), status("no JSON")], [200, 200]);
    emulator.set(|settings| settings.http.read_unneeded_bodies = true);
    assert_eq!([status("{}"), status("no JSON")], [200, 400]);
}

#[test]
fn the_url_of_an_error_can_be_changed() {
    let emulator = created();
    emulator.set(|settings| {
        let response = &mut settings.errors[ErrorCase::WrongCode];
        response.error_url = "https://example.com/{status}/{error_type}".to_owned();
    });
    let body = with(login(&emulator), json!({ "code": wrong_code(&emulator) }));
    let (_, response) = post(&emulator, AUTHENTICATE, &body);
    assert_eq!(
        response["error_url"],
        "https://example.com/401/unable_to_authenticate_totp"
    );
}

#[test]
fn settings_decide_which_content_types_are_accepted() {
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
    emulator.set(|settings| settings.http.refuse_charset = true);
    assert_eq!(post("application/json").0, 200);
    let (status, response) = post("application/json; charset=utf-8");
    assert_error(status, &response, 400, "bad_request");
}

/// Returns the sources of all tests.
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

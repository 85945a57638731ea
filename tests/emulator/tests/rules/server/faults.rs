//! Faults for the next calls.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::json;
use totps_emulator::{Fault, RateLimitError};
use ureq::http::Request;

use crate::client::{Client, Run as _, accept, ask_control, assert_error, control, post, refuse};
use crate::scenes::{AUTHENTICATE, CREATE, fixed, ids};

#[test]
fn a_fault_replaces_the_response_of_the_api() {
    let emulator = fixed().run();
    let fault = json!({
        "fault": "response", "times": 2, "status": 503, "body": { "a": 1 },
        "headers": { "x-test": "yes" },
    });
    control(&emulator, "POST", "/faults", &fault);
    for _ in 0..2 {
        assert_eq!(
            post(&emulator, CREATE, &ids(&emulator)),
            (503, json!({ "a": 1 }))
        );
    }
    assert_eq!(emulator.code(emulator.member_id()), None);
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn a_fault_can_respond_with_something_other_than_json() {
    let emulator = fixed().run();
    let fault = json!({
        "fault": "response", "status": 502, "body": "<html>Bad Gateway</html>",
        "headers": { "content-type": "text/html" },
    });
    control(&emulator, "POST", "/faults", &fault);
    let response = exchange(&emulator).unwrap();
    assert!(
        response.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{response}"
    );
    assert!(
        response.contains("content-type: text/html\r\n"),
        "{response}"
    );
    assert!(
        response.ends_with("\r\n\r\n<html>Bad Gateway</html>"),
        "{response}"
    );
}

#[test]
fn invalid_faults_are_errors() {
    let emulator = fixed().run();
    for (fault, path) in [
        (Fault::response(0), "status"),
        (Fault::response(101), "status"),
        (Fault::response(1000), "status"),
        (Fault::response(204).body("text"), "status"),
        (
            Fault::response(200).header("no header", "x"),
            "headers.no header",
        ),
        (
            Fault::response(200).header("x-test", "\n"),
            "headers.x-test",
        ),
        (
            Fault::response(200).header("Content-Length", "5"),
            "headers.Content-Length",
        ),
        (Fault::reset().endpoint("totp.delight"), "endpoint"),
        (Fault::drip(0, Duration::ZERO), "bytes"),
        (Fault::reset().body("text"), ""),
        (Fault::delay(Duration::ZERO).header("x-test", "yes"), ""),
        (Fault::reset().retry_after(Duration::ZERO), ""),
    ] {
        let error = emulator.inject(1, fault.clone()).unwrap_err();
        assert_eq!(error.path(), path, "{error} of {fault:?}");
    }
    for (fault, place) in [
        (json!({ "fault": "response", "status": 99 }), "status: 99"),
        (
            json!({ "fault": "response", "status": 200, "headers": { "a b": "" } }),
            "headers.a b:",
        ),
        (
            json!({ "fault": "reset", "endpoint": "totp.delight" }),
            "endpoint: there is no endpoint totp.delight",
        ),
        (json!({ "fault": "reset", "times": -1 }), "times:"),
    ] {
        let (status, response) = ask_control(&emulator, "POST", "/faults", &fault);
        assert_eq!(status, 400, "{response}");
        let error = response["error"].as_str().unwrap();
        assert!(error.contains(place), "expected {place} in {error}");
    }
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn a_fault_for_an_endpoint_does_not_affect_other_endpoints() {
    let emulator = fixed().run();
    emulator.add_fault(1, Fault::response(503).endpoint("totp.create"));
    let fault = json!({ "fault": "response", "status": 502, "endpoint": "sessions.jwks" });
    control(&emulator, "POST", "/faults", &fault);
    let waiting = control(&emulator, "GET", "/faults", &json!({}))["faults"].clone();
    assert_eq!(waiting[0]["endpoint"], "totp.create");
    assert_eq!(waiting[1]["endpoint"], "sessions.jwks");
    assert_eq!(waiting[1]["times"], 1);
    assert_eq!(post(&emulator, AUTHENTICATE, &json!({})).0, 400);
    let path = format!("/v1/b2b/sessions/jwks/{}", emulator.project_id());
    let jwks = || call_raw(&emulator, &path);
    assert_eq!(jwks(), 502);
    assert_eq!(jwks(), 200);
    assert_eq!(call_raw(&emulator, "/nowhere"), 404);
    let request = Request::builder().method("POST").uri(CREATE);
    let request = request.body(String::new()).unwrap();
    assert_eq!(emulator.exchange(request).status(), 503);
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn a_trailing_slash_that_is_ignored_does_not_hide_the_endpoint() {
    let emulator = fixed().run();
    let path = format!("{CREATE}/");
    for (ignored, endpoint, status) in [(false, None, 404), (true, Some("totp.create"), 503)] {
        emulator.set(|settings| settings.http.ignore_trailing_slash = ignored);
        emulator.add_fault(
            1,
            Fault::response(503).body(json!({})).endpoint("totp.create"),
        );
        assert_eq!(post(&emulator, &path, &ids(&emulator)).0, status);
        let recorded = emulator.requests();
        assert_eq!(recorded.last().unwrap().endpoint, endpoint);
    }
}

fn call_raw(emulator: &Client, path: &str) -> u16 {
    let request = Request::builder().uri(path).body(String::new());
    emulator.exchange(request.unwrap()).status().as_u16()
}

#[test]
fn a_lost_response_does_not_undo_the_call() {
    for fault in ["lost_response", "close_after", "lost_answer"] {
        let emulator = fixed().run();
        match fault {
            "lost_response" => emulator.add_fault(1, Fault::lost_response()),
            "close_after" => emulator.add_fault(1, Fault::close_after(0)),
            name => {
                control(&emulator, "POST", "/faults", &json!({ "fault": name }));
            }
        }
        assert_eq!(exchange(&emulator).unwrap(), "", "{fault}");
        assert!(emulator.code(emulator.member_id()).is_some());
    }
}

#[test]
fn each_kind_of_429_is_sent_with_and_without_retry_after() {
    let emulator = fixed().run();
    for (error_type, name) in [
        (RateLimitError::TooManyRequests, "too_many_requests"),
        (
            RateLimitError::UserLockLimitReached,
            "user_lock_limit_reached",
        ),
        (
            RateLimitError::TooFewTokensAuthenticated,
            "too_few_tokens_authenticated",
        ),
    ] {
        emulator.add_fault(1, Fault::rate_limited(error_type));
        let (status, response) = post(&emulator, CREATE, &ids(&emulator));
        assert_error(status, &response, 429, name);
        let fault = json!({
            "fault": "rate_limited", "error_type": name, "retry_after_seconds": 7,
        });
        control(&emulator, "POST", "/faults", &fault);
        let response = exchange(&emulator).unwrap();
        assert!(response.contains("retry-after: 7\r\n"), "{response}");
        assert!(response.contains(name), "{response}");
    }
    emulator.add_fault(1, Fault::rate_limited(RateLimitError::default()));
    assert!(!exchange(&emulator).unwrap().contains("retry-after"));
}

#[test]
fn a_delayed_response_does_not_delay_other_responses() {
    let emulator = fixed().run();
    let day = Duration::from_secs(24 * 60 * 60);
    emulator.add_fault(1, Fault::delay(day));
    let mut delayed = request(&emulator);
    // The API processes the call immediately.
    while emulator.requests().is_empty() {
        thread::yield_now();
    }
    assert!(emulator.code(emulator.member_id()).is_some());
    accept(&emulator, CREATE, &ids(&emulator));
    delayed.set_nonblocking(true).unwrap();
    let error = delayed.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_connection_is_closed_after_the_given_bytes() {
    let emulator = fixed().run();
    for bytes in [0, 1, 20, 500] {
        emulator.add_fault(1, Fault::close_after(bytes));
        assert_eq!(exchange(&emulator).unwrap().len(), bytes);
        // The API processed the call nevertheless.
        assert!(emulator.code(emulator.member_id()).is_some());
    }
    emulator.add_fault(1, Fault::close_after(1_000_000));
    assert!(exchange(&emulator).unwrap().ends_with('}'));
}

#[test]
fn the_connection_is_reset() {
    let emulator = fixed().run();
    emulator.add_fault(1, Fault::reset());
    let error = exchange(&emulator).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(emulator.code(emulator.member_id()).is_some());
}

#[test]
fn a_response_in_pieces_arrives_in_full() {
    let emulator = fixed().run();
    emulator.add_fault(1, Fault::drip(1000, Duration::from_millis(1)));
    assert!(exchange(&emulator).unwrap().ends_with('}'));
}

#[test]
fn faults_apply_in_order_and_can_be_cleared() {
    let emulator = fixed().run();
    let response = |status| Fault::response(status).body(json!({}));
    emulator.add_fault(1, response(500));
    emulator.add_fault(2, response(501));
    emulator.add_fault(0, response(502));
    assert_eq!(post(&emulator, CREATE, &ids(&emulator)).0, 500);
    assert_eq!(post(&emulator, CREATE, &ids(&emulator)).0, 501);
    control(&emulator, "DELETE", "/faults", &json!({}));
    accept(&emulator, CREATE, &ids(&emulator));
    refuse(&emulator, CREATE, &json!({}), 400, "bad_request");
}

/// Sends a Create on a new connection.
fn request(emulator: &Client) -> TcpStream {
    let address = emulator.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let body = ids(emulator).to_string();
    let authorization = emulator.authorization();
    write!(
        stream,
        "POST {CREATE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: {authorization}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    stream
}

/// Sends a Create and returns the whole response.
fn exchange(emulator: &Client) -> std::io::Result<String> {
    let mut response = String::new();
    request(emulator).read_to_string(&mut response)?;
    Ok(response)
}

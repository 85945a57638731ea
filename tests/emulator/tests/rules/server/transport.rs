//! Authorization, routes, bodies and connections.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use serde_json::{Value, json};
use totps_emulator::Emulator;
use ureq::http::Request;

use crate::client::{
    Client, Run as _, accept, assert_error, basic, call, post, refuse, send, start,
};
use crate::scenes::{AUTHENTICATE, CREATE, created, ids, ids_of, login, with};

const UNKNOWN_PROJECT: &str = "project-test-00000000-0000-4000-8000-000000000000";

#[test]
fn credentials_are_checked() {
    let emulator = start();
    let (id, secret) = (emulator.project_id(), emulator.secret());
    for (authorization, status, kind) in [
        (None, 401, "unauthorized_credentials"),
        (Some(basic(id, "wrong")), 401, "unauthorized_credentials"),
        (
            Some(basic(UNKNOWN_PROJECT, secret)),
            401,
            "unauthorized_credentials",
        ),
        (
            Some(basic("my-project", secret)),
            400,
            "invalid_project_id_authentication",
        ),
        (
            Some(basic(&format!("{id} "), secret)),
            400,
            "invalid_project_id_authentication",
        ),
        (
            Some("Bearer x".to_owned()),
            400,
            "invalid_authorization_header",
        ),
        (
            Some("Basic ***".to_owned()),
            400,
            "invalid_authorization_header",
        ),
        (
            Some("Basic".to_owned()),
            400,
            "invalid_authorization_header",
        ),
    ] {
        let mut request = Request::builder().method("POST").uri(CREATE);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        let (got, response) = send(&emulator, request.body(ids(&emulator).to_string()).unwrap());
        assert_error(got, &response, status, kind);
    }
}

#[test]
fn unknown_routes_and_methods_get_an_error_in_the_format_of_stytch() {
    let emulator = start();
    for path in [
        "/",
        "/v1/b2b/totps",
        "/v1/b2b/totp/",
        "//v1/b2b/totp",
        "/v1/%ff",
    ] {
        let (status, response) = call(&emulator, "POST", path, "{}".to_owned());
        assert_error(status, &response, 404, "route_not_found");
    }
    let (status, response) = call(&emulator, "PUT", CREATE, "{}".to_owned());
    assert_error(status, &response, 405, "method_not_allowed");
}

#[test]
fn malformed_bodies_get_an_error_in_the_format_of_stytch() {
    let emulator = start();
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"a\":1}x",
        "{'a':1}",
        "\u{feff}{}",
    ] {
        let (status, response) = call(&emulator, "POST", CREATE, body.to_owned());
        assert_error(status, &response, 400, "bad_request");
    }
    let deep = "[".repeat(100_000);
    let (status, response) = call(&emulator, "POST", CREATE, format!("{{\"a\":{deep}"));
    assert_error(status, &response, 400, "bad_request");
}

#[test]
fn fields_of_the_wrong_type_are_invalid_arguments() {
    let emulator = start();
    for wrong in [
        json!({ "organization_id": 1 }),
        json!({ "member_id": {} }),
        json!({ "expiration_minutes": "30" }),
        json!({ "expiration_minutes": 30.5 }),
        json!({ "expiration_minutes": 3_000_000_000_u64 }),
        json!({ "session_token": [] }),
    ] {
        refuse(
            &emulator,
            CREATE,
            &with(ids(&emulator), wrong),
            400,
            "invalid_argument",
        );
    }
}

#[test]
fn missing_and_empty_required_fields_are_refused() {
    let emulator = created();
    for name in ["organization_id", "member_id", "code"] {
        for value in [Value::Null, json!("")] {
            let body = with(login(&emulator), json!({ name: value }));
            refuse(&emulator, AUTHENTICATE, &body, 400, "bad_request");
        }
    }
}

#[test]
fn null_counts_as_absent() {
    let emulator = start();
    let body = json!({
        "expiration_minutes": null,
        "session_token": null,
        "session_jwt": null,
        "intermediate_session_token": null,
    });
    accept(&emulator, CREATE, &with(ids(&emulator), body));
}

#[test]
fn a_body_above_the_limit_is_refused() {
    let emulator = Emulator::builder()
        .settings(|settings| settings.http.max_body_bytes = 200)
        .run();
    let fill = |size: usize| {
        let body = with(ids(&emulator), json!({ "x": "" })).to_string();
        body.replace(
            "\"x\":\"\"",
            &format!("\"x\":\"{}\"", "x".repeat(size - body.len())),
        )
    };
    assert_eq!(call(&emulator, "POST", CREATE, fill(200)).0, 200);
    for size in [201, 10_000_000] {
        let (status, response) = call(&emulator, "POST", CREATE, fill(size));
        assert_error(status, &response, 400, "bad_request");
    }
}

#[test]
fn chunked_bodies_and_expect_100_continue_work() {
    let emulator = start();
    let body = ids(&emulator).to_string();
    let (first, second) = body.split_at(10);
    let head = head(
        &emulator,
        "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n",
    );
    let chunks = format!(
        "{head}{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    let response = raw(&emulator, chunks.as_bytes());
    assert!(response.starts_with("HTTP/1.1 100 Continue"), "{response}");
    assert!(response.contains("HTTP/1.1 200 OK"), "{response}");
}

#[test]
fn a_body_that_ends_early_gets_an_error_in_the_format_of_stytch() {
    let emulator = start();
    let request = format!(
        "{}{{\"organization_id\":",
        head(&emulator, "Content-Length: 500\r\n")
    );
    let response = raw(&emulator, request.as_bytes());
    assert!(
        response.starts_with("HTTP/1.1 400 Bad Request"),
        "{response}"
    );
    assert!(
        response.contains("\"error_type\":\"bad_request\""),
        "{response}"
    );
}

#[test]
fn a_body_longer_than_its_content_length_gets_an_error_in_the_format_of_stytch() {
    let emulator = start();
    let request = format!(
        "{}{}",
        head(&emulator, "Content-Length: 10\r\n"),
        ids(&emulator)
    );
    let response = raw(&emulator, request.as_bytes());
    assert!(
        response.starts_with("HTTP/1.1 400 Bad Request"),
        "{response}"
    );
    assert!(
        response.contains("\"error_type\":\"bad_request\""),
        "{response}"
    );
}

#[test]
fn bytes_that_are_not_http_get_a_response_and_the_next_call_works() {
    let emulator = start();
    let long_path = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    let noise: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        long_path.as_bytes(),
    ];
    for bytes in noise {
        let response = raw(&emulator, bytes);
        assert!(
            response.starts_with("HTTP/1.1 400 Bad Request\r\n"),
            "{response}"
        );
        let (_, body) = response.split_once("\r\n\r\n").unwrap();
        assert_error(
            400,
            &serde_json::from_str(body).unwrap(),
            400,
            "bad_request",
        );
    }
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn many_clients_work_in_parallel() {
    let emulator = start();
    let members: Vec<_> = (0..200).map(|_| emulator.another_member()).collect();
    thread::scope(|scope| {
        for member in &members {
            let emulator = &emulator;
            scope.spawn(move || {
                accept(emulator, CREATE, &ids_of(member));
                let body = json!({
                    "code": emulator.code(&member.member_id),
                    "intermediate_session_token": member.intermediate_session_token,
                });
                let response = accept(emulator, AUTHENTICATE, &with(ids_of(member), body));
                assert_eq!(response["member_id"], member.member_id);
            });
        }
    });
    assert_eq!(emulator.requests().len(), 400);
}

#[test]
fn requests_are_recorded() {
    let emulator = start();
    let body = ids(&emulator);
    let _ = post(&emulator, &format!("{CREATE}?a=b"), &body);
    let requests = emulator.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, "POST");
    assert_eq!(requests[0].path, "/v1/b2b/totp?a=b");
    let authorization = basic(emulator.project_id(), emulator.secret());
    assert_eq!(requests[0].headers["authorization"], authorization);
    assert_eq!(requests[0].body, body.to_string().into_bytes());
}

#[test]
fn the_emulator_stops_when_it_is_dropped() {
    let emulator = start();
    let address = emulator.base_url().trim_start_matches("http://").to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    assert!(TcpStream::connect(&address).is_ok());
    drop(emulator);
    assert!(TcpStream::connect(&address).is_err());
}

fn head(emulator: &Client, headers: &str) -> String {
    let authorization = basic(emulator.project_id(), emulator.secret());
    format!("POST {CREATE} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n{headers}\r\n")
}

/// Sends bytes, closes the sending side and reads what comes back.
fn raw(emulator: &Client, bytes: &[u8]) -> String {
    let address = emulator.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut response = Vec::new();
    // The server may reset the connection after its response when bytes are left unread.
    let _ = stream.read_to_end(&mut response);
    String::from_utf8_lossy(&response).into_owned()
}

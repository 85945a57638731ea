//! Tests of endpoints that the crate does not type: how their requests are built, and that they
//! follow the rules of the typed calls.

use std::sync::Mutex;

use http::{HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;
use serde::ser::Error as _;
use serde_json::{Value, json};
use totps_core::{
    AsyncClient, Body, Call, Client, DecodeErrorKind, Delivery, Error, InvalidParams, Json,
    Operation, Project, Request, http,
};

use crate::requests::any_text;

/// An operation made of a closure.
struct Made<F>(F);

impl<F: Fn() -> Result<Call, InvalidParams> + Sync> Operation for Made<F> {
    type Response = Json<Value>;

    fn describe(&self) -> Result<Call, InvalidParams> {
        self.0()
    }
}

fn project() -> Project {
    Project::new("project-test-x", "secret-test-x").unwrap()
}

fn request(describe: impl Fn() -> Result<Call, InvalidParams> + Sync) -> Result<Request, Error> {
    project().request(&Made(describe))
}

#[track_caller]
fn refused(describe: impl Fn() -> Result<Call, InvalidParams> + Sync) -> InvalidParams {
    match request(describe) {
        Err(Error::InvalidParams(error)) => error,
        other => panic!("expected the parameters to be refused, not {other:?}"),
    }
}

const TOKEN: &str = "mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q";

#[test]
fn paths_queries_headers_and_bodies_are_sent() {
    let request = request(|| {
        Call::put("/v1/b2b/organizations")
            .segment("organization_id", "acme|1")?
            .path("/members")
            .query("first", "a b&c=d/e?f#g%h+i~")
            .segment("member_id", "é")?
            .query("ünd", "")
            .header("X-Stytch-Member-Session", TOKEN)
            .header(
                HeaderName::from_static("x-other"),
                HeaderValue::from_static("1"),
            )
            .json(&json!({"name": "Ada"}))
    })
    .unwrap();
    assert_eq!(request.method(), "PUT");
    assert_eq!(
        request.uri(),
        "https://test.stytch.com/v1/b2b/organizations/acme%7C1/members/%C3%A9\
         ?first=a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2Bi~&%C3%BCnd="
    );
    for name in ["x-stytch-member-session", "x-other", "authorization"] {
        assert!(
            request.headers()[name].is_sensitive(),
            "{name} must be marked sensitive"
        );
    }
    assert_eq!(request.headers()["x-stytch-member-session"], TOKEN);
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers().len(), 7, "{:?}", request.headers());
    assert_eq!(request.body().as_bytes(), br#"{"name":"Ada"}"#);
}

#[test]
fn requests_without_a_body_have_no_content_headers() {
    for (call, method) in [
        (Call::get("/a"), "GET"),
        (Call::delete("/a"), "DELETE"),
        (Call::post("/a"), "POST"),
        (Call::put("/a"), "PUT"),
    ] {
        let request = request(|| Ok(call.clone())).unwrap();
        assert_eq!(request.method(), method);
        assert!(request.body().is_empty(), "{method} must have no body");
        let content = |name: &HeaderName| name.as_str().starts_with("content-");
        assert!(
            !request.headers().keys().any(content),
            "{method}: {:?}",
            request.headers()
        );
        assert_eq!(
            request.headers().len(),
            4,
            "{method}: {:?}",
            request.headers()
        );
    }
}

#[test]
fn a_body_of_get_or_delete_is_refused() {
    for call in [Call::get("/a"), Call::delete("/a")] {
        let error = refused(|| call.clone().json(&json!({})));
        assert_eq!(error.field(), "body");
    }
}

#[test]
fn bodies_that_cannot_be_serialised_are_refused() {
    struct Failing;
    impl serde::Serialize for Failing {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom(TOKEN))
        }
    }
    let error = refused(|| Call::post("/a").json(&Failing));
    assert_eq!(error.field(), "body");
    assert!(!error.to_string().contains(TOKEN), "{error}");
}

#[test]
fn segments_that_would_change_the_endpoint_are_refused() {
    for value in ["", ".", ".."] {
        let error = refused(|| Call::get("/a").segment("member_id", value));
        assert_eq!(error.field(), "member_id", "{value:?}");
    }
    let longest = "x".repeat(8 * 1024);
    assert!(request(|| Call::get("/a").segment("member_id", &longest)).is_ok());
    for value in [format!("{longest}x"), "|".repeat(3000)] {
        let error = refused(|| Call::get("/a").segment("member_id", &value));
        assert_eq!(error.field(), "member_id");
        let error = refused(|| Ok(Call::get("/a").query("cursor", &value)));
        assert_eq!(error.field(), "cursor");
    }
    let error = refused(|| {
        (0..5).try_fold(Call::get("/a"), |call, _| {
            call.segment("member_id", &longest)
        })
    });
    assert_eq!(error.field(), "path", "the whole path is too long: {error}");
}

/// Every segment is escaped exactly once, even if it contains escapes already.
#[test]
fn segments_stay_one_segment() {
    for (value, escaped) in [
        ("...", "..."),
        ("a/../b", "a%2F..%2Fb"),
        ("%2e%2e", "%252e%252e"),
        ("%7C", "%257C"),
        ("a\r\nHost: b", "a%0D%0AHost%3A%20b"),
        ("a\0", "a%00"),
        ("a\\b", "a%5Cb"),
        ("AZaz09-._~", "AZaz09-._~"),
        ("!$&'()*+,;=:@", "%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40"),
    ] {
        let request = request(|| Call::get("/a").segment("id", value)).unwrap();
        assert_eq!(request.uri().path(), format!("/a/{escaped}"), "{value:?}");
    }
}

#[test]
fn invalid_paths_are_refused() {
    for path in [
        "",
        "/",
        "a",
        "/a/",
        "//host/a",
        "/a/../b",
        "/a?b=c",
        "/a#b",
        "/a%2fb",
        "https://b",
    ] {
        for call in [Call::get(path), Call::get("/a").path(path)] {
            assert_eq!(refused(|| Ok(call.clone())).field(), "path", "{path:?}");
        }
    }
}

#[test]
fn reserved_and_invalid_headers_are_refused() {
    for name in [
        "Host",
        "authorization",
        "PROXY-AUTHORIZATION",
        "User-Agent",
        "Accept-Encoding",
        "Content-Type",
        "Content-Length",
        "Content-Encoding",
        "Content-Whatever",
        "Connection",
        "Transfer-Encoding",
        "TE",
        "Trailer",
        "Upgrade",
        "Expect",
        "Keep-Alive",
    ] {
        let error = refused(|| Ok(Call::get("/a").header(name, "x")));
        assert_eq!(error.field(), name.to_ascii_lowercase());
    }
    for name in ["", "a b", "a:", "a\r\nb", "é", ":path"] {
        let error = refused(|| Ok(Call::get("/a").header(name, "x")));
        assert_eq!(error.field(), "header", "{name:?}");
    }
    for value in ["a\r\nHost: b", "a\nb", "a\0", "é", "\u{7f}"] {
        let error = refused(|| Ok(Call::get("/a").header("X-Session", value)));
        assert_eq!(error.field(), "x-session", "{value:?}");
        assert!(!error.to_string().contains(value), "{error}");
    }
}

#[test]
fn a_second_value_replaces_the_first() {
    let request = request(|| Ok(Call::get("/a").header("X-A", "1").header("x-a", "2"))).unwrap();
    let values: Vec<_> = request.headers().get_all("x-a").iter().collect();
    assert_eq!(values, ["2"]);
}

#[test]
fn the_first_error_is_reported() {
    let error = refused(|| Ok(Call::get("a").header("Host", "x").path("b")));
    assert_eq!(error.field(), "path");
}

#[test]
fn the_path_of_the_base_url_is_a_prefix() {
    let project = Project::at(
        "https://acme.com/stytch/".parse::<http::Uri>().unwrap(),
        "p",
        "s",
    )
    .unwrap();
    let params = Made(|| {
        Ok(Call::get("/v1/b2b/x")
            .segment("id", "a|b")?
            .query("c", "d e"))
    });
    let request = project.request(&params).unwrap();
    assert_eq!(
        request.uri(),
        "https://acme.com/stytch/v1/b2b/x/a%7Cb?c=d%20e"
    );
}

#[test]
fn calls_show_no_header_query_or_body() {
    let call = Call::post("/a")
        .query("token", TOKEN)
        .header("x-session", TOKEN);
    let call = call.json(&json!({"token": TOKEN})).unwrap();
    assert_eq!(
        format!("{call:?}"),
        r#"Call { method: POST, path: "/a", .. }"#
    );
}

fn responding(
    status: u16,
    body: &'static str,
) -> impl Fn(Request) -> Result<http::Response<Body>, std::io::Error> {
    move |_| {
        let mut response = http::Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Ok(response)
    }
}

#[test]
fn errors_are_those_of_the_typed_calls() {
    let params = Made(|| Ok(Call::get("/a")));
    let call = |status, body| Client::new(project(), responding(status, body)).call(&params);

    let json = call(200, "\u{feff} [1, {\"a\": null}] ").unwrap();
    assert_eq!(json.0, json!([1, {"a": null}]));

    let error = call(
        404,
        r#"{"error_type": "member_not_found", "request_id": "request-id-test-1"}"#,
    )
    .unwrap_err();
    assert_eq!(error.error_type().unwrap().as_str(), "member_not_found");
    assert_eq!(error.delivery(), Delivery::Answered);

    for (body, kind) in [
        ("", "Empty"),
        (" \n", "Empty"),
        ("{", "Mismatch"),
        ("{} x", "Mismatch"),
    ] {
        let error = call(200, body).unwrap_err();
        assert_eq!(error.delivery(), Delivery::Answered);
        let Error::Decode(error) = error else {
            panic!("expected a decode error, not {error:?}")
        };
        assert!(
            format!("{:?}", error.kind()).starts_with(kind),
            "{body:?}: {error:?}"
        );
        assert_eq!(error.into_body().as_bytes(), body.as_bytes());
    }
}

#[test]
fn a_success_of_another_type_is_kept_and_not_shown() {
    #[derive(Debug, serde::Deserialize)]
    struct Session {
        #[expect(dead_code, reason = "it is never read")]
        member_id: u32,
    }
    let body = format!(r#"{{"session_token": "{TOKEN}", "member_id": "{TOKEN}"}}"#);
    let error = Json::<Session>::try_from(http::Response::new(body.as_bytes())).unwrap_err();
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(TOKEN), "{text}");
    }
    let Error::Decode(error) = error else {
        panic!("expected a decode error, not {error:?}")
    };
    assert!(
        matches!(error.kind(), DecodeErrorKind::Mismatch { line: 1, .. }),
        "{error:?}"
    );
    assert_eq!(error.field(), None);
    assert_eq!(error.into_body().as_bytes(), body.as_bytes());
    assert_eq!(format!("{:?}", Json(TOKEN)), "Json(redacted)");
}

#[test]
fn operations_can_be_chosen_at_run_time() {
    let first = Made(|| Ok(Call::get("/a")));
    let second = Made(|| Ok(Call::get("/b")));
    let sent = Mutex::new(Vec::new());
    let client = Client::new(project(), |request: Request| {
        sent.lock().unwrap().push(request.uri().path().to_owned());
        Ok::<_, std::io::Error>(http::Response::new("{}"))
    });
    let all: [&dyn Operation<Response = Json<Value>>; 2] = [&first, &second];
    for params in all {
        client.call(params).unwrap();
    }
    assert_eq!(*sent.lock().unwrap(), ["/a", "/b"]);
}

#[test]
fn async_calls_can_be_moved_to_another_thread() {
    fn assert_send<T: Send>(future: T) -> T {
        future
    }
    async fn generic<P: Operation>(params: &P) -> Result<P::Response, Error> {
        let client = AsyncClient::new(project(), async |request: Request| {
            assert_eq!(request.uri().path(), "/a");
            Ok::<_, std::io::Error>(http::Response::new("{}"))
        });
        client.call(params).await
    }
    let params = Made(|| Ok(Call::get("/a")));
    let client = AsyncClient::new(project(), |request: Request| {
        std::future::ready(responding(200, "5")(request))
    });
    let response = smol::block_on(assert_send(client.call(&params))).unwrap();
    assert_eq!(response.0, json!(5));
    assert_eq!(smol::block_on(generic(&params)).unwrap().0, json!({}));
}

proptest! {
    #[test]
    fn any_segment_is_one_segment(value in any_text()) {
        let Ok(request) = request(|| Call::get("/a").segment("id", &value)) else {
            prop_assert!(["", ".", ".."].contains(&value.as_str()), "{:?}", value);
            return Ok(());
        };
        let path = request.uri().path();
        let segment = path.strip_prefix("/a/").unwrap();
        let is_escaped = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte));
        prop_assert!(is_escaped, "{}", path);
        let read: Vec<u8> = percent_encoding::percent_decode_str(segment).collect();
        prop_assert_eq!(read, value.as_bytes());
        prop_assert_eq!(request.uri().query(), None);
    }

    #[test]
    fn any_query_value_is_escaped_once(value in any_text()) {
        let request = request(|| Ok(Call::get("/a").query("x", &value).query("y", "z"))).unwrap();
        let query = request.uri().query().unwrap();
        let first = query.strip_prefix("x=").unwrap().strip_suffix("&y=z").unwrap();
        let read: Vec<u8> = percent_encoding::percent_decode_str(first).collect();
        prop_assert_eq!(read, value.as_bytes());
    }
}

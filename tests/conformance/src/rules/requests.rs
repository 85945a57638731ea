//! Rules about the request that is sent.

use totps_core::TransportErrorKind::Refused;
use totps_core::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use totps_core::http::{HeaderMap, Method, Uri};
use totps_core::{Body, Delivery};

use crate::hostile::{Received, Server, response};
use crate::probe::{CODE, PROJECT_SECRET, Probe, kind_rule, request, request_with_body};
use crate::rule::{Rule, Severity};
use crate::subject::Seen;

use super::{responding, rule};

pub(super) const RULES: [Rule; 6] = [
    rule(
        "clear-text-refused",
        Severity::Critical,
        "Credentials are sent only over TLS, or in clear text to loopback addresses",
        "call `check_destination` at the start of `send`",
        clear_text,
    ),
    rule(
        "request-unchanged",
        Severity::Major,
        "The method, path, query, headers and body arrive unchanged",
        "pass the method, the whole URL, all headers with their values, and the body to the stack; the stack \
         adds only `Host` and `Content-Length`",
        unchanged,
    ),
    rule(
        "no-headers-added",
        Severity::Minor,
        "No headers are sent except those of the request, `Host` and `Content-Length`",
        "turn off the default headers of the stack, such as its own `Accept` or `Accept-Encoding`",
        no_headers_added,
    ),
    rule(
        "no-encoding-requested",
        Severity::Minor,
        "`Accept-Encoding` is sent unchanged, with the value `identity`",
        "turn off compression in the stack: the size limit applies to the decoded body",
        no_encoding_requested,
    ),
    rule(
        "large-request-arrives-whole",
        Severity::Major,
        "A request body of 3 MB arrives complete",
        "write the body in a loop until all of it is written",
        large_request,
    ),
    rule(
        "empty-body-is-none",
        Severity::Minor,
        "A request without a body has neither `Content-Length` nor `Transfer-Encoding`; POST and PUT may have \
         `Content-Length: 0`",
        "send no body if the body of the request is empty: some servers refuse a GET or DELETE with a body",
        empty_body,
    ),
];

fn unchanged(probe: &Probe) {
    let server = responding(response(200, "{}"));
    let mut with_query = request(&server.url());
    let url = format!("{}/v1/b2b/a%2Fb/totp?x=%26&y=+", server.url());
    if let Ok(url) = url.parse() {
        *with_query.uri_mut() = url;
    }
    *with_query.method_mut() = Method::DELETE;
    for expected in [request(&server.url()), with_query] {
        let before = server.request_count();
        let seen = probe.send(&probe.target(&server.url()), expected.clone());
        probe.response("a request", seen, 200, "{}");
        let Some(received) = server.requests().into_iter().nth(before) else {
            return probe.fail("no request arrived");
        };
        let path = expected
            .uri()
            .path_and_query()
            .map_or("", |path| path.as_str());
        let line = format!("{} {path} HTTP/1.1", expected.method());
        if received.line() != line {
            let got = received.line();
            probe.fail(format!("expected the request line `{line}`, got `{got}`"));
        }
        if received.body != expected.body().as_bytes() {
            let (got, sent) = (received.body.len(), expected.body().len());
            probe.fail(format!(
                "the body of {sent} bytes arrived changed, with {got} bytes"
            ));
        }
        for name in expected.headers().keys() {
            // `no-encoding-requested` checks `Accept-Encoding`.
            if name != ACCEPT_ENCODING {
                same_values(probe, &received, expected.headers(), name.as_str());
            }
        }
        let host = expected.uri().authority().map_or("", |host| host.as_str());
        if received.field("host") != [host] {
            let got = received.field("host");
            probe.fail(format!("expected one `Host: {host}`, got {got:?}"));
        }
        let length = [received.body.len().to_string()];
        if received.field("content-length") != length {
            let got = received.field("content-length");
            probe.fail(format!(
                "expected `Content-Length: {}`, got {got:?}",
                length[0]
            ));
        }
    }
}

fn same_values(probe: &Probe, received: &Received, headers: &HeaderMap, name: &str) {
    let expected: Vec<_> = headers.get_all(name).iter().collect();
    let got = received.field(name);
    if got.len() != expected.len()
        || expected
            .iter()
            .zip(&got)
            .any(|(value, got)| *value != got.as_str())
    {
        // Do not show the values, because some are secrets.
        probe.fail(format!(
            "the header `{name}` arrived {} times, {}",
            got.len(),
            if got.len() == expected.len() {
                "with another value"
            } else {
                "unlike in the request"
            }
        ));
    }
}

fn no_headers_added(probe: &Probe) {
    let server = responding(response(200, "{}"));
    let seen = probe.call(&probe.target(&server.url()));
    probe.response("a request", seen, 200, "{}");
    let expected = request(&server.url());
    for received in server.requests() {
        for (name, _) in received.fields() {
            let is_own = [HOST, CONTENT_LENGTH]
                .iter()
                .any(|own| own.as_str() == name);
            if !is_own && !expected.headers().contains_key(&name) {
                probe.fail(format!("the header `{name}` was added"));
            }
        }
    }
}

fn no_encoding_requested(probe: &Probe) {
    let server = responding(response(200, "{}"));
    let seen = probe.call(&probe.target(&server.url()));
    probe.response("a request", seen, 200, "{}");
    for received in server.requests() {
        let got = received.field("accept-encoding");
        if got != ["identity"] {
            probe.fail(format!("expected `Accept-Encoding: identity`, got {got:?}"));
        }
    }
}

fn large_request(probe: &Probe) {
    let server = responding(response(200, "{}"));
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let request = request_with_body(&server.url(), large.clone());
    let seen = probe.send(&probe.target(&server.url()), request);
    probe.response("a body of 3 MB", seen, 200, "{}");
    if server
        .requests()
        .iter()
        .any(|received| received.body != large)
    {
        probe.fail("the body of 3 MB arrived changed");
    }
}

fn empty_body(probe: &Probe) {
    let server = responding(response(200, "{}"));
    for method in [Method::GET, Method::DELETE, Method::POST, Method::PUT] {
        let mut request = request(&server.url());
        *request.method_mut() = method.clone();
        request.headers_mut().remove(CONTENT_TYPE);
        *request.body_mut() = Body::default();
        let seen = probe.send(&probe.target(&server.url()), request);
        probe.response(&format!("{method} without a body"), seen, 200, "{}");
    }
    for received in server.requests() {
        for header in ["content-length", "transfer-encoding"] {
            // RFC 9110 recommends a length of 0 for methods that usually have a body.
            let is_usual = ["POST ", "PUT "]
                .iter()
                .any(|method| received.line().starts_with(method));
            let sent = received.field(header);
            if !(sent.is_empty() || is_usual && header == "content-length" && sent == ["0"]) {
                let line = received.line();
                probe.fail(format!(
                    "`{line}` without a body has `{header}: {}`",
                    sent.join(", ")
                ));
            }
        }
    }
}

/// Uses addresses of this machine that do not count as loopback, so that a transport that breaks
/// the rule sends nothing to the network.
fn clear_text(probe: &Probe) {
    let server = responding(response(200, "{}"));
    let port = server.address().port();
    for url in [
        format!("http://0.0.0.0:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
    ] {
        probe.call(&probe.hurried(&url));
    }
    for received in server.requests() {
        let text = format!(
            "{}{}",
            received.head,
            String::from_utf8_lossy(&received.body)
        );
        let has_secret = [CODE, PROJECT_SECRET]
            .iter()
            .any(|secret| !crate::sentinel::leaks(&text, secret).is_empty());
        let host = received.field("host").concat();
        probe.fail(format!(
            "a request to `http://{host}` was sent in clear text{}",
            if has_secret { ", with its secrets" } else { "" }
        ));
    }
}

/// Sends requests with URLs that the transport must refuse.
pub(super) fn refusals(probe: &Probe) {
    let server = Server::trap();
    let port = server.address().port();
    for url in [
        "http://api.invalid/".to_owned(),
        "http://127.0.0.1.invalid/".to_owned(),
        format!("http://0.0.0.0:{port}/"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        format!("ftp://127.0.0.1:{port}/"),
        "/v1/b2b/totp".to_owned(),
    ] {
        let Ok(uri) = url.parse::<Uri>() else {
            continue;
        };
        let mut request = request(&server.url());
        *request.uri_mut() = uri;
        let what = format!("a request to `{url}`");
        match probe.send(&probe.hurried(&server.url()), request) {
            Seen::Error(error) => {
                if (error.kind(), error.delivery()) != (Refused, Delivery::NotSent) {
                    let got = format!("{:?}, {:?}", error.kind(), error.delivery());
                    probe.fail_rule(
                        kind_rule(Refused),
                        format!("{what}: expected `Refused` and `NotSent`, got {got}"),
                    );
                }
            }
            other => probe.fail(format!(
                "{what}: expected an error, got {}",
                probe.describe(&other)
            )),
        }
    }
    if server.connections() > 0 {
        probe.fail(format!("connections were made: {}", server.connections()));
    }
}

//! Proxies: only those that were asked for, and they learn nothing.

use std::env;
use std::process::Command;
use std::thread;

use totps_conformance::hostile::{Authority, Leaf, Proxy, Server, response as answer};
use totps_conformance::sentinel::leaks;
use totps_core::{Delivery, TransportErrorKind};

use super::*;

/// The environment belongs to the whole process, so that another one is started for it.
pub(crate) fn environment_is_ignored<S: Subject>() {
    const INSIDE: &str = "TOTPS_TESTS_ENVIRONMENT";

    let server = answering(answer(200, "{}"));
    if env::var_os(INSIDE).is_some() {
        assert_answer(call::<S>(patient(), &server), 200, "{}");
        return;
    }
    let trap = Server::trap();
    // The name of the test, which a thread of its own has.
    let thread = thread::current();
    let name = thread.name().filter(|name| *name != "main");
    let name = name.unwrap_or("environment_is_ignored");
    let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let both_cases = proxies.map(|name| [name.to_owned(), name.to_ascii_lowercase()]);
    let output = Command::new(env::current_exe().expect("a test is a program"))
        .args(["--test-threads", "2", name])
        .envs(
            both_cases
                .into_iter()
                .flatten()
                .map(|name| (name, trap.url())),
        )
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env(INSIDE, "yes")
        .output()
        .expect("a test can be run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "expected a direct call: {text}");
    assert!(
        !text.contains(" 0 passed"),
        "expected a test to run: {text}"
    );
    assert_eq!(trap.connections(), 0, "no proxy of the environment is used");
}

fn secure(authority: &Authority) -> Server {
    Server::start_tls(authority.server(Leaf::Good), |connection| {
        while connection.read_request().is_some() {
            connection.write(&answer(200, "{}"));
        }
    })
}

pub(crate) fn tunnel<S: Subject>() {
    let (authority, proxy) = (Authority::new(), Proxy::start());
    let server = secure(&authority);
    let transport = transport::<S>(Settings {
        root_certificates_pem: Some(authority.pem()),
        proxy: Some(proxy.url().replace("http://", "http://user:pass@")),
        ..patient()
    });
    for _ in 0..2 {
        assert_answer(transport.send(request(&server.https_url())), 200, "{}");
    }
    assert_eq!(server.requests().len(), 2, "the calls reach the server");

    let requests = proxy.requests();
    assert_eq!(requests.len(), 1, "a tunnel is kept");
    let target = format!("localhost:{}", server.address().port());
    assert_eq!(requests[0].line(), format!("CONNECT {target} HTTP/1.1"));
    assert_eq!(
        requests[0].field("proxy-authorization"),
        ["Basic dXNlcjpwYXNz"],
        "the proxy's own credentials"
    );
    assert!(
        requests[0].field("authorization").is_empty(),
        "the API's credentials are not for the proxy"
    );
    let seen = format!(
        "{}{}",
        requests[0].head,
        String::from_utf8_lossy(&proxy.uploaded())
    );
    for secret in [PROJECT_SECRET, CODE] {
        assert!(leaks(&seen, secret).is_empty(), "the proxy sees {secret}");
    }
}

pub(crate) fn refused_tunnel<S: Subject>() {
    let server =
        answering("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let transport = transport::<S>(Settings {
        proxy: Some(server.url()),
        ..patient()
    });
    assert_error(
        transport.send(request("https://api.example.com")),
        TransportErrorKind::Connect,
        Delivery::NotSent,
    );
    let seen = &server.requests()[0].head;
    assert!(seen.starts_with("CONNECT "), "only a tunnel is asked for");
    assert!(
        !seen.contains(PROJECT_ID),
        "the proxy learns no credentials"
    );
}

//! Rules about optional settings: the connect timeout, the pool, and a proxy.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use totps_core::TransportErrorKind::{Connect, Timeout};

use crate::hostile::{DeafServer, Leaf, Proxy, Server, response};
use crate::probe::{CODE, LONG, PROJECT_ID, PROJECT_SECRET, Probe, SHORT};
use crate::rule::{Needs, Rule, Severity};
use crate::sentinel::leaks;
use crate::target::Setting;

use super::certificates::secure;
use super::{responding, responding_once, rule};

pub(super) const RULES: [Rule; 5] = [
    rule(
        "connect-timeout-ends-connecting",
        Severity::Major,
        "The connect timeout ends a connection attempt that is neither accepted nor refused, with \
         `Delivery::NotSent`",
        "pass `Target::connect_timeout` to the stack",
        connect_timeout,
    )
    .needs(Needs::Settings(&[Setting::ConnectTimeout])),
    rule(
        "max-idle-connections-kept",
        Severity::Minor,
        "The transport keeps as many idle connections as configured",
        "pass `Target::max_idle_connections` to the pool",
        max_idle,
    )
    .needs(Needs::Settings(&[Setting::MaxIdleConnections])),
    rule(
        "proxy-learns-nothing",
        Severity::Critical,
        "A proxy is asked for a tunnel, and sees neither API credentials nor codes",
        "use `CONNECT` for `https`, and send `Authorization` only inside the tunnel",
        tunnel,
    )
    .needs(Needs::Settings(&[Setting::Proxy])),
    rule(
        "proxy-refusal-is-not-sent",
        Severity::Minor,
        "If the proxy refuses the tunnel, the error has the kind `Connect` and says `Delivery::NotSent`",
        "map a refused tunnel to `TransportError::not_sent`",
        refused_tunnel,
    )
    .needs(Needs::Settings(&[Setting::Proxy])),
    rule(
        "proxy-refusal-retried-as-asked",
        Severity::Minor,
        "If the proxy refuses the tunnel, the call is retried as often as configured",
        "let `Limits::retry_policy` decide whether to retry",
        refused_tunnels,
    )
    .needs(Needs::Settings(&[Setting::Proxy, Setting::MaxRetries])),
];

fn connect_timeout(probe: &Probe) {
    let server = DeafServer::start();
    let url = format!("http://{}", server.address());
    let target = probe.target(&url).with_connect_timeout_alone(SHORT / 3);
    let what = "a server that does not accept connections";
    probe.not_sent(what, probe.call(&target), Timeout, probe.rule());
}

fn max_idle(probe: &Probe) {
    const CALLS: usize = 7;
    const IDLE: usize = 4;
    // No call ends before all have started, so that each call needs its own connection. A transport
    // that opens fewer connections gets its responses later.
    let (start, begun) = (Instant::now(), AtomicUsize::new(0));
    let server = Server::start(move |connection| {
        while connection.read_request().is_some() {
            begun.fetch_add(1, Ordering::Relaxed);
            while begun.load(Ordering::Relaxed) < CALLS && start.elapsed() < LONG / 3 {
                thread::sleep(Duration::from_millis(5));
            }
            connection.write(&response(200, "{}"));
        }
    });
    let target = probe.target(&server.url()).with_max_idle_connections(IDLE);
    let Some(calls) = probe.start(&target) else {
        return;
    };
    thread::scope(|scope| {
        for _ in 0..CALLS {
            let calls = calls.beside();
            scope.spawn(move || probe.response("7 calls at once", calls.call(), 200, "{}"));
        }
    });
    let connections = server.connections();
    for _ in 0..500 {
        if server.closed() + IDLE >= connections {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(SHORT / 3);
    let open = connections.saturating_sub(server.closed());
    if open != IDLE {
        probe.fail(format!(
            "{open} of {connections} connections stayed open, expected {IDLE}"
        ));
    }
}

fn tunnel(probe: &Probe) {
    let proxy = Proxy::start();
    let server = secure(&probe.run.authority, Leaf::Good);
    let url = proxy.url().replace("http://", "http://user:pass@");
    let Some(calls) = probe.start(&probe.target(&server.https_url()).with_proxy(url)) else {
        return;
    };
    for _ in 0..2 {
        probe.response("a call through a proxy", calls.call(), 200, "{}");
    }
    let requests = proxy.requests();
    let expected = format!("CONNECT localhost:{} HTTP/1.1", server.address().port());
    let lines: Vec<_> = requests.iter().map(|request| request.line()).collect();
    if lines != [expected.as_str()] {
        probe.fail(format!(
            "expected one request `{expected}` to the proxy, got {lines:?}"
        ));
    }
    let mut seen = String::from_utf8_lossy(&proxy.uploaded()).into_owned();
    for request in &requests {
        if request.field("proxy-authorization") != ["Basic dXNlcjpwYXNz"] {
            probe.fail("the proxy did not get its own credentials");
        }
        if !request.field("authorization").is_empty() {
            probe.fail("the proxy got the credentials of the API");
        }
        seen += &request.head;
    }
    for secret in [PROJECT_SECRET, CODE] {
        if !leaks(&seen, secret).is_empty() {
            probe.fail("the proxy saw a secret");
        }
    }
}

fn refused_tunnel(probe: &Probe) {
    let proxy =
        responding("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let target = probe
        .target("https://api.example.com")
        .with_proxy(proxy.url());
    probe.not_sent(
        "a refused tunnel",
        probe.call(&target),
        Connect,
        probe.rule(),
    );
    for request in proxy.requests() {
        if !request.line().starts_with("CONNECT ") || request.head.contains(PROJECT_ID) {
            probe.fail(format!("the proxy got `{}`", request.line()));
        }
    }
}

fn refused_tunnels(probe: &Probe) {
    let proxy = responding_once("HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n");
    let target = probe.target("https://api.example.com");
    let target = target.with_proxy(proxy.url()).with_max_retries(2);
    let what = "a refused tunnel, with 2 retries";
    probe.not_sent(what, probe.call(&target), Connect, probe.rule());
    if proxy.request_count() != 3 {
        probe.fail(format!(
            "{what}: got {} attempts, expected 3",
            proxy.request_count()
        ));
    }
}

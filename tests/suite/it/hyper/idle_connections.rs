//! Tests of connections that the server closed while they were idle, and of connections of another
//! runtime.

use std::future::poll_fn;
use std::io::{BufRead as _, BufReader, Write as _};
use std::pin::pin;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs, io, thread};

use hyper_util::rt::TokioTimer;
use tokio::runtime::{Builder, Runtime};
use totps_conformance::hostile::{Authority, Leaf, Server, response};
use totps_core::{AsyncTransport, CreateParams, Request, Response, TransportError};
use totps_hyper::{ConnTransport, HyperTransport};

use super::{project, tokio_stack, tunnel_connector};

fn request(url: &str) -> Request {
    let params = CreateParams::new("organization-1", "member-1");
    project(url).request(&params).unwrap()
}

#[track_caller]
fn assert_ok(result: Result<Response, TransportError>, call: usize) {
    if let Err(error) = result {
        panic!("expected call {call} to succeed, got {error:?}");
    }
}

/// Returns a runtime that does nothing between calls.
fn resting() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Starts a server that closes each connection after its first response.
fn closing(tls: Option<&Authority>) -> Server {
    let once = |connection: &mut totps_conformance::hostile::Connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
    };
    match tls {
        Some(authority) => Server::start_tls(authority.server(Leaf::Good), once),
        None => Server::start(once),
    }
}

/// Waits until the server has closed this many connections and the client's kernel knows it. On a
/// busy machine the kernel may know it later.
fn wait_for_end(server: &Server, connections: usize) {
    server.wait_for_closed(connections);
    let (remote, established) = (format!(":{:04X}", server.address().port()), "01");
    let is_open = |line: &str| {
        let mut fields = line.split_whitespace().skip(2);
        let is_to_server = fields.next().is_some_and(|field| field.ends_with(&remote));
        is_to_server && fields.next() == Some(established)
    };
    // Without this file, assume that the kernel knows.
    for _ in 0..20_000 {
        if !fs::read_to_string("/proc/net/tcp").is_ok_and(|table| table.lines().any(is_open)) {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("expected the kernel to know within 20 s that the connections have ended");
}

/// Makes each call in its own `block_on`. The server closes the connection in between.
fn every_call_succeeds_after_a_rest(transport: &impl AsyncTransport, server: &Server, url: &str) {
    let runtime = resting();
    for call in 1..=50 {
        assert_ok(runtime.block_on(transport.send(request(url))), call);
        wait_for_end(server, call);
    }
    assert_eq!(
        server.connections(),
        50,
        "expected one connection for each call"
    );
}

#[test]
fn an_idle_runtime_uses_no_dead_connection() {
    let server = closing(None);
    every_call_succeeds_after_a_rest(&HyperTransport::new(), &server, &server.url());
}

#[test]
fn an_idle_runtime_uses_no_dead_connection_over_tls() {
    let authority = Authority::new();
    let server = closing(Some(&authority));
    let builder = HyperTransport::builder().root_certificates_pem(authority.pem());
    every_call_succeeds_after_a_rest(&builder.build().unwrap(), &server, &server.https_url());
}

#[test]
fn an_idle_runtime_uses_no_dead_connection_of_a_connector() {
    let server = closing(None);
    every_call_succeeds_after_a_rest(&over_connector(), &server, &server.url());
}

fn over_connector() -> impl AsyncTransport {
    ConnTransport::builder(tokio_stack::connector(None), TokioTimer::new())
        .idle_check(tunnel_connector::is_silent)
        .build()
        .unwrap()
}

#[test]
fn a_task_without_budget_uses_no_dead_connection() {
    every_call_succeeds_without_budget(&HyperTransport::new());
}

#[test]
fn a_task_without_budget_uses_no_dead_connection_of_a_connector() {
    every_call_succeeds_without_budget(&over_connector());
}

/// tokio reports that there is nothing to read also when a task has used up its budget.
fn every_call_succeeds_without_budget(transport: &impl AsyncTransport) {
    let (runtime, server) = (Runtime::new().unwrap(), closing(None));
    for call in 1..=50 {
        let result = runtime.block_on(async {
            let mut send = pin!(transport.send(request(&server.url())));
            let mut is_first = true;
            poll_fn(|cx| {
                while is_first && pin!(tokio::task::consume_budget()).poll(cx).is_ready() {}
                is_first = false;
                send.as_mut().poll(cx)
            })
            .await
        });
        assert_ok(result, call);
        wait_for_end(&server, call);
    }
}

/// As on serverless platforms: the process is stopped, the server closes the connection, and the
/// process continues.
#[test]
#[cfg(target_os = "linux")]
fn a_stopped_process_uses_no_dead_connection() {
    const CALLS: usize = 30;
    const URL: &str = "TOTPS_TESTS_STOPPED_URL";

    if let Ok(url) = env::var(URL) {
        let (transport, runtime) = (HyperTransport::new(), Runtime::new().unwrap());
        for call in 0..CALLS {
            assert_ok(runtime.block_on(transport.send(request(&url))), call);
            writeln!(io::stdout(), "called").unwrap();
            io::stdin().read_line(&mut String::new()).unwrap();
        }
        return;
    }

    let to_close = Arc::new(AtomicUsize::new(0));
    let closed = Arc::clone(&to_close);
    let server = Server::start(move |connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
        while closed.load(Ordering::Relaxed) <= connection.number() {
            thread::sleep(Duration::from_millis(1));
        }
    });
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--nocapture", "a_stopped_process_uses_no_dead_connection"])
        .env(URL, server.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut stdin = child.stdin.take().unwrap();
    while lines.any(|line| line.unwrap().contains("called")) {
        signal(&child, "-STOP");
        while !is_stopped(&child) {
            thread::sleep(Duration::from_millis(1));
        }
        let connections = server.connections();
        to_close.store(connections, Ordering::Relaxed);
        wait_for_end(&server, connections);
        go_on(&child, &mut stdin);
    }
    let status = child.wait().unwrap();
    assert!(status.success(), "expected {CALLS} calls without an error");
    assert_eq!(
        server.connections(),
        CALLS,
        "expected one connection for each call"
    );
}

fn signal(child: &Child, signal: &str) {
    // The shell's built-in command, because small systems have no program `kill`.
    let kill = format!("kill {signal} {}", child.id());
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(
        status.unwrap().success(),
        "expected `kill {signal}` to work"
    );
}

fn is_stopped(child: &Child) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with('T'))
}

fn go_on(child: &Child, stdin: &mut ChildStdin) {
    stdin.write_all(b"\n").unwrap();
    signal(child, "-CONT");
}

/// As with a `static` client in tests that have one runtime each. A runtime works only inside
/// `block_on`, so a connection of the other runtime would hang.
#[test]
fn a_client_works_on_two_runtimes() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() && connection.write(&response(200, "{}")) {}
    });
    let transport = HyperTransport::new();
    let runtimes = [resting(), resting()];
    for call in 0..6 {
        let runtime = &runtimes[call % 2];
        assert_ok(
            runtime.block_on(transport.send(request(&server.url()))),
            call,
        );
    }
    assert_eq!(
        server.connections(),
        2,
        "expected one connection for each runtime"
    );
}

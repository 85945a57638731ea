//! Checks that a server which resets a connection does not kill a process whose SIGPIPE is at its
//! default, such as Rust code in a C program.

use std::env;
use std::process::Command;
use std::time::Duration;

use tokio::runtime::Builder;
use totps_conformance::hostile::{Authority, Connection, Leaf, Server};
use totps_core::{AsyncTransport as _, Body, CreateParams};
use totps_hyper::HyperTransport;

use super::project;

const URL: &str = "TOTPS_TESTS_SIGPIPE_URL";
const PEM: &str = "TOTPS_TESTS_SIGPIPE_PEM";

/// Closes the connection in both directions in the middle of a request. The next write of the
/// client raises SIGPIPE unless the client asks for an error instead.
fn go_away(connection: &mut Connection) {
    connection.read_bytes(1000);
    connection.finish();
    connection.reset_at_end();
}

#[test]
fn a_tls_server_that_resets_does_not_kill_the_process() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(Leaf::Good), go_away);
    survives(
        "a_tls_server_that_resets_does_not_kill_the_process",
        &server.https_url(),
        &authority,
    );
}

#[test]
fn a_plain_server_that_resets_does_not_kill_the_process() {
    let server = Server::start(go_away);
    survives(
        "a_plain_server_that_resets_does_not_kill_the_process",
        &server.url(),
        &Authority::new(),
    );
}

/// Runs the test again in a child process, which makes the calls.
fn survives(test: &str, url: &str, authority: &Authority) {
    if let (Ok(url), Ok(pem)) = (env::var(URL), env::var(PEM)) {
        return calls(&url, pem);
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("hyper::sigpipe::{test}")])
        .env(URL, url)
        .env(PEM, authority.pem())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "expected the process to survive and to get errors: {output:?}"
    );
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("1 passed"),
        "expected one test to run: {text}"
    );
}

fn calls(url: &str, pem: String) {
    sigpipe::reset();
    let transport = HyperTransport::builder()
        .root_certificates_pem(pem)
        .timeout(Duration::from_secs(15))
        .build()
        .unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..30 {
        let params = CreateParams::new("organization-1", "member-1");
        let mut request = project(url).request(&params).unwrap();
        *request.body_mut() = Body::from(vec![b'x'; 8 * 1024 * 1024]);
        let result = runtime.block_on(transport.send(request));
        result.expect_err("the server resets the connection");
    }
}

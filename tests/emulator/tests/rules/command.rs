//! The program.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use ureq::http::Request;

use crate::client::{agent, basic, exchange, read};
use crate::scenes::CREATE;

/// A running program, which is killed when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_totps-emulator"));
    command.args(arguments);
    command
}

/// Starts the program and reads the line of JSON that it prints.
fn start(arguments: &[&str]) -> (Running, Value) {
    let mut child = command(arguments)
        .arg("--json")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    let running = Running(child);
    BufReader::new(stdout).read_line(&mut line).unwrap();
    (running, serde_json::from_str(&line).unwrap())
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

fn create(values: &Value, organization: &str, member: &str) -> (u16, Value) {
    let text = |name: &str| values[name].as_str().unwrap();
    let body = json!({ "organization_id": organization, "member_id": member });
    let request = Request::builder()
        .method("POST")
        .uri(format!("{}{CREATE}", text("base_url")))
        .header("Authorization", basic(text("project_id"), text("secret")));
    read(&exchange(&agent(), request.body(body.to_string()).unwrap()))
}

#[test]
#[cfg(unix)]
fn it_runs_until_sigint_or_sigterm() {
    for signal in ["INT", "TERM"] {
        let (mut running, values) = start(&["--seed", "5"]);
        assert_eq!(values["seed"], 5);
        assert_eq!(values["ca_file"], Value::Null);
        let text = |name: &str| values[name].as_str().unwrap();
        let (status, response) = create(&values, text("organization_id"), text("member_id"));
        assert_eq!(status, 200, "{response}");
        // The shell has a `kill` even if there is no program with that name.
        let kill = format!("kill -s {signal} {}", running.0.id());
        let kill = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(kill.success());
        assert!(running.0.wait().unwrap().success(), "after SIG{signal}");
    }
}

#[test]
fn a_configuration_file_is_applied() {
    let toml = r#"
        seed = 3
        clock = "2024-01-01T00:00:00Z"
        project_id = "project-test-00000000-0000-4000-8000-000000000000"
        secret = "secret-test-x"

        [settings.http]
        success_status = 201

        [settings.errors.wrong_code]
        status = 400
        error_type = "wrong"
        error_message = "Wrong."

        [[organizations]]
        organization_slug = "acme"

        [[organizations.members]]
        external_id = "jane"
    "#;
    let json = json!({
        "seed": 3,
        "clock": "2024-01-01T00:00:00Z",
        "project_id": "project-test-00000000-0000-4000-8000-000000000000",
        "secret": "secret-test-x",
        "settings": { "http": { "success_status": 201 } },
        "organizations": [{ "organization_slug": "acme", "members": [{ "external_id": "jane" }] }],
    });
    for path in [
        file("config.toml", toml),
        file("config.json", &json.to_string()),
    ] {
        let (_running, values) = start(&["--config", path.to_str().unwrap()]);
        assert_eq!(values["secret"], "secret-test-x");
        let (status, response) = create(&values, "acme", "jane");
        assert_eq!(status, 201, "{response}");
        assert_eq!(response["member"]["created_at"], "2024-01-01T00:00:00Z");
    }
}

#[test]
fn text_is_printed_by_default() {
    let mut child = command(&["--seed", "5"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let _running = Running(child);
    let lines: Vec<String> = stdout.lines().take(7).map(Result::unwrap).collect();
    assert!(lines[0].starts_with("base URL: "), "{lines:?}");
    assert!(lines[0].contains(" http://127.0.0.1:"), "{lines:?}");
    assert!(
        lines[6].starts_with("seed: ") && lines[6].ends_with(" 5"),
        "{lines:?}"
    );
}

#[test]
#[cfg(unix)]
fn a_shell_can_evaluate_the_env_output() {
    let path = file("quotes.toml", "secret = \"it's \\\"x\\\" $HOME\"");
    let mut child = command(&["--env", "--config", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let _running = Running(child);
    let lines: Vec<String> = stdout.lines().take(6).map(Result::unwrap).collect();
    let script = format!(
        "{}\nprintf '%s\\n' \"$STYTCH_BASE_URL\" \"$STYTCH_SECRET\" \"$STYTCH_PROJECT_ID\" \
         \"$STYTCH_ORGANIZATION_ID\" \"$STYTCH_MEMBER_ID\" \"$STYTCH_INTERMEDIATE_SESSION_TOKEN\"",
        lines.join("\n")
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let values: Vec<&str> = output.lines().collect();
    assert!(values[0].starts_with("http://127.0.0.1:"), "{output}");
    assert_eq!(values[1], "it's \"x\" $HOME");
    let beginnings = ["project-test-", "organization-test-", "member-test-"];
    for (value, beginning) in values[2..5].iter().zip(beginnings) {
        assert!(value.starts_with(beginning), "{output}");
    }
    assert_eq!(values[5].len(), 44);
}

#[test]
fn the_log_has_a_line_for_each_request_and_no_secret() {
    let mut child = command(&["--json", "--log", "--seed", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let _running = Running(child);
    let values: Value = serde_json::from_str(&line).unwrap();
    let text = |name: &str| values[name].as_str().unwrap();
    create(&values, text("organization_id"), text("member_id"));
    create(&values, text("organization_id"), "nobody");
    let token = text("intermediate_session_token");
    let uri = format!("{}/v1/{token}?token={token}", text("base_url"));
    let request = Request::builder().uri(uri).body(String::new()).unwrap();
    exchange(&agent(), request);
    let lines: Vec<String> = log.lines().take(3).map(Result::unwrap).collect();
    for (line, part) in lines.iter().zip([
        " POST /v1/b2b/totp 200 request-id-test-",
        " POST /v1/b2b/totp 404 member_not_found request-id-test-",
        " GET (no endpoint) 404 route_not_found request-id-test-",
    ]) {
        assert!(line.contains(part), "expected {part} in {line}");
        for secret in [token, text("secret")] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}

#[test]
fn tls_prints_the_path_of_the_ca_certificate() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ca.pem");
    let (_running, values) = start(&["--tls", "--ca-file", path.to_str().unwrap()]);
    assert_eq!(values["ca_file"], path.to_str().unwrap());
    assert!(
        values["base_url"]
            .as_str()
            .unwrap()
            .starts_with("https://127.0.0.1:")
    );
    assert!(
        fs::read_to_string(path)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
}

#[test]
fn an_error_names_its_cause_once() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let output = command(&["--port", &port.to_string()]).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    let cause = TcpListener::bind(("127.0.0.1", port)).unwrap_err();
    let expected = format!("totps-emulator: cannot listen on 127.0.0.1:{port}: {cause}\n");
    assert_eq!(error, expected);
}

#[test]
fn invalid_arguments_end_with_an_error_message() {
    let bad = file("bad.toml", "color = \"red\"");
    let other = file("config.yaml", "");
    for (arguments, message) in [
        (vec!["--config", bad.to_str().unwrap()], "color"),
        (vec!["--config", other.to_str().unwrap()], ".toml or .json"),
        (
            vec!["--config", "/does/not/exist.toml"],
            "/does/not/exist.toml",
        ),
        (vec!["--host", "0.0.0.0"], "--host"),
        (vec!["--port", "70000"], "70000"),
        (vec!["--ca-file", "x"], "--tls"),
        (vec!["--env", "--json"], "--json"),
    ] {
        let mut child = command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
        let mut error = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut error)
            .unwrap();
        assert!(!child.wait().unwrap().success(), "{arguments:?}");
        assert!(error.contains(message), "{arguments:?}: {error}");
    }
}

//! The program: its command line, its environment, and what it prints.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use crate::service;

const VARIABLES: [&str; 4] = [
    "STYTCH_PROJECT_ID",
    "STYTCH_SECRET",
    "STYTCH_ORGANIZATION_ID",
    "STYTCH_BASE_URL",
];

fn program(arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_totps-web"));
    program.args(arguments);
    for variable in VARIABLES {
        program.env_remove(variable);
    }
    program
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// A program that is killed at the end of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and opens the URL that it prints. Returns its output up to the line with
/// `last`.
fn open(mut program: Command, last: &str) -> String {
    let child = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut said = String::new();
    loop {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("expected {last:?}: {said}"))
            .unwrap();
        said += &format!("{line}\n");
        if line.contains(last) {
            break;
        }
    }
    let address = said
        .lines()
        .find_map(|line| line.strip_prefix("Open http://"))
        .unwrap()
        .to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    said
}

#[test]
fn without_configuration_it_starts_an_emulator_and_prints_the_accounts() {
    let said = open(program(&["--listen", "127.0.0.1:0"]), "Ctrl-C");
    for text in [
        "ada@example.com",
        "grace@example.com",
        service::PASSWORD,
        "/__emulator/",
    ] {
        assert!(said.contains(text), "{text} in {said}");
    }
}

#[test]
fn the_environment_configures_the_server() {
    let emulator = service::emulator();
    let mut program = program(&["--listen", "127.0.0.1:0"]);
    program
        .env("STYTCH_PROJECT_ID", emulator.project_id())
        .env("STYTCH_SECRET", emulator.secret())
        .env("STYTCH_ORGANIZATION_ID", emulator.organization_id())
        .env("STYTCH_BASE_URL", emulator.base_url());
    let said = open(program, "Ctrl-C");
    assert!(said.contains(emulator.project_id()), "{said}");
    assert!(!said.contains(emulator.secret()), "{said}");
    let calls = emulator.requests();
    assert_eq!(calls[0].endpoint, Some("organizations.get"));
}

#[test]
fn a_wrong_configuration_ends_the_program_with_an_error() {
    let emulator = service::emulator();
    let complete = [
        ("STYTCH_PROJECT_ID", emulator.project_id()),
        ("STYTCH_SECRET", "secret-test-wrong"),
        ("STYTCH_ORGANIZATION_ID", emulator.organization_id()),
        ("STYTCH_BASE_URL", emulator.base_url()),
    ];
    for (arguments, variables, code, said) in [
        (&["--nonsense"][..], &[][..], 2, "--nonsense"),
        (&["--listen", "nowhere"], &[], 2, "--listen"),
        (&["--listen", "0.0.0.0:0"], &[], 1, "--public-url"),
        (&["--public-url", "http://example.com"], &[], 1, "https://"),
        (
            &[],
            &complete[..1],
            1,
            "STYTCH_SECRET, STYTCH_ORGANIZATION_ID",
        ),
        (&[], &complete[3..], 1, "STYTCH_PROJECT_ID"),
        (
            &["--listen", "127.0.0.1:0"],
            &complete,
            1,
            "unauthorized_credentials",
        ),
    ] {
        let output = program(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let printed = text(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {printed}");
        assert!(printed.contains(said), "{arguments:?}: {said} in {printed}");
        assert!(!printed.contains("secret-test-wrong"), "{printed}");
    }
}

#[test]
fn help_names_the_environment_variables() {
    let output = program(&["--help"]).output().unwrap();
    assert!(output.status.success());
    for name in VARIABLES {
        assert!(text(&output).contains(name), "{name} in {}", text(&output));
    }
}

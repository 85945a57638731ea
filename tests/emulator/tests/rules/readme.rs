//! The README is correct: its tables match the code, and its commands work.

use std::fmt::Write as _;
use std::{env, fs};

use serde_json::{Value, json};
use totps_emulator::{Access, ENDPOINTS, ErrorCase, Settings};

use crate::client::{Run as _, ask_control};
use crate::scenes::fixed;

const README: &str = include_str!("../../README.md");
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

fn endpoints() -> String {
    let mut table = "| Endpoint | Name | | RBAC action |\n|---|---|---|---|\n".to_owned();
    for endpoint in ENDPOINTS {
        let action = match endpoint.access() {
            Access::Rbac { action, .. } => format!("`{action}`"),
            _ => String::new(),
        };
        writeln!(
            table,
            "| `{} {}` | `{}` | {} | {action} |",
            endpoint.method(),
            endpoint.path(),
            endpoint.name(),
            endpoint.about(),
        )
        .unwrap();
    }
    table
}

fn settings() -> String {
    let mut table = "| Setting | Default | Evidence | Meaning |\n|---|---|---|---|\n".to_owned();
    for row in Settings::table() {
        writeln!(
            table,
            "| `{}.{}` | `{}` | {} | {} |",
            row.group,
            row.name,
            row.default,
            row.evidence.as_str(),
            row.meaning,
        )
        .unwrap();
    }
    table
}

fn errors() -> String {
    let mut table =
        "| Case | Status | Type | Evidence | When |\n|---|---|---|---|---|\n".to_owned();
    for case in ErrorCase::ALL {
        let response = case.response();
        writeln!(
            table,
            "| `{}` | {} | `{}` | {} | {} |",
            case.name(),
            response.status,
            response.error_type,
            case.evidence().as_str(),
            case.meaning(),
        )
        .unwrap();
    }
    table
}

#[test]
fn the_tables_match_the_code() {
    let mut text = README.to_owned();
    for (name, table) in [
        ("endpoints", endpoints()),
        ("settings", settings()),
        ("errors", errors()),
    ] {
        let (begin, end) = (
            format!("<!-- {name} -->\n\n"),
            format!("\n<!-- end of {name} -->"),
        );
        let (before, rest) = text.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        text = format!("{before}{begin}{table}{end}{after}");
    }
    if env::var_os("UPDATE_README").is_some() {
        fs::write(PATH, &text).unwrap();
    } else {
        assert!(
            README == text,
            "expected the tables in README.md to match the code; run this test with UPDATE_README=1"
        );
    }
}

#[test]
fn the_control_commands_work() {
    assert!(run_control_commands(README) > 20);
}

/// The client's guide is in another package, but its commands are for this program.
#[test]
fn the_control_commands_of_the_guide_work() {
    let guide = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../totps-core/src/guide/testing.md"
    );
    assert!(run_control_commands(&fs::read_to_string(guide).unwrap()) > 5);
}

/// Runs all commands in a text that call the control interface, and returns their number.
fn run_control_commands(text: &str) -> usize {
    let emulator = fixed().run();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("curl "))
        .collect();
    for line in lines.iter().copied() {
        let (words, data) = match line.split_once(" -d '") {
            Some((words, data)) => (words, data.strip_suffix('\'').unwrap()),
            None => (line, ""),
        };
        let path = words.split("$URL").nth(1).unwrap();
        let method = match words.split(' ').collect::<Vec<_>>().as_slice() {
            ["curl", "-X", method, _] => method,
            ["curl", _] if data.is_empty() => "GET",
            ["curl", _] => "POST",
            _ => panic!("expected a curl command of a known form: {line}"),
        };
        let body: Value = if data.is_empty() {
            json!({})
        } else {
            serde_json::from_str(data).unwrap()
        };
        let (status, response) = ask_control(&emulator, method, path, &body);
        assert_eq!(status, 200, "{line}: {response}");
    }
    lines.len()
}

#[test]
#[cfg(feature = "cli")]
fn the_configuration_works() {
    use totps_emulator::{Builder, Config};

    let (_, rest) = README
        .split_once("```toml\n# totps-emulator.toml\n")
        .unwrap();
    let (toml, _) = rest.split_once("```").unwrap();
    let mut config = Config::from_toml(toml).unwrap();
    config.port = None;
    let emulator = Builder::from(config).run();
    assert_eq!(
        emulator.member_id(),
        "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f"
    );
    assert!(emulator.code("jane").is_some());
}

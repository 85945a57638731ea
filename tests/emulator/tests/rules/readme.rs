//! What the README says is so.

use serde_json::{Value, json};
use totps_emulator::{Config, Settings, Situation};

use crate::client::{ask_control, fixed};

const README: &str = include_str!("../../README.md");

/// The cells of a table's rows that start with a name.
fn row(name: &str) -> Vec<Vec<&'static str>> {
    let start = format!("| `{name}` |");
    let lines = README.lines().filter(|line| line.starts_with(&start));
    lines
        .map(|line| line.split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn every_setting_is_listed_with_its_default() {
    let defaults = json!(Settings::default());
    for (name, default) in defaults.as_object().unwrap() {
        let listed = row(name).iter().any(|row| {
            let cell = row[2].trim_matches('`');
            serde_json::from_str(cell).is_ok_and(|listed: Value| listed == *default)
        });
        assert!(listed, "{name} = {default}");
    }
}

#[test]
fn every_situation_is_listed_with_its_answer() {
    for situation in Situation::ALL {
        let answer = situation.answer();
        let name = json!(situation);
        let listed = row(name.as_str().unwrap()).iter().any(|row| {
            row[2] == answer.status.to_string() && row[3].trim_matches('`') == answer.error_type
        });
        assert!(listed, "{name} {answer:?}");
    }
}

#[test]
fn the_control_lines_work() {
    let emulator = fixed().start().unwrap();
    let lines: Vec<&str> = README
        .lines()
        .filter(|line| line.starts_with("curl "))
        .collect();
    assert!(lines.len() > 20);
    for line in lines {
        let (words, data) = match line.split_once(" -d '") {
            Some((words, data)) => (words, data.strip_suffix('\'').unwrap()),
            None => (line, ""),
        };
        let path = words.split("$URL").nth(1).unwrap();
        let method = match words.split(' ').collect::<Vec<_>>().as_slice() {
            ["curl", "-X", method, _] => method,
            ["curl", _] if data.is_empty() => "GET",
            ["curl", _] => "POST",
            _ => panic!("not understood: {line}"),
        };
        let body = if data.is_empty() {
            json!({})
        } else {
            serde_json::from_str(data).unwrap()
        };
        let (status, answer) = ask_control(&emulator, method, path, &body);
        assert_eq!(status, 200, "{line}: {answer}");
    }
}

#[test]
fn the_configuration_works() {
    let (_, rest) = README.split_once("```toml\n").unwrap();
    let (toml, _) = rest.split_once("```").unwrap();
    let mut config: Config = toml::from_str(toml).unwrap();
    config.port = None;
    let emulator = fixed().config(config).start().unwrap();
    assert_eq!(
        emulator.member_id(),
        "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f"
    );
    assert!(emulator.code("jane").is_some());
}

//! The program as a process: what it refuses, and that it leaves nothing, however it ends.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use totps_emulator::{Emulator, Fault};

/// A folder for the files of a run.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the command of a run against an emulator.
    fn command(&self, emulator: &Emulator, args: &[&str]) -> Command {
        let mut command = program(args);
        command
            .current_dir(self.folder.path())
            .env("STYTCH_PROJECT_ID", emulator.project_id())
            .env("STYTCH_SECRET", emulator.secret())
            .env("STYTCH_BASE_URL", emulator.base_url());
        command
    }

    fn run(&self, emulator: &Emulator, args: &[&str]) -> Output {
        self.command(emulator, args).output().unwrap()
    }
}

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_totps-live"));
    for name in ["STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL"] {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// Writes a journal in which Organizations of an emulator are left that do not exist.
fn write_journal(place: &Place, emulator: &Emulator, count: usize) {
    let line = |number| {
        let line = serde_json::json!({
            "event": "organization",
            "project_id": emulator.project_id(),
            "base_url": emulator.base_url(),
            "name": format!("totps-live-0-{number}"),
        });
        format!("{line}\n")
    };
    let lines: String = (0..count).map(line).collect();
    std::fs::write(place.path("totps-live.journal"), lines).unwrap();
}

fn emulator() -> Emulator {
    Emulator::builder().seed(3).start().unwrap()
}

/// Returns how many Organizations are left, without the one that an emulator starts with.
fn left(emulator: &Emulator) -> usize {
    let created = emulator.requests();
    let created = created
        .iter()
        .filter(|it| it.endpoint == Some("organizations.create"));
    assert!(
        created.count() > 0,
        "expected that an Organization was created"
    );
    let body = serde_json::json!({});
    let search = totps_ureq::ureq::post(format!(
        "{}/v1/b2b/organizations/search",
        emulator.base_url()
    ));
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("{}:{}", emulator.project_id(), emulator.secret()),
    );
    let mut response = search
        .header("authorization", format!("Basic {basic}"))
        .send(body.to_string())
        .unwrap();
    let text = response.body_mut().read_to_string().unwrap();
    let found: Value = serde_json::from_str(&text).unwrap();
    found["organizations"].as_array().unwrap().len() - 1
}

#[track_caller]
fn assert_ends(output: &Output, code: i32, says: &str) {
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{err}");
    assert!(err.contains(says), "expected `{says}` in {err}");
}

#[test]
fn live_projects_and_other_hosts_are_refused() {
    let emulator = emulator();
    let place = Place::new();
    let refused = |name: &str, value: &str, says: &str| {
        let output = place
            .command(&emulator, &[])
            .env(name, value)
            .output()
            .unwrap();
        assert_ends(&output, 2, says);
    };
    let live = emulator.project_id().replace("-test-", "-live-");
    refused(
        "STYTCH_PROJECT_ID",
        &live,
        "must begin with `project-test-`",
    );
    refused(
        "STYTCH_PROJECT_ID",
        "workspace-test-1",
        "must begin with `project-test-`",
    );
    for url in [
        "https://api.stytch.com",
        "https://test.stytch.com.example.com",
        "https://test.stytch.com@example.com",
        "http://test.stytch.com",
        "https://example.com",
        "https://127.0.0.1",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "nonsense",
    ] {
        refused("STYTCH_BASE_URL", url, "must be `https://test.stytch.com`");
    }
    let output = place
        .command(&emulator, &["--rate", "50"])
        .env("STYTCH_BASE_URL", "https://test.stytch.com")
        .output()
        .unwrap();
    assert_ends(&output, 2, "Stytch gets at most two");
    let output = place
        .command(&emulator, &[])
        .env_remove("STYTCH_SECRET")
        .output()
        .unwrap();
    assert_ends(&output, 2, "set STYTCH_SECRET");
    assert_ends(
        &place.run(&emulator, &["--only", "T99"]),
        2,
        "there is no experiment T99",
    );
    for (args, says) in [
        (
            vec!["--only", "T3,S1"],
            "S1 waits for minutes: add `--slow`",
        ),
        (
            vec!["--only", "T15", "--no-lock"],
            "T15 locks a Member: leave out `--no-lock`",
        ),
    ] {
        assert_ends(&place.run(&emulator, &args), 2, says);
    }
    assert!(emulator.requests().is_empty(), "expected no request");
}

#[test]
fn a_run_writes_its_files_and_leaves_nothing() {
    let emulator = emulator();
    let place = Place::new();
    let output = place.run(&emulator, &["--only", "N2,T3,T4,E1", "--out", "result"]);
    assert_ends(&output, 0, "");
    for name in ["outcome.json", "report.md", "emulator.toml"] {
        assert!(place.path("result").join(name).exists(), "expected {name}");
    }
    assert_eq!(left(&emulator), 0, "expected nothing to be left");
    let config = place.path("result").join("emulator.toml");
    assert!(totps_emulator::Config::from_file(&config).is_ok());
}

#[test]
fn an_error_leaves_nothing() {
    let emulator = emulator();
    let place = Place::new();
    // Three calls in a row without a response end a run.
    let lost = Fault::lost_response().endpoint("members.create");
    emulator.inject(100, lost).unwrap();
    let output = place.run(&emulator, &["--only", "T3,T4,T13"]);
    assert_ends(&output, 1, "the server cannot be reached");
    assert_eq!(left(&emulator), 0, "expected nothing to be left");
}

/// Starts a slow run, and waits until it has created something.
fn start_slowly(place: &Place, emulator: &Emulator) -> Child {
    let mut command = place.command(emulator, &["--rate", "2"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // Read its output, so that the pipe does not fill up.
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    std::thread::spawn(move || lines.for_each(drop));
    wait_for(&mut child, emulator, "passwords.migrate");
    child
}

/// Waits until a program has called an endpoint.
fn wait_for(child: &mut Child, emulator: &Emulator, endpoint: &str) {
    let called = |it: &totps_emulator::RecordedRequest| it.endpoint == Some(endpoint);
    while !emulator.requests().iter().any(called) {
        let ended = child.try_wait().unwrap();
        assert_eq!(ended, None, "expected a call of {endpoint} before the end");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn signal(child: &Child, name: &str) {
    // The shell's builtin, since small systems have no program of this name.
    let kill = format!("kill {name} {}", child.id());
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(
        status.unwrap().success(),
        "expected that the signal is sent"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing() {
    let emulator = emulator();
    let place = Place::new();
    let mut child = start_slowly(&place, &emulator);
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(left(&emulator), 0, "expected nothing to be left");
    assert!(
        !place.path("totps-live-result").exists(),
        "expected no result"
    );
}

#[cfg(unix)]
#[test]
fn clean_removes_what_a_killed_run_left() {
    let emulator = emulator();
    let place = Place::new();
    let mut child = start_slowly(&place, &emulator);
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert_eq!(left(&emulator), 1, "expected an Organization to be left");
    // A removal for another project deletes nothing here.
    let other = Emulator::builder().seed(4).start().unwrap();
    assert_ends(&place.run(&other, &["--clean"]), 0, "");
    assert_eq!(left(&emulator), 1, "expected an Organization to be left");
    assert_ends(&place.run(&emulator, &["--clean"]), 0, "");
    assert_eq!(left(&emulator), 0, "expected nothing to be left");
}

#[cfg(unix)]
#[test]
fn clean_all_removes_organizations_that_are_not_in_the_journal() {
    let emulator = emulator();
    let place = Place::new();
    let mut child = start_slowly(&place, &emulator);
    signal(&child, "-KILL");
    child.wait().unwrap();
    std::fs::remove_file(place.path("totps-live.journal")).unwrap();
    let output = place.run(&emulator, &["--clean"]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("that are not in this journal: 1."), "{out}");
    assert_eq!(left(&emulator), 1, "expected an Organization to be left");
    assert_ends(&place.run(&emulator, &["--clean", "--all"]), 0, "");
    assert_eq!(left(&emulator), 0, "expected nothing to be left");
}

#[test]
fn the_journal_is_written_before_the_call() {
    let emulator = emulator();
    let place = Place::new();
    // The Organization is created, and the response with its id is lost.
    emulator
        .inject(1, Fault::lost_response().endpoint("organizations.create"))
        .unwrap();
    // The removal fails, too.
    emulator
        .inject(9, Fault::response(503).endpoint("organizations.get"))
        .unwrap();
    let output = place.run(&emulator, &["--only", "T3"]);
    assert_ends(&output, 1, "run with `--clean`");
    assert_eq!(left(&emulator), 1, "expected an Organization to be left");
    emulator.clear_faults();
    assert_ends(&place.run(&emulator, &["--clean"]), 0, "");
    assert_eq!(left(&emulator), 0, "expected nothing to be left");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_whose_removal_fails_ends_with_130() {
    let emulator = emulator();
    let place = Place::new();
    let mut child = start_slowly(&place, &emulator);
    let fault = Fault::response(503).endpoint("organizations.get");
    emulator.inject(9, fault).unwrap();
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(left(&emulator), 1, "expected an Organization to be left");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_removal() {
    let emulator = emulator();
    let place = Place::new();
    write_journal(&place, &emulator, 60);
    let mut command = place.command(&emulator, &["--clean", "--rate", "2"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&mut child, &emulator, "organizations.get");
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_ends(&output, 130, "`--clean` again removes the rest");
    let calls = emulator.requests().len();
    assert!(
        calls < 60,
        "expected the removal to end early: {calls} calls"
    );
}

#[test]
fn a_refused_search_does_not_count_as_nothing_left() {
    let emulator = emulator();
    let place = Place::new();
    let body = serde_json::json!({ "error_type": "made_up" }).to_string();
    let fault = Fault::response(403)
        .body(body)
        .endpoint("organizations.search");
    emulator.inject(9, fault).unwrap();
    assert_ends(&place.run(&emulator, &["--clean"]), 1, "403 made_up");
}

#[test]
fn clean_finds_all_organizations_of_the_program() {
    let emulator = emulator();
    let place = Place::new();
    for number in 0..101 {
        let made = emulator.create_organization(|new| {
            // A run also creates Organizations whose slug has no prefix.
            new.organization_slug = Some(format!("slug-{number}"));
            if number >= 99 {
                new.organization_external_id = Some(format!("totps-live-0-{number}"));
            }
        });
        made.unwrap();
    }
    let output = place.run(&emulator, &["--clean"]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("that are not in this journal: 2."), "{out}");
    let output = place.run(&emulator, &["--clean", "--all"]);
    assert_ends(&output, 0, "");
    let deleted = emulator.requests();
    let deleted = deleted
        .iter()
        .filter(|it| it.endpoint == Some("organizations.delete"));
    assert_eq!(deleted.count(), 2, "expected only ours to be deleted");
}

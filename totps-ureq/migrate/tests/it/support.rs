//! Shared code of the tests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use totps_emulator::Emulator;
use totps_ureq::{Client, Project};

pub(crate) const ORGANIZATION: &str = "organization-test-migrate";
/// The key `12345678901234567890` in base32.
pub(crate) const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// An emulator, and a folder for the files of a migration.
pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    pub(crate) folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let emulator = Emulator::builder()
            .seed(15)
            .organization(|new| new.organization_id = Some(ORGANIZATION.to_owned()));
        Self {
            emulator: emulator.start().unwrap(),
            folder: TempDir::new().unwrap(),
        }
    }

    /// Adds Members without a TOTP, `member-test-0` and so on.
    pub(crate) fn members(&self, count: usize) {
        for number in 0..count {
            self.member(&format!("member-test-{number}"), None);
        }
    }

    pub(crate) fn member(&self, id: &str, secret: Option<&str>) {
        let created = self.emulator.create_member(ORGANIZATION, |new| {
            new.member_id = Some(id.to_owned());
            new.email_address = Some(format!("{id}@example.com"));
            new.totp_secret = secret.map(str::to_owned);
        });
        created.unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes an input for `count` Members.
    pub(crate) fn rows(&self, count: usize) -> PathBuf {
        let mut csv = "organization_id,member_id,secret\n".to_owned();
        for number in 0..count {
            writeln!(csv, "{ORGANIZATION},member-test-{number},{SECRET}").unwrap();
        }
        self.write("in.csv", &csv)
    }

    /// Returns a command of the program, with its environment and in the folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("STYTCH_PROJECT_ID", self.emulator.project_id())
            .env("STYTCH_SECRET", self.emulator.secret())
            .env("STYTCH_BASE_URL", self.emulator.base_url());
        command
    }

    /// Runs to the end.
    pub(crate) fn call(&self, args: &[&str]) -> Called {
        self.command(args).output().unwrap().into()
    }

    /// Calls `run` at full speed with the usual files.
    pub(crate) fn run(&self, more: &[&str]) -> Called {
        self.call(&[RUN, more].concat())
    }

    pub(crate) fn client(&self) -> Client {
        let emulator = &self.emulator;
        let project = Project::at(
            emulator.base_url(),
            emulator.project_id(),
            emulator.secret(),
        );
        totps_ureq::client(project.unwrap())
    }

    /// Returns the registration of a Member.
    pub(crate) fn registration(&self, member_id: &str) -> Option<String> {
        let params = totps_ureq::GetMemberParams::by_id(ORGANIZATION, member_id);
        let member = self.client().get_member(&params).unwrap().member;
        member.totp_registration_id.map(|id| id.as_str().to_owned())
    }

    /// Returns the lines of the journal after the first.
    pub(crate) fn journal(&self) -> Vec<Value> {
        json_lines(&self.read("journal")).split_off(1)
    }
}

pub(crate) const RUN: &[&str] = &[
    "run",
    "in.csv",
    "--journal",
    "journal",
    "--rate",
    "unlimited",
    "--pause",
    "0.01",
];

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_totps-migrate"));
    command
        .env_remove("STYTCH_PROJECT_ID")
        .env_remove("STYTCH_SECRET")
        .env_remove("STYTCH_BASE_URL")
        .stdin(Stdio::null());
    command
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("JSON: {line}")))
        .collect()
}

/// The result of a call of the program.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Called {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Called {
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Returns the report at the end.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let last = json_lines(&self.out).pop();
        last.unwrap_or_else(|| panic!("a report in {self:#?}"))
    }

    /// Returns the states of the rows, by Member.
    pub(crate) fn states(&self) -> BTreeMap<String, String> {
        let events = json_lines(&self.out).into_iter();
        let rows = events.filter(|event| event["event"] == "row");
        rows.map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            (text("member"), text("state"))
        })
        .collect()
    }
}

//! Runs the program with its own folders for the files that it writes.

use std::env;
use std::fs;
use std::io::{BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use totps_emulator::{Emulator, Factor};

pub(crate) const PROMPT: &str = "type the code that it shows: ";

/// Builds the example once, with the package and example of the README's command, and returns its
/// path.
fn example() -> &'static Path {
    static EXAMPLE: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let output = Command::new(env::var_os("CARGO").expect("tests are run by cargo"))
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .args([
                "build",
                "--locked",
                "-p",
                "totps-ureq",
                "--example",
                "enroll",
            ])
            .arg("--message-format=json-render-diagnostics")
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo can be run");
        assert!(output.status.success(), "expected the example to be built");
        let messages = String::from_utf8(output.stdout).unwrap();
        messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "enroll")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .expect("cargo prints the path of the example")
    })
}

/// The folders of a run: `tmp` for temporary files, and `cwd`, in which the program is started.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["tmp", "cwd"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns a command for the program without configuration.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(example());
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("STYTCH_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.path("cwd"))
            .env("TMPDIR", self.path("tmp"))
            .stdin(Stdio::null());
        command
    }

    /// Returns a command for the program with an account and a new login. The emulator stands in
    /// for Stytch.
    pub(crate) fn with_account(&self, emulator: &Emulator) -> Command {
        let login = emulator
            .create_intermediate_session(emulator.member_id(), &[Factor::MagicLink])
            .unwrap();
        let mut command = self.command();
        command
            .envs(account(emulator))
            .env("STYTCH_INTERMEDIATE_SESSION_TOKEN", login);
        command
    }

    /// Returns the files in a folder.
    pub(crate) fn files(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Returns the content of the only file in a folder, and checks that only its owner can read
    /// it.
    pub(crate) fn only_file(&self, folder: &str) -> Vec<u8> {
        let files = self.files(folder);
        assert_eq!(files.len(), 1, "expected one file in {folder}: {files:?}");
        let mode = fs::metadata(&files[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{files:?}");
        fs::read(&files[0]).unwrap()
    }
}

/// Returns the environment variables of an account on an emulator.
pub(crate) fn account(emulator: &Emulator) -> Vec<(&'static str, String)> {
    let text = str::to_owned;
    vec![
        ("STYTCH_BASE_URL", text(emulator.base_url())),
        ("STYTCH_PROJECT_ID", text(emulator.project_id())),
        ("STYTCH_SECRET", text(emulator.secret())),
        ("STYTCH_ORGANIZATION_ID", text(emulator.organization_id())),
        ("STYTCH_MEMBER_ID", text(emulator.member_id())),
    ]
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

pub(crate) fn run(command: &mut Command) -> Ended {
    command.output().unwrap().into()
}

#[track_caller]
pub(crate) fn assert_ended(ended: &Ended, code: i32, texts: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for text in texts {
        let said = ended.out.contains(text) || ended.err.contains(text);
        assert!(said, "expected `{text}` in {ended:?}");
    }
}

/// A run on pipes that waits for the code to be typed.
pub(crate) struct Waiting {
    child: Child,
    out: BufReader<ChildStdout>,
    /// The output so far.
    pub(crate) printed: String,
}

impl Waiting {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut printed = Vec::new();
        let mut byte = [0];
        while !printed.ends_with(PROMPT.as_bytes()) && out.read(&mut byte).unwrap() == 1 {
            printed.extend(byte);
        }
        let printed = String::from_utf8(printed).unwrap();
        assert!(
            printed.ends_with(PROMPT),
            "expected a prompt after: {printed}"
        );
        Self {
            child,
            out,
            printed,
        }
    }

    /// Types a line, and waits until the program ends.
    pub(crate) fn type_line(mut self, line: &str) -> Ended {
        self.send(line);
        let mut out = self.printed;
        self.out.read_to_string(&mut out).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Ended {
            out,
            ..Ended::from(output)
        }
    }

    /// Closes the output, types a line, and waits until the program ends.
    pub(crate) fn type_line_unread(mut self, line: &str) -> (ExitStatus, String) {
        drop(self.out);
        let mut input = self.child.stdin.take().unwrap();
        writeln!(input, "{line}").unwrap();
        let output = self.child.wait_with_output().unwrap();
        (output.status, String::from_utf8(output.stderr).unwrap())
    }

    fn send(&mut self, line: &str) {
        let mut input = self.child.stdin.take().unwrap();
        writeln!(input, "{line}").unwrap();
    }
}

//! Runs in a terminal.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Child, Command};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use totps_emulator::Emulator;

use crate::program::{PROMPT, Place};

/// A program in its own terminal.
struct Terminal {
    controller: File,
    child: Child,
    printed: String,
}

impl Terminal {
    fn start(command: &mut Command, rows: u16, columns: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        let child = command
            .stdin(terminal.try_clone().unwrap())
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal)
            .spawn()
            .unwrap();
        // Close our copies of the terminal, so that reading ends when the program ends.
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        Self {
            controller: controller.into(),
            child,
            printed: String::new(),
        }
    }

    /// Reads until the output ends with `text`, or until the end.
    fn read_until(&mut self, text: &str) {
        let mut bytes = Vec::new();
        let mut byte = [0];
        // Linux reports the end of the other side as an error.
        while !bytes.ends_with(text.as_bytes()) && self.controller.read(&mut byte).unwrap_or(0) == 1
        {
            bytes.extend(byte);
        }
        self.printed += &String::from_utf8(bytes).unwrap();
    }

    fn wait_for_prompt(&mut self) {
        self.read_until(PROMPT);
        assert!(
            self.printed.ends_with(PROMPT),
            "expected a prompt after: {}",
            self.printed
        );
    }

    fn type_line(&mut self, line: &str) {
        self.controller
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    fn end(mut self) -> (Option<i32>, String) {
        self.read_until("\0");
        (self.child.wait().unwrap().code(), self.printed)
    }
}

/// Returns the output in a terminal of this size. The run ends with a wrong code. The seed makes
/// the emulator create the same secret each time, so the QR code always has the same size.
fn shown(rows: u16, columns: u16) -> String {
    let emulator = Emulator::builder().seed(1).start().unwrap();
    let place = Place::new();
    let mut command = place.with_account(&emulator);
    let terminal = Terminal::start(command.args(["--code", "000000"]), rows, columns);
    let (code, printed) = terminal.end();
    assert_eq!(code, Some(1), "{printed}");
    printed
}

#[test]
fn a_terminal_with_enough_rows_shows_the_code() {
    let printed = shown(10, 200);
    let (_, size) = printed
        .split_once("The QR code needs a terminal of ")
        .unwrap();
    let mut numbers = size.split(' ').filter_map(|word| word.parse::<u16>().ok());
    let (rows, columns) = (numbers.next().unwrap(), numbers.next().unwrap());
    assert!(
        rows > 20 && columns > 40,
        "expected the size of a QR code, got {rows} rows and {columns} columns"
    );
    for (rows, columns, fits) in [
        (rows, columns, true),
        (rows - 1, columns, false),
        (rows, columns - 1, false),
        // A terminal that does not say its size.
        (0, 0, true),
    ] {
        let printed = shown(rows, columns);
        assert_eq!(
            printed.contains('█'),
            fits,
            "{rows} rows, {columns} columns: {printed}"
        );
        let said = format!("and this one has {rows} and {columns}: scan the picture ");
        assert_eq!(printed.contains(&said), !fits, "{printed}");
    }
}

#[test]
fn a_terminal_with_too_few_rows_names_the_picture() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let mut terminal = Terminal::start(&mut place.with_account(&emulator), 24, 80);
    terminal.wait_for_prompt();
    let picture = place.files("tmp")[0].display().to_string();
    let said = format!("this one has 24 and 80: scan the picture {picture}.");
    assert!(
        terminal.printed.contains(&said),
        "expected `{said}` in {}",
        terminal.printed
    );
    assert!(place.only_file("tmp").starts_with(b"\x89PNG"));
    terminal.type_line(&emulator.code(emulator.member_id()).unwrap());
    let (code, printed) = terminal.end();
    assert_eq!(code, Some(0), "{printed}");
}

#[test]
fn a_terminal_shows_recovery_codes_and_asks_again_after_a_typo() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let mut terminal = Terminal::start(&mut place.with_account(&emulator), 60, 100);
    terminal.wait_for_prompt();
    assert!(
        terminal.printed.contains("shown only this once"),
        "{}",
        terminal.printed
    );
    assert!(place.files("cwd").is_empty(), "no file must be written");
    terminal.type_line("12345");
    terminal.wait_for_prompt();
    assert!(
        terminal.printed.contains("That is not a code: "),
        "{}",
        terminal.printed
    );
    terminal.type_line(&emulator.code(emulator.member_id()).unwrap());
    let (code, printed) = terminal.end();
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        printed.contains("Factor  totp by authenticator_app"),
        "{printed}"
    );
}

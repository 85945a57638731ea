//! Closed standard input and output.

use std::process::{Command, Stdio};

use rustix::pipe::pipe;
use totps_emulator::Emulator;

use crate::program::{Place, Waiting, assert_ended, run};

/// Without `--code`, a person must be able to type the code.
#[test]
fn a_closed_input_is_noticed_before_anything_is_created() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let (ended_pipe, writer) = pipe().unwrap();
    drop(writer);
    let empty_file = tempfile::tempfile().unwrap();
    for input in [Stdio::null(), ended_pipe.into(), empty_file.into()] {
        let mut command = place.with_account(&emulator);
        let ended = run(command.arg("--delete-first").stdin(input));
        assert_ended(&ended, 2, &["standard input is closed", "--code"]);
    }
    // A file descriptor that is not open at all.
    let program = place.with_account(&emulator);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" <&-"])
        .arg(program.get_program())
        .current_dir(place.path("cwd"));
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    assert_ended(&run(&mut shell), 2, &["standard input is closed"]);

    assert!(emulator.requests().is_empty(), "nothing must be sent");
    assert_eq!(emulator.code(emulator.member_id()), None);
    assert!(place.files("cwd").is_empty(), "{:?}", place.files("cwd"));
}

#[test]
fn a_code_on_the_command_line_needs_no_input() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let ended = run(place.with_account(&emulator).args(["--code", "000000"]));
    // The code is wrong: nobody can know a code of a secret that does not exist yet.
    assert_ended(
        &ended,
        1,
        &["2. Authenticate", "because: the API responded with"],
    );
}

#[test]
fn a_closed_output_ends_the_program_quietly() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let place = Place::new();
    let ended = run(place.command().stdout(writer));
    assert_ended(&ended, 141, &[]);
    assert_eq!(ended.err, "", "expected no panic and no error");
    assert!(place.files("tmp").is_empty());

    let emulator = Emulator::start().unwrap();
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = place.with_account(&emulator);
    let ended = run(command.args(["--code", "000000"]).stdout(writer));
    assert_ended(&ended, 141, &[]);
    assert_eq!(ended.err, "");
    assert!(emulator.requests().is_empty(), "nothing must be sent");
    assert!(place.files("cwd").is_empty(), "no empty file must be left");
}

/// As with `enroll | head -3`.
#[test]
fn an_output_closed_later_loses_no_recovery_codes() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let waiting = Waiting::start(&mut place.with_account(&emulator));
    let code = emulator.code(emulator.member_id()).unwrap();
    let (status, err) = waiting.type_line_unread(&code);
    assert_eq!(status.code(), Some(141));
    assert_eq!(err, "");
    let codes = String::from_utf8(place.only_file("cwd")).unwrap();
    assert_eq!(codes.lines().count(), 11, "{codes}");
}

#[test]
fn a_closed_standard_error_causes_no_panic() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let place = Place::new();
    let mut command = place.command();
    let status = command
        .env("STYTCH_SECRET", "x")
        .stderr(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}

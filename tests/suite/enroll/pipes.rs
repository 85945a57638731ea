//! Standard input and output that are closed.

use std::process::{Command, Stdio};

use rustix::pipe::pipe;
use totps_emulator::Emulator;

use crate::program::{Place, Waiting, assert_ended, run};

/// Without a code, somebody has to type it.
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
    // A descriptor that is not even open.
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

    assert!(emulator.requests().is_empty(), "nothing may be sent");
    assert_eq!(emulator.code(emulator.member_id()), None);
    assert!(place.files("cwd").is_empty(), "{:?}", place.files("cwd"));
}

#[test]
fn a_code_on_the_command_line_needs_no_input() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let ended = run(place.with_account(&emulator).args(["--code", "000000"]));
    // Nobody knows the code of a secret that was not made yet.
    assert_ended(
        &ended,
        1,
        &["2. Authenticate", "because: the API responded with"],
    );
}

#[test]
fn an_output_that_nobody_reads_ends_it_quietly() {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let place = Place::new();
    let ended = run(place.command().stdout(writer));
    assert_ended(&ended, 141, &[]);
    assert_eq!(ended.err, "", "no panic, no error");
    assert!(place.files("tmp").is_empty());

    let emulator = Emulator::start().unwrap();
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let mut command = place.with_account(&emulator);
    let ended = run(command.args(["--code", "000000"]).stdout(writer));
    assert_ended(&ended, 141, &[]);
    assert_eq!(ended.err, "");
    assert!(emulator.requests().is_empty(), "before anything is created");
    assert!(place.files("cwd").is_empty(), "no empty file is left");
}

/// Such as `enroll | head -3`.
#[test]
fn an_output_that_is_closed_later_costs_nothing() {
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
fn an_error_that_nobody_reads_is_no_panic() {
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

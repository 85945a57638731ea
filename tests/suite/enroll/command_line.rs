//! Options and environment variables.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use totps_emulator::Emulator;

use crate::program::{Place, account, assert_ended, run};

#[test]
fn help_describes_the_options_and_the_program() {
    let place = Place::new();
    for option in ["--help", "-h"] {
        let ended = run(place.command().arg(option));
        assert_ended(
            &ended,
            0,
            &[
                "Usage: enroll [OPTIONS]",
                "Enrols a Member in TOTP, checks a code, gets a session",
                "--delete-first",
                "--ca-file <FILE>",
                "--recovery-codes-file <FILE>",
                "STYTCH_PROJECT_ID",
                "STYTCH_MIGRATE_SECRET",
                "Exit codes: 0",
            ],
        );
        assert_eq!(ended.err, "", "help is not an error");
    }
}

#[test]
fn without_configuration_it_runs_to_its_end() {
    let place = Place::new();
    let ended = run(&mut place.command());
    assert_ended(
        &ended,
        0,
        &[
            "the emulator at http://127.0.0.1:",
            "█",
            "Factor  totp",
            "3. Migrate",
            "10 recovery codes",
        ],
    );
    assert_eq!(ended.err, "");
    // No picture is left: it holds the secret, and nobody scans the one from an emulator.
    for folder in ["tmp", "cwd"] {
        assert!(place.files(folder).is_empty(), "{:?}", place.files(folder));
    }
}

#[test]
fn delete_first_without_a_totp_removes_nothing() {
    let ended = run(Place::new()
        .command()
        .args(["--delete-first", "--show-recovery-codes"]));
    assert_ended(
        &ended,
        0,
        &["Recovery codes, shown only this once", "3. Migrate"],
    );
    assert!(
        !ended.out.contains("is removed"),
        "there was no TOTP to remove: {ended:?}"
    );
}

#[test]
fn wrong_options_exit_with_2() {
    let place = Place::new();
    for (arguments, said) in [
        (&["--colour"][..], "--colour"),
        (&["extra"], "extra"),
        (&["--code"], "--code"),
        (&["--code", "12345"], "--code"),
        (&["--delete-first=yes"], "--delete-first"),
        (&["--code", "123456", "--code", "123456"], "--code"),
        (
            &["--show-recovery-codes", "--recovery-codes-file", "f"],
            "cannot be used with",
        ),
        (
            &["--ca-file", "ca.pem"],
            "--ca-file is given, but STYTCH_PROJECT_ID is not",
        ),
    ] {
        let ended = run(place.command().args(arguments));
        assert_ended(&ended, 2, &[said]);
        assert_eq!(ended.out, "", "{arguments:?}: nothing must be done");
    }
    let ended = run(place.command().arg(OsStr::from_bytes(b"--\xff")));
    assert_ended(&ended, 2, &[]);
}

#[test]
fn incomplete_variables_are_errors() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let account = account(&emulator);
    // Set each variable alone, and leave out each variable.
    for (name, value) in &account {
        if *name != "STYTCH_PROJECT_ID" {
            let ended = run(place.command().env(name, value));
            assert_ended(
                &ended,
                2,
                &[&format!("{name} is given, but STYTCH_PROJECT_ID is not")],
            );
        }
        if *name != "STYTCH_BASE_URL" {
            for absent in [None, Some("")] {
                let mut command = place.with_account(&emulator);
                match absent {
                    None => command.env_remove(name),
                    Some(empty) => command.env(name, empty),
                };
                let ended = run(command.args(["--code", "123456"]));
                assert_ended(&ended, 2, &[&format!("but {name} is not")]);
            }
        }
    }
    for name in [
        "STYTCH_INTERMEDIATE_SESSION_TOKEN",
        "STYTCH_MIGRATE_MEMBER_ID",
        "STYTCH_MIGRATE_SECRET",
        "STYTCH_CA_FILE",
    ] {
        let ended = run(place.command().env(name, "x"));
        assert_ended(
            &ended,
            2,
            &[&format!("{name} is given, but STYTCH_PROJECT_ID is not")],
        );
    }
    for (name, other) in [
        ("STYTCH_MIGRATE_MEMBER_ID", "STYTCH_MIGRATE_SECRET"),
        ("STYTCH_MIGRATE_SECRET", "STYTCH_MIGRATE_MEMBER_ID"),
    ] {
        let mut command = place.with_account(&emulator);
        let ended = run(command.args(["--code", "123456"]).env(name, "BTGNX5RK"));
        assert_ended(
            &ended,
            2,
            &[&format!("{name} is given, but {other} is not")],
        );
    }
    assert!(emulator.requests().is_empty(), "nothing must be sent");
}

#[test]
fn invalid_variables_and_files_are_errors() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let taken = place.path("taken.txt");
    fs::write(&taken, "precious").unwrap();
    let not_pem = place.path("ca.pem");
    fs::write(&not_pem, "not a certificate").unwrap();
    let missing = place.path("missing");
    let not_utf8 = OsStr::from_bytes(b"\xff");

    for (name, value, said) in [
        ("STYTCH_BASE_URL", OsStr::new("api.stytch.com"), "base URL"),
        (
            "STYTCH_BASE_URL",
            OsStr::new("http://api.stytch.com"),
            "base URL",
        ),
        (
            "STYTCH_SECRET",
            not_utf8,
            "STYTCH_SECRET must be valid UTF-8",
        ),
        (
            "STYTCH_PROJECT_ID",
            not_utf8,
            "STYTCH_PROJECT_ID must be valid UTF-8",
        ),
        ("STYTCH_CA_FILE", missing.as_os_str(), "missing"),
        ("STYTCH_CA_FILE", not_pem.as_os_str(), "certificate"),
    ] {
        let mut command = place.with_account(&emulator);
        let ended = run(command.args(["--code", "123456"]).env(name, value));
        assert_ended(&ended, 2, &[said]);
    }
    let mut command = place.with_account(&emulator);
    command
        .env("STYTCH_MIGRATE_MEMBER_ID", "member")
        .env("STYTCH_MIGRATE_SECRET", "not-base32!");
    let ended = run(command.args(["--code", "123456"]));
    assert_ended(&ended, 2, &["STYTCH_MIGRATE_SECRET: "]);
    assert!(
        !ended.err.contains("not-base32"),
        "an error must not show a secret: {ended:?}"
    );

    for file in [&taken, &missing.join("below"), &place.path("cwd/..")] {
        let mut command = place.with_account(&emulator);
        let ended = run(command
            .args(["--code", "123456", "--recovery-codes-file"])
            .arg(file));
        assert_ended(&ended, 2, &["a file for the recovery codes: "]);
    }
    assert_eq!(
        fs::read(&taken).unwrap(),
        b"precious",
        "an existing file must not be overwritten"
    );
    assert!(place.files("cwd").is_empty() && place.files("tmp").is_empty());
    assert!(emulator.requests().is_empty(), "nothing must be sent");
}

//! Runs with an account. The emulator stands in for Stytch.

use std::fs;

use totps_emulator::Emulator;
use totps_ureq::{GetMemberParams, GetRecoveryCodesParams, Project};

use crate::program::{Ended, Place, Waiting, assert_ended, run};

/// Returns the recovery codes of the Member from the API.
fn recovery_codes(emulator: &Emulator, member: &str) -> Vec<String> {
    let params = GetRecoveryCodesParams::new(emulator.organization_id(), member);
    let read = client(emulator).get_recovery_codes(&params).unwrap();
    let codes = read.recovery_codes.iter();
    codes.map(|code| code.expose().to_owned()).collect()
}

fn client(emulator: &Emulator) -> totps_ureq::Client {
    let (url, id) = (emulator.base_url(), emulator.project_id());
    totps_ureq::client(Project::at(url, id, emulator.secret()).unwrap())
}

/// Runs the example until it ends, with the code that the Member's app shows.
fn run_with_code(emulator: &Emulator, place: &Place, arguments: &[&str]) -> Ended {
    let waiting = Waiting::start(place.with_account(emulator).args(arguments));
    let code = emulator.code(emulator.member_id()).unwrap();
    waiting.type_line(&code)
}

#[test]
fn without_a_terminal_recovery_codes_are_written_to_a_file() {
    let emulator = Emulator::start().unwrap();
    let second = emulator
        .create_member(emulator.organization_id(), |_| {})
        .unwrap();
    let place = Place::new();
    let mut command = place.with_account(&emulator);
    command
        .env("STYTCH_MIGRATE_MEMBER_ID", &second.member_id)
        .env("STYTCH_MIGRATE_SECRET", "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS");
    let waiting = Waiting::start(&mut command);
    let code = emulator.code(emulator.member_id()).unwrap();
    let ended = waiting.type_line(&code);
    assert_ended(
        &ended,
        0,
        &[
            "Factor  totp by authenticator_app",
            "10 recovery codes are in ",
        ],
    );

    let mut expected = Vec::new();
    for member in [emulator.member_id(), &second.member_id] {
        let codes = recovery_codes(&emulator, member);
        assert_eq!(codes.len(), 10);
        for code in &codes {
            assert!(!ended.out.contains(code), "the output must not show {code}");
        }
        expected.push(format!("# Recovery codes of {member}"));
        expected.extend(codes);
    }
    let written = String::from_utf8(place.only_file("cwd")).unwrap();
    assert_eq!(written.lines().collect::<Vec<_>>(), expected);
    let name = place.files("cwd")[0].file_name().unwrap().to_owned();
    assert!(ended.out.contains(name.to_str().unwrap()), "{ended:?}");
    // The picture is kept, so that a person can scan it later.
    assert!(place.only_file("tmp").starts_with(b"\x89PNG"));
    let picture = place.files("tmp")[0].display().to_string();
    assert!(ended.out.contains(&picture), "{ended:?}");
}

#[test]
fn recovery_codes_go_where_the_options_say() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let ended = run_with_code(&emulator, &place, &["--show-recovery-codes"]);
    assert_ended(
        &ended,
        0,
        &["shown only this once", "3. Migrate", "Skipped"],
    );
    for code in recovery_codes(&emulator, emulator.member_id()) {
        assert!(ended.out.contains(&code), "expected {code} in {ended:?}");
    }
    assert!(place.files("cwd").is_empty());

    let emulator = Emulator::start().unwrap();
    let ended = run_with_code(&emulator, &place, &["--recovery-codes-file", "codes.txt"]);
    assert_ended(&ended, 0, &["10 recovery codes are in ", "cwd/codes.txt."]);
    let written = fs::read_to_string(place.path("cwd/codes.txt")).unwrap();
    for code in recovery_codes(&emulator, emulator.member_id()) {
        assert!(written.contains(&code), "expected {code} in {written}");
    }
}

#[test]
fn a_call_that_fails_leaves_no_file() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let mut command = place.with_account(&emulator);
    let ended = run(command
        .env("STYTCH_SECRET", "wrong")
        .args(["--code", "000000"]));
    assert_ended(
        &ended,
        1,
        &["the credentials are wrong", "check STYTCH_PROJECT_ID"],
    );
    assert!(place.files("cwd").is_empty() && place.files("tmp").is_empty());
}

#[test]
fn a_second_run_names_delete_first() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    assert_ended(&run_with_code(&emulator, &place, &[]), 0, &[]);
    let first = recovery_codes(&emulator, emulator.member_id());

    let again = run(place.with_account(&emulator).args(["--code", "000000"]));
    assert_ended(
        &again,
        1,
        &["has a TOTP already", "--delete-first", "active_totp_exists"],
    );
    assert_eq!(
        recovery_codes(&emulator, emulator.member_id()),
        first,
        "nothing was removed"
    );

    let third = run_with_code(&emulator, &place, &["--delete-first"]);
    assert_ended(
        &third,
        0,
        &["The TOTP of member-", " is removed.", "Factor  totp"],
    );
    let params = GetMemberParams::by_id(emulator.organization_id(), emulator.member_id());
    assert!(
        client(&emulator)
            .get_member(&params)
            .unwrap()
            .member
            .has_totp()
    );
}

#[test]
fn a_used_intermediate_session_token_is_named() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let token = emulator.intermediate_session_token();
    for (arguments, code, said) in [
        (&[][..], 0, "Factor  totp"),
        (
            &["--delete-first"],
            1,
            "set STYTCH_INTERMEDIATE_SESSION_TOKEN to the new token",
        ),
    ] {
        let mut command = place.with_account(&emulator);
        command.env("STYTCH_INTERMEDIATE_SESSION_TOKEN", token);
        let waiting = Waiting::start(command.args(arguments));
        let typed = emulator.code(emulator.member_id()).unwrap();
        assert_ended(&waiting.type_line(&typed), code, &[said]);
    }
}

#[test]
fn a_missing_intermediate_session_token_is_named() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let mut command = place.with_account(&emulator);
    command.env_remove("STYTCH_INTERMEDIATE_SESSION_TOKEN");
    let waiting = Waiting::start(&mut command);
    let code = emulator.code(emulator.member_id()).unwrap();
    let said = "set STYTCH_INTERMEDIATE_SESSION_TOKEN to the token of a login";
    assert_ended(
        &waiting.type_line(&code),
        1,
        &[said, "no_session_arguments"],
    );
}

#[test]
fn an_emulator_with_tls_needs_its_ca_file() {
    let emulator = Emulator::builder().tls(true).start().unwrap();
    let place = Place::new();
    let file = place.path("ca.pem");
    fs::write(&file, emulator.ca_pem().unwrap()).unwrap();

    let ended = run(place.with_account(&emulator).args(["--code", "000000"]));
    assert_ended(
        &ended,
        1,
        &[
            "check STYTCH_BASE_URL and --ca-file",
            "TLS failed; nothing was sent",
        ],
    );
    assert!(emulator.requests().is_empty());

    let ended = run_with_code(&emulator, &place, &["--ca-file", file.to_str().unwrap()]);
    assert_ended(&ended, 0, &["Factor  totp", "https://"]);

    // The variable that `totps-emulator --tls --env` prints.
    let mut command = place.with_account(&emulator);
    command.env("STYTCH_CA_FILE", &file).arg("--delete-first");
    let waiting = Waiting::start(&mut command);
    let code = emulator.code(emulator.member_id()).unwrap();
    assert_ended(
        &waiting.type_line(&code),
        0,
        &["is removed", "Factor  totp"],
    );
}

#[test]
fn a_malformed_code_is_not_sent() {
    let emulator = Emulator::start().unwrap();
    let place = Place::new();
    let waiting = Waiting::start(&mut place.with_account(&emulator));
    let requests = emulator.requests().len();
    assert_ended(&waiting.type_line("12345"), 1, &["exactly six digits"]);
    assert_eq!(
        emulator.requests().len(),
        requests,
        "the code must not be sent"
    );
    // The recovery codes are not lost.
    assert_eq!(
        String::from_utf8(place.only_file("cwd"))
            .unwrap()
            .lines()
            .count(),
        11
    );
}

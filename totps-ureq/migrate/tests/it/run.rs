//! Tests of `run` and `verify`.

use std::time::{Duration, Instant};

use serde_json::json;
use totps_emulator::{Fault, MemberStatus, RateLimitError};

use crate::support::{Bench, ORGANIZATION, SECRET, json_lines};

#[test]
fn rows_are_migrated_once() {
    let bench = Bench::new();
    bench.members(20);
    bench.rows(20);
    let called = bench.run(&["--codes-out", "codes"]).ends_with(0);
    assert_eq!(called.report()["migrated"], json!(20));
    let code = totps_emulator::authenticator_code(SECRET, bench.emulator.now()).unwrap();
    for number in 0..20 {
        let member = format!("member-test-{number}");
        assert_eq!(
            bench.emulator.code(&member).as_ref(),
            Some(&code),
            "{member}"
        );
    }
    let codes = json_lines(&bench.read("codes")).split_off(1);
    assert_eq!(codes.len(), 20);
    assert!(
        codes
            .iter()
            .all(|line| line["recovery_codes"].as_array().unwrap().len() == 10)
    );
    #[cfg(unix)]
    for file in ["journal", "codes"] {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = std::fs::metadata(bench.path(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    bench.emulator.clear_requests();
    let before = bench.read("journal");
    let called = bench.run(&["--codes-out", "codes"]).ends_with(0);
    assert_eq!(called.report()["migrated_before"], json!(20));
    assert!(
        bench.emulator.requests().is_empty(),
        "rows that are done are not read again"
    );
    assert_eq!(bench.read("journal"), before);
    bench
        .call(&["verify", "--journal", "journal", "--rate", "unlimited"])
        .ends_with(0);
}

#[test]
fn the_journal_holds_no_secret_and_no_code() {
    let bench = Bench::new();
    bench.members(2);
    let csv = format!(
        "organization_id,member_id,secret,recovery_codes\n\
         {ORGANIZATION},member-test-0,{SECRET},aaaa-bbbb-cccc dddd-eeee-ffff\n\
         {ORGANIZATION},member-test-1,{SECRET},\n"
    );
    bench.write("in.csv", &csv);
    let called = bench.run(&["--codes-out", "codes"]).ends_with(0);
    let journal = bench.read("journal");
    let codes = json_lines(&bench.read("codes")).split_off(1);
    assert_eq!(codes.len(), 1, "codes from the input are not new");
    let mut secrets = vec![
        "aaaa-bbbb-cccc".to_owned(),
        SECRET.to_owned(),
        "12345678901234567890".to_owned(),
    ];
    let minted = codes[0]["recovery_codes"].as_array().unwrap().iter();
    secrets.extend(minted.map(|code| code.as_str().unwrap().to_owned()));
    secrets.push(bench.emulator.secret().to_owned());
    for secret in secrets {
        for text in [&journal, &called.out, &called.err] {
            assert!(!text.contains(&secret), "{secret} in {text}");
        }
    }
    let brought = totps_ureq::GetRecoveryCodesParams::new(ORGANIZATION, "member-test-0");
    let brought = bench
        .client()
        .get_recovery_codes(&brought)
        .unwrap()
        .recovery_codes;
    let brought: Vec<_> = brought.iter().map(|code| code.expose()).collect();
    assert_eq!(brought, ["aaaa-bbbb-cccc", "dddd-eeee-ffff"]);
}

#[test]
fn a_member_with_a_totp_is_never_touched() {
    let bench = Bench::new();
    let own = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    bench.member("member-test-0", Some(own));
    let before = bench.registration("member-test-0");
    bench.rows(1);
    bench.emulator.clear_requests();
    let called = bench.run(&["--codes-out", "codes"]).ends_with(2);
    assert_eq!(called.states()["member-test-0"], "present");
    assert_eq!(bench.registration("member-test-0"), before);
    let requests = bench.emulator.requests();
    let gets = requests
        .iter()
        .filter(|request| request.method == "GET")
        .count();
    assert_eq!(
        gets,
        requests.len(),
        "expected that nothing is sent and no codes are read: {requests:?}"
    );
    assert_eq!(bench.read("codes").lines().count(), 1);
    bench
        .call(&["undo", "--journal", "journal", "--rate", "unlimited"])
        .ends_with(0);
    assert_eq!(bench.registration("member-test-0"), before);
}

#[test]
fn after_a_lost_response_the_totp_is_found_and_its_codes_are_read() {
    for fault in [
        Fault::lost_response(),
        Fault::reset(),
        Fault::close_after(60),
    ] {
        let bench = Bench::new();
        bench.members(1);
        bench.rows(1);
        bench
            .emulator
            .inject(1, fault.endpoint("totp.migrate"))
            .unwrap();
        let called = bench.run(&["--codes-out", "codes"]).ends_with(0);
        assert_eq!(called.report()["found"], json!(1), "{called:?}");
        let codes = json_lines(&bench.read("codes")).pop().unwrap();
        let there = totps_ureq::GetRecoveryCodesParams::new(ORGANIZATION, "member-test-0");
        let there = bench
            .client()
            .get_recovery_codes(&there)
            .unwrap()
            .recovery_codes;
        let there: Vec<_> = there.iter().map(|code| json!(code.expose())).collect();
        assert_eq!(codes["recovery_codes"], json!(there));
        assert_eq!(
            codes["totp_registration_id"],
            json!(bench.registration("member-test-0"))
        );
    }
}

#[test]
fn after_a_5xx_the_member_is_read_and_the_row_is_sent_again() {
    let bench = Bench::new();
    bench.members(1);
    bench.rows(1);
    bench
        .emulator
        .inject(2, Fault::response(503).endpoint("totp.migrate"))
        .unwrap();
    bench.run(&[]).ends_with(0);
    let requests = bench.emulator.requests();
    let calls: Vec<_> = requests
        .iter()
        .map(|request| request.method.as_str())
        .collect();
    let expected = ["GET", "POST", "GET", "GET", "POST", "GET", "GET", "POST"];
    assert_eq!(calls, expected, "two reads between two requests");
}

#[test]
fn after_a_429_the_row_is_sent_again_without_reading_the_member() {
    let bench = Bench::new();
    bench.members(1);
    bench.rows(1);
    let limited = Fault::rate_limited(RateLimitError::TooManyRequests).endpoint("totp.migrate");
    bench
        .emulator
        .inject(1, limited.retry_after(Duration::from_secs(2)))
        .unwrap();
    let start = Instant::now();
    bench.run(&[]).ends_with(0);
    assert!(
        start.elapsed() >= Duration::from_secs(2),
        "Retry-After is respected"
    );
    let requests = bench.emulator.requests();
    let calls: Vec<_> = requests
        .iter()
        .map(|request| request.method.as_str())
        .collect();
    assert_eq!(calls, ["GET", "POST", "POST"]);
}

#[test]
fn a_member_who_enrols_in_the_meantime_is_a_conflict() {
    let bench = Bench::new();
    bench.members(1);
    bench.rows(1);
    let exists = Fault::response(400).endpoint("totp.migrate").body(json!({
        "status_code": 400,
        "request_id": "request-id-test-1",
        "error_type": "active_totp_exists",
        "error_message": "",
        "error_url": "",
    }));
    bench.emulator.inject(1, exists).unwrap();
    let called = bench.run(&[]).ends_with(3);
    assert_eq!(called.states()["member-test-0"], "conflict");
    assert!(bench.read("journal.rows.csv").contains("--retry-refused"));
    bench.run(&[]).ends_with(3);
    bench.run(&["--retry-refused"]).ends_with(0);
    assert_eq!(
        bench.read("journal.rows.csv").lines().count(),
        1,
        "an old report is replaced"
    );
}

#[test]
fn a_refused_row_is_reported_with_its_error_type() {
    let bench = Bench::new();
    bench.members(3);
    let created = bench.emulator.create_member(ORGANIZATION, |new| {
        new.member_id = Some("member-test-invited".to_owned());
        new.status = MemberStatus::Invited;
    });
    created.unwrap();
    let mut csv = "organization_id,member_id,secret\n".to_owned();
    for member in [
        "member-test-0",
        "member-test-unknown",
        "member-test-invited",
    ] {
        csv += &format!("{ORGANIZATION},{member},{SECRET}\n");
    }
    bench.write("in.csv", &csv);
    let called = bench.run(&[]).ends_with(2);
    let states = called.states();
    assert_eq!(states["member-test-0"], "migrated");
    assert_eq!(states["member-test-unknown"], "refused");
    assert_eq!(states["member-test-invited"], "refused");
    let rows = bench.read("journal.rows.csv");
    assert!(
        rows.contains("action_available_only_for_active_members"),
        "{rows}"
    );
    assert!(rows.contains("activate the Member"), "{rows}");
}

#[test]
fn members_are_looked_up_by_email_and_two_rows_for_one_member_are_rejected() {
    let bench = Bench::new();
    bench.members(3);
    let mut csv = "organization_id,member_id,secret\n".to_owned();
    for member in [
        "member-test-0@example.com",
        "member-test-1",
        "Member-Test-1@example.com",
        "member-test-2",
    ] {
        csv += &format!("{ORGANIZATION},{member},{SECRET}\n");
    }
    bench.write("in.csv", &csv);
    let called = bench.run(&[]).ends_with(2);
    let states = called.states();
    assert_eq!(states["member-test-0@example.com"], "migrated");
    assert_eq!(states["member-test-1"], "rejected");
    assert_eq!(states["Member-Test-1@example.com"], "rejected");
    assert_eq!(states["member-test-2"], "migrated");
    assert_eq!(bench.registration("member-test-1"), None);
}

#[test]
fn limits_are_respected_and_a_journal_in_use_is_refused() {
    let bench = Bench::new();
    bench.members(10);
    bench.rows(10);
    let called = bench.run(&["--limit", "3"]).ends_with(0);
    assert_eq!(
        (
            called.report()["migrated"].clone(),
            called.report()["left"].clone()
        ),
        (json!(3), json!(7))
    );
    assert!(bench.registration("member-test-2").is_some());
    assert!(bench.registration("member-test-3").is_none());
    let called = bench.run(&["--limit", "4"]).ends_with(0);
    assert_eq!(called.report()["migrated"], json!(7));
    bench
        .emulator
        .inject(1, Fault::delay(Duration::from_secs(3)))
        .unwrap();
    let mut first = bench.command(&[crate::support::RUN, &["--jobs", "1"]].concat());
    let mut first = first.stdout(std::process::Stdio::null()).spawn().unwrap();
    // Until the first run has its lock.
    let waited = Instant::now();
    while bench.emulator.faults().len() == 1 && waited.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let called = bench.run(&[]).ends_with(1);
    assert!(called.err.contains("in use"), "{called:?}");
    assert!(first.wait().unwrap().success());
}

#[test]
fn without_a_codes_file_the_codes_are_read_later() {
    let bench = Bench::new();
    bench.members(2);
    bench.rows(2);
    let called = bench.run(&[]).ends_with(0);
    assert_eq!(called.report()["unread_recovery_codes"], json!(2));
    assert!(called.err.contains("can be read later"), "{}", called.err);
    assert!(!bench.path("codes").exists());
    let called = bench.run(&["--codes-out", "codes"]).ends_with(0);
    assert_eq!(called.report()["unread_recovery_codes"], json!(0));
    assert_eq!(bench.read("codes").lines().count(), 3);
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let bench = Bench::new();
    bench.members(1);
    bench.rows(1);
    bench.write("codes", "mine\n");
    let called = bench.run(&["--codes-out", "codes"]).ends_with(1);
    assert!(called.err.contains("it is not changed"), "{called:?}");
    assert_eq!(bench.read("codes"), "mine\n");
    bench.write("other", "mine\n");
    bench
        .call(&["run", "in.csv", "--journal", "other"])
        .ends_with(1);
    assert_eq!(bench.read("other"), "mine\n");
    assert!(bench.registration("member-test-0").is_none());
}

#[test]
fn a_wrong_secret_or_project_stops_the_run() {
    let bench = Bench::new();
    bench.members(30);
    bench.rows(30);
    let mut command = bench.command(crate::support::RUN);
    let output = command.env("STYTCH_SECRET", "wrong").output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(
        bench.emulator.requests().len() <= 8,
        "expected only the requests that were in flight"
    );
    let mut command = bench.command(crate::support::RUN);
    let output = command
        .env("STYTCH_PROJECT_ID", "project-test-other")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    bench.run(&[]).ends_with(0);
    let mut command = bench.command(crate::support::RUN);
    let output = command.env_remove("STYTCH_SECRET").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    bench.write("secret", &format!("{}\n", bench.emulator.secret()));
    let mut command = bench.command(&[crate::support::RUN, &["--secret-file", "secret"]].concat());
    let output = command.env_remove("STYTCH_SECRET").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn ten_equal_failures_stop_the_run() {
    let bench = Bench::new();
    bench.members(30);
    bench.rows(30);
    bench.emulator.inject(1000, Fault::response(500)).unwrap();
    let called = bench.run(&[]).ends_with(4);
    assert!(
        called.report()["stopped"]
            .as_str()
            .unwrap()
            .contains("10 times in a row")
    );
    bench.emulator.clear_faults();
    bench.run(&[]).ends_with(0);
}

/// Sends a signal, as Ctrl-C does on Unix.
#[cfg(unix)]
#[test]
fn ctrl_c_waits_for_the_requests_in_flight() {
    let bench = Bench::new();
    bench.members(30);
    bench.rows(30);
    bench
        .emulator
        .inject(
            100,
            Fault::delay(Duration::from_millis(500)).endpoint("totp.migrate"),
        )
        .unwrap();
    let child = bench
        .command(crate::support::RUN)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let waited = Instant::now();
    while bench
        .emulator
        .requests()
        .iter()
        .all(|request| request.method == "GET")
    {
        assert!(waited.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    // The shell's own `kill`, since small systems have no program of this name.
    let kill = format!("kill -INT {}", child.id());
    let status = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(status.unwrap().success(), "expected `{kill}` to work");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let report = json_lines(&String::from_utf8(output.stdout).unwrap())
        .pop()
        .unwrap();
    let migrated = report["migrated"].as_u64().unwrap();
    assert!((1..30).contains(&migrated), "{report}");
    assert_eq!(report["unknown"], json!(0), "{report}");
    bench.emulator.clear_faults();
    bench.run(&[]).ends_with(0);
}

#[test]
fn another_secret_for_a_migrated_member_is_a_conflict() {
    let bench = Bench::new();
    bench.members(1);
    bench.rows(1);
    bench.run(&[]).ends_with(0);
    let csv = format!(
        "organization_id,member_id,secret\n{ORGANIZATION},member-test-0,{}\n",
        SECRET.replace('G', "A")
    );
    bench.write("in.csv", &csv);
    let called = bench.run(&[]).ends_with(3);
    assert_eq!(called.report()["conflict"], json!(1), "{called:?}");
}

#[test]
fn verify_reports_a_totp_that_was_deleted() {
    let bench = Bench::new();
    bench.members(3);
    bench.rows(3);
    bench.run(&[]).ends_with(0);
    let delete = totps_ureq::DeleteTotpParams::new(ORGANIZATION, "member-test-1");
    bench.client().delete_totp(&delete).unwrap();
    let called = bench.call(&[
        "verify",
        "--journal",
        "journal",
        "--rate",
        "unlimited",
        "--report",
        "r.csv",
    ]);
    let report = called.ends_with(3).report();
    assert_eq!(
        (report["as_expected"].clone(), report["gone"].clone()),
        (json!(2), json!(1))
    );
    assert!(bench.read("r.csv").contains("member-test-1"));
}

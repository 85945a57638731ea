//! Tests of `plan` and `formats`, which use no network.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::json;

use crate::support::{Bench, Called, SECRET, fixture, json_lines, program};

fn plan(file: &str, more: &[&str]) -> Called {
    let mut command = program();
    command
        .arg("plan")
        .arg(fixture(file))
        .args(["--json", "--members"]);
    command.arg(fixture("members.csv")).args(more);
    command.output().unwrap().into()
}

/// Returns the causes of a plan by their places.
fn causes(called: &Called) -> BTreeMap<String, String> {
    let events = json_lines(&called.out).into_iter();
    let rows = events.filter(|event| event["event"] == "row");
    rows.map(|row| {
        let place = row["input"].as_str().unwrap().to_owned();
        let causes = row["causes"].as_array().unwrap().iter();
        (
            place,
            causes
                .map(|cause| cause.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(","),
        )
    })
    .collect()
}

/// A file, its format, how many rows can be sent, and the causes of the others by their places.
type Expected = (
    &'static str,
    &'static str,
    u64,
    &'static [(&'static str, &'static str)],
);

#[test]
fn each_vendors_format_is_recognised_and_classified() {
    let expected: &[Expected] = &[
        ("own.ndjson", "ndjson", 3, &[]),
        (
            "otpauth.txt",
            "otpauth",
            2,
            &[("line 4", "not_totp"), ("line 5", "period")],
        ),
        (
            "google.txt",
            "google-authenticator",
            1,
            &[
                ("line 1, `[1]`", "algorithm"),
                ("line 1, `[2]`", "not_totp"),
            ],
        ),
        (
            "auth0.json",
            "auth0",
            1,
            &[
                ("`[2].mfa_factors[0].totp`", "several_devices"),
                ("`[2].mfa_factors[1].totp`", "several_devices"),
            ],
        ),
        (
            "keycloak.json",
            "keycloak",
            2,
            &[
                ("`users[2].credentials[0]`", "algorithm,digits"),
                ("`users[3].credentials[0]`", "hashed_recovery_codes"),
            ],
        ),
        (
            "authelia.yml",
            "authelia",
            1,
            &[("`totp_configurations[1]`", "algorithm")],
        ),
        ("authelia.csv", "authelia-csv", 1, &[]),
        (
            "django.json",
            "django",
            1,
            &[("`[1]`", "unconfirmed"), ("`[2]`", "start_time")],
        ),
        ("django.csv", "django-csv", 1, &[("line 3", "unconfirmed")]),
        (
            "supabase.csv",
            "supabase-csv",
            1,
            &[
                ("line 3", "unconfirmed"),
                ("line 4", "not_totp"),
                ("line 5", "encrypted"),
            ],
        ),
        ("supabase.json", "supabase", 1, &[("`[1]`", "unconfirmed")]),
        (
            "fusionauth.json",
            "fusionauth",
            1,
            &[
                ("`users[1].twoFactor.methods[0]`", "invalid"),
                // Valid hex, but FusionAuth documents base64.
                ("`users[2].twoFactor.methods[0]`", "invalid,no_member"),
            ],
        ),
        (
            "aegis.json",
            "aegis",
            1,
            &[("`db.entries[1]`", "not_totp,digits")],
        ),
        (
            "oath.csv",
            "oath-csv",
            1,
            &[
                ("line 3", "not_totp"),
                ("line 4", "period"),
                ("line 5", "algorithm"),
                ("line 6", "not_totp"),
            ],
        ),
    ];
    for (file, format, movable, problems) in expected {
        let called = plan(file, &[]);
        let report = called.report();
        assert_eq!(report["format"], json!(format), "{file}");
        assert_eq!(report["movable"], json!(movable), "{file}");
        let problems = problems.iter();
        let problems: BTreeMap<_, _> = problems
            .map(|(place, causes)| ((*place).to_owned(), (*causes).to_owned()))
            .collect();
        assert_eq!(causes(&called), problems, "{file}");
    }
}

/// Each fixture has the same key for the first Member, in its own encoding.
#[test]
fn each_vendors_encoding_gives_the_same_key() {
    let files = [
        "own.ndjson",
        "otpauth.txt",
        "google.txt",
        "auth0.json",
        "keycloak.json",
        "authelia.yml",
        "authelia.csv",
        "django.json",
        "django.csv",
        "supabase.csv",
        "supabase.json",
        "fusionauth.json",
        "aegis.json",
        "oath.csv",
    ];
    for file in files {
        let bench = Bench::new();
        for name in ["1", "2", "ada", "grace"] {
            bench.member(&format!("member-test-{name}"), None);
        }
        let ada = if file == "own.ndjson" {
            "member-test-1"
        } else {
            "member-test-ada"
        };
        let members = std::fs::read_to_string(fixture("members.csv")).unwrap();
        let members = members.replace("organization-test-1", crate::support::ORGANIZATION);
        bench.write("members.csv", &members);
        let input = std::fs::read_to_string(fixture(file)).unwrap();
        let input = input.replace("organization-test-1", crate::support::ORGANIZATION);
        bench.write("in.csv", &input);
        bench.run(&["--members", "members.csv"]);
        let code = totps_emulator::authenticator_code(SECRET, bench.emulator.now()).unwrap();
        assert_eq!(bench.emulator.code(ada), Some(code), "{file}");
    }
}

#[test]
fn all_errors_of_a_file_are_reported_at_once_without_the_values() {
    let called = plan("own.csv", &[]).ends_with(1);
    let found = causes(&called);
    let expected = [
        ("line 5", "algorithm,digits,period"),
        ("line 6", "ambiguous_encoding"),
        ("line 7", "invalid"),
        ("line 8", "invalid"),
        ("line 9", "hashed_recovery_codes"),
        ("line 10", "two_rows"),
        ("line 11", "two_rows"),
        ("line 12", "invalid"),
        ("line 13", "invalid"),
    ];
    let expected = expected.map(|(place, causes)| (place.to_owned(), causes.to_owned()));
    assert_eq!(found, BTreeMap::from(expected));
    assert!(
        called
            .out
            .contains("line 7, column 3, `secret`: is not base32"),
        "{}",
        called.out
    );
    assert!(
        called.out.contains("line 12, column 6, `digits`"),
        "{}",
        called.out
    );
    for value in ["abcdef234567", SECRET, "$2a$10", "\"six\""] {
        assert!(!called.out.contains(value), "{value} in {}", called.out);
    }
}

#[test]
fn an_ambiguous_secret_is_accepted_when_the_encoding_is_named() {
    let bench = Bench::new();
    let secret = "abcdef234567abcdef234567abcdef23";
    let csv = format!("organization_id,member_id,secret\no,member-1,{secret}\n");
    bench.write("in.csv", &csv);
    let called = bench.call(&["plan", "in.csv"]).ends_with(1);
    assert!(
        called
            .out
            .contains("the secret is valid in base32 and in hex"),
        "{}",
        called.out
    );
    for encoding in ["base32", "hex"] {
        bench
            .call(&["plan", "in.csv", "--encoding", encoding])
            .ends_with(0);
    }
}

#[test]
fn a_code_proves_the_secret_before_anything_is_sent() {
    let bench = Bench::new();
    let code = totps_emulator::authenticator_code(SECRET, SystemTime::now()).unwrap();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for (code, exit) in [(code.as_str(), 0), (wrong, 1)] {
        let csv = format!("organization_id,member_id,secret,code\no,member-1,{SECRET},{code}\n");
        bench.write("in.csv", &csv);
        bench.call(&["plan", "in.csv"]).ends_with(exit);
    }
}

#[test]
fn wrong_files_are_refused_as_a_whole() {
    let bench = Bench::new();
    let row = format!(r#"{{"organization_id":"o","member_id":"m","secret":"{SECRET}"}}"#);
    for (content, format, expected) in [
        ("", None, "is empty"),
        ("hello\n", None, "is in none of the known formats"),
        ("\u{0}\u{1}", None, "is in none of the known formats"),
        (
            "[{\"email\": \"a\"},",
            Some("auth0"),
            "the JSON ends too early",
        ),
        (
            "[1, 2]",
            Some("auth0"),
            "line 1, column 3: must be an object",
        ),
        (
            "{\"users\": [{]",
            Some("keycloak"),
            "line 1, column 13: is not JSON",
        ),
        ("{\"a\": 1}", Some("keycloak"), "has no array `users`"),
        (
            &format!("{row}\n{{\"organization_id\"\n"),
            None,
            "line 2, column",
        ),
        (
            "organization_id,member_id,sekret\n",
            Some("csv"),
            "line 1, column 3",
        ),
        ("member_id,secret,secret\n", Some("csv"), "duplicate column"),
        ("{\"db\":\"AAAA\",\"header\":{}}", None, "encrypted"),
        ("totp_configurations:\n  - [", None, "is not YAML"),
    ] {
        bench.write("in", content);
        let mut args = vec!["plan", "in"];
        args.extend(format.iter().flat_map(|format| ["--format", format]));
        let called = bench.call(&args).ends_with(1);
        assert!(
            called.err.contains(expected),
            "{content:?}: {expected} in {}",
            called.err
        );
        assert_eq!(called.out, "", "{content:?}");
    }
    let called = bench.call(&["plan", "missing"]).ends_with(1);
    assert!(called.err.contains("cannot be read"), "{}", called.err);
    bench.call(&["plan", "."]).ends_with(1);
}

#[test]
fn plan_writes_nothing_but_the_report() {
    let bench = Bench::new();
    let input = std::fs::read_to_string(fixture("own.csv")).unwrap();
    bench.write("in.csv", &input);
    bench.call(&["plan", "in.csv"]).ends_with(1);
    assert_eq!(std::fs::read_dir(bench.folder.path()).unwrap().count(), 1);
    bench
        .call(&["plan", "in.csv", "--report", "rows.csv"])
        .ends_with(1);
    assert_eq!(std::fs::read_dir(bench.folder.path()).unwrap().count(), 2);
    assert_eq!(
        bench.read("rows.csv").lines().count(),
        10,
        "{}",
        bench.read("rows.csv")
    );
    assert!(bench.emulator.requests().is_empty(), "plan uses no network");
}

#[test]
fn the_duration_is_computed_for_the_rate() {
    let bench = Bench::new();
    bench.rows(1300);
    let called = bench.call(&["plan", "in.csv", "--rate", "65"]).ends_with(0);
    assert!(
        called.out.contains("run will take 40 s at 65 requests"),
        "{}",
        called.out
    );
    bench.call(&["plan", "in.csv", "--rate", "66"]).ends_with(1);
}

#[test]
fn formats_and_help_are_printed() {
    let bench = Bench::new();
    let called = bench.call(&["formats"]).ends_with(0);
    for name in ["csv", "auth0", "keycloak", "authelia", "aegis", "oath-csv"] {
        assert!(
            called.out.lines().any(|line| line.starts_with(name)),
            "{name}"
        );
    }
    for command in ["plan", "run", "verify", "undo", "formats"] {
        let called = bench.call(&[command, "--help"]).ends_with(0);
        assert!(called.out.contains("Example:"), "{command}");
    }
}

//! Truncated and damaged journals and codes files.

use crate::support::Bench;

#[test]
fn a_journal_that_was_cut_at_any_byte_is_continued() {
    let bench = Bench::new();
    bench.members(2);
    bench.rows(2);
    bench.run(&["--codes-out", "codes"]).ends_with(0);
    let journal = std::fs::read(bench.path("journal")).unwrap();
    let header = journal.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let registrations = [0, 1].map(|number| bench.registration(&format!("member-test-{number}")));
    // Each cut takes a run of the program, so only some cuts are tested by default.
    let step = if std::env::var_os("TOTPS_MIGRATE_EVERY_BYTE").is_some() {
        1
    } else {
        17
    };
    for length in (header..=journal.len()).step_by(step) {
        std::fs::write(bench.path("journal"), &journal[..length]).unwrap();
        let called = bench.run(&["--codes-out", "codes"]);
        assert!(
            matches!(called.code, Some(0 | 2)),
            "cut at {length}: {called:?}"
        );
        for (number, before) in registrations.iter().enumerate() {
            assert_eq!(
                &bench.registration(&format!("member-test-{number}")),
                before,
                "cut at {length}"
            );
        }
        for record in bench.journal() {
            assert!(record["row"].is_string(), "cut at {length}: {record}");
        }
    }
    for length in [0, 1, header / 2, header - 1] {
        std::fs::write(bench.path("journal"), &journal[..length]).unwrap();
        let called = bench.run(&[]).ends_with(1);
        assert!(called.err.contains("the journal"), "{called:?}");
        assert_eq!(
            std::fs::read(bench.path("journal")).unwrap(),
            &journal[..length]
        );
    }
}

#[test]
fn damage_in_the_middle_is_an_error() {
    let bench = Bench::new();
    bench.members(2);
    bench.rows(2);
    bench.run(&[]).ends_with(0);
    let journal = bench.read("journal");
    let mut lines: Vec<_> = journal.lines().collect();
    lines[2] = "{}";
    bench.write("journal", &format!("{}\n", lines.join("\n")));
    let called = bench.run(&[]).ends_with(1);
    assert!(called.err.contains("line 3"), "{called:?}");
}

#[test]
fn zeros_after_a_power_failure_are_removed() {
    let bench = Bench::new();
    bench.members(2);
    bench.rows(2);
    bench.run(&[]).ends_with(0);
    let journal = bench.read("journal");
    bench.write("journal", &format!("{journal}{}", "\0".repeat(5000)));
    bench.run(&[]).ends_with(0);
    assert_eq!(bench.read("journal"), journal);
}

#[test]
fn a_damaged_complete_last_line_is_an_error_and_is_kept() {
    let bench = Bench::new();
    bench.members(2);
    bench.rows(2);
    bench.run(&["--codes-out", "codes"]).ends_with(0);
    for name in ["journal", "codes"] {
        let whole = bench.read(name);
        let last = whole.lines().count();
        let damaged = format!("{}?\n", &whole[..whole.len() - 2]);
        bench.write(name, &damaged);
        let called = bench.run(&["--codes-out", "codes"]).ends_with(1);
        assert!(called.err.contains(&format!("line {last}")), "{called:#?}");
        assert_eq!(bench.read(name), damaged, "{name} should be unchanged");
        bench.write(name, &whole);
    }
}

#[test]
fn codes_after_a_damaged_line_and_zeros_are_kept() {
    let bench = Bench::new();
    bench.members(2);
    bench.rows(2);
    bench.run(&["--codes-out", "codes"]).ends_with(0);
    let codes = bench.read("codes");
    let lines: Vec<_> = codes.lines().collect();
    // More zeros than any buffer of the reader holds.
    let zeros = "\0".repeat(100_000);
    let damaged = format!("{}\n{{}}\n{zeros}\n{}\n", lines[0], lines[2]);
    bench.write("codes", &damaged);
    let called = bench.run(&["--codes-out", "codes"]).ends_with(1);
    assert!(called.err.contains("line 2"), "{called:#?}");
    assert_eq!(bench.read("codes"), damaged, "codes should be unchanged");
}

//! Tests of `undo`.

use serde_json::json;
use totps_emulator::Fault;

use crate::support::{Bench, ORGANIZATION, SECRET};

const UNDO: &[&str] = &[
    "undo",
    "--journal",
    "journal",
    "--rate",
    "unlimited",
    "--pause",
    "0.01",
];

#[test]
fn only_registrations_of_the_journal_are_deleted() {
    let bench = Bench::new();
    bench.members(3);
    bench.rows(3);
    bench.run(&[]).ends_with(0);
    let client = bench.client();
    let delete = totps_ureq::DeleteTotpParams::new(ORGANIZATION, "member-test-1");
    client.delete_totp(&delete).unwrap();
    let again =
        totps_ureq::MigrateParams::new(ORGANIZATION, "member-test-1", SECRET.replace('G', "A"));
    client.migrate(&again).unwrap();
    let others = bench.registration("member-test-1");
    assert!(others.is_some(), "expected a new TOTP");
    let report = bench.call(UNDO).ends_with(0).report();
    assert_eq!(bench.registration("member-test-0"), None);
    assert_eq!(bench.registration("member-test-1"), others);
    assert_eq!(bench.registration("member-test-2"), None);
    assert_eq!(report["deleted"], json!(2));
}

#[test]
fn after_a_lost_response_of_delete_the_member_is_read_again() {
    let bench = Bench::new();
    bench.members(1);
    bench.rows(1);
    bench.run(&[]).ends_with(0);
    bench
        .emulator
        .inject(1, Fault::lost_response().endpoint("totp.delete"))
        .unwrap();
    let report = bench.call(UNDO).ends_with(0).report();
    assert_eq!(report["deleted"], json!(1));
    let report = bench.call(UNDO).ends_with(0).report();
    assert_eq!(report["deleted"], json!(0), "a row is undone only once");
}

//! What the kit says to each stack, naive and careful. The reports are printed:
//! `cargo test -- --nocapture`. What it found is in the README of totps-conformance.

use totps_conformance::{Kit, Report, Setting};
use totps_tests_foreign_stacks::{curl, minreq, reqwest_async, reqwest_blocking};

fn kit(test: &str) -> Kit {
    Kit::new().name(test).child_test(test)
}

/// The naive set-up breaks these rules, and others that depend on the version.
#[track_caller]
fn assert_breaks(report: &Report, rules: &[&str]) {
    print(report);
    let broken: Vec<_> = report.failures().map(|outcome| outcome.rule().id()).collect();
    for rule in rules {
        assert!(
            broken.contains(rule),
            "expected {rule} to be broken; is it fixed? Then say so in the README. Broken: {broken:?}"
        );
    }
}

fn print(report: &Report) {
    println!("{report}");
}

#[test]
fn naive_reqwest_blocking() {
    let report = kit("naive_reqwest_blocking").check(reqwest_blocking::naive);
    assert_breaks(&report, &["redirect-307-not-followed", "environment-proxies-ignored"]);
}

#[test]
fn naive_reqwest_async() {
    let report = kit("naive_reqwest_async")
        .check_async(reqwest_async::naive, reqwest_async::block_on);
    assert_breaks(&report, &["redirect-307-not-followed", "environment-proxies-ignored"]);
}

#[test]
fn naive_curl() {
    let report = kit("naive_curl").check(curl::naive);
    assert_breaks(&report, &["deadline-silence", "environment-proxies-ignored"]);
}

#[test]
fn naive_minreq() {
    let report = kit("naive_minreq").check(minreq::naive);
    assert_breaks(&report, &["redirect-302-not-followed", "deadline-silence"]);
}

#[test]
fn careful_reqwest_blocking() {
    let report = kit("careful_reqwest_blocking")
        .setting(Setting::ConnectTimeout)
        .check(reqwest_blocking::careful);
    print(&report);
    report.assert();
}

#[test]
fn careful_reqwest_async() {
    let report = kit("careful_reqwest_async")
        .setting(Setting::ConnectTimeout)
        .check_async(reqwest_async::careful, reqwest_async::block_on);
    print(&report);
    report.assert();
}

#[test]
fn careful_curl() {
    let report = kit("careful_curl")
        .setting(Setting::ConnectTimeout)
        .check(curl::careful);
    print(&report);
    report.assert();
}

#[test]
fn careful_minreq() {
    let report = kit("careful_minreq").check(minreq::careful);
    print(&report);
    report.assert();
}

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
    let broken: Vec<_> = report
        .failures()
        .map(|outcome| outcome.rule().id())
        .collect();
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
    assert_breaks(
        &report,
        &["redirect-307-not-followed", "environment-proxies-ignored"],
    );
}

#[test]
fn naive_reqwest_async() {
    let report =
        kit("naive_reqwest_async").check_async(reqwest_async::naive, reqwest_async::block_on);
    assert_breaks(
        &report,
        &["redirect-307-not-followed", "environment-proxies-ignored"],
    );
}

#[test]
fn naive_curl() {
    let report = kit("naive_curl").check(curl::naive);
    assert_breaks(
        &report,
        &["deadline-silence", "environment-proxies-ignored"],
    );
}

#[test]
fn naive_minreq() {
    let report = kit("naive_minreq").check(minreq::naive);
    assert_breaks(&report, &["redirect-302-not-followed", "deadline-silence"]);
}

/// reqwest as it can be, blocking and async.
fn careful_reqwest(test: &str) -> Kit {
    kit(test)
        .setting(Setting::ConnectTimeout)
        .except_if(
            "deadline-before-sending-is-not-sent",
            "got Unknown",
            "reqwest does not tell in which phase the timeout of the call elapsed",
        )
        .except_if(
            "two-framings-refused",
            "got the response 200",
            "hyper reads such responses by their chunks, or until the connection ends",
        )
        .except(
            "unread-rest-closes",
            "hyper reads a small rest of a response away and keeps the connection",
        )
}

#[test]
fn careful_reqwest_blocking() {
    let report = careful_reqwest("careful_reqwest_blocking").check(reqwest_blocking::careful);
    print(&report);
    report.assert();
}

#[test]
fn careful_reqwest_async() {
    let kit = careful_reqwest("careful_reqwest_async")
        .except_if(
            "floods-end",
            "no end of the call",
            "hyper reads on for as long as the server sends, so that the timer is not looked at",
        )
        // A task of its own gives a connection back to the pool, now and then too late for the next call.
        .skip(["idle-connection-reused"]);
    let report = kit.check_async(reqwest_async::careful, reqwest_async::block_on);
    print(&report);
    report.assert();
}

#[test]
fn careful_curl() {
    let lenient = "curl reads what it can of a response that breaks the rules, by design";
    let cut = "curl takes a response that ends within its head for one without a body";
    let report = kit("careful_curl")
        .setting(Setting::ConnectTimeout)
        .except("odd-responses-read", "curl reads a body after 101")
        .except("broken-responses-refused", lenient)
        .except("two-framings-refused", lenient)
        .except("http10-chunks-refused", lenient)
        .except("cut-responses-refused", cut)
        .except("response-cut-anywhere", cut)
        .except("response-until-close-cut-anywhere", cut)
        .except(
            "deadline-lookup",
            "the crate builds curl without a resolver that can be given up",
        )
        .except(
            "idle-connection-reused",
            "curl sends again on a new connection when a kept one closes, and no setting turns that off, so \
             that each call has a connection of its own",
        )
        .except("response-headers-not-logged", "its error of an unknown coding has the coding")
        .except("kind-other", "a length that is no number counts as too large")
        .check(curl::careful);
    print(&report);
    report.assert();
}

/// minreq has no setting for authorities, reads responses without a length until the connection closes, and takes
/// what is no response for one with the status 503. No wrapper puts that right.
#[test]
fn careful_minreq() {
    let report = kit("careful_minreq").check(minreq::careful);
    assert_breaks(
        &report,
        &[
            "own-root-trusted",
            "cut-responses-refused",
            "interim-responses-skipped",
        ],
    );
}

//! Runs the kit on each stack, naive and careful. `cargo test -- --nocapture` prints the reports.
//! The README of totps-conformance lists the results.

use totps_conformance::{Kit, Report, Setting};
use totps_tests_foreign_stacks::{curl, minreq, reqwest_async, reqwest_blocking};

fn kit(test: &str) -> Kit {
    Kit::new().name(test).child_test(test)
}

/// Asserts that the stack breaks these rules. It may break others, depending on its version.
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
            "expected {rule} to be broken, but broken are only {broken:?}. If the stack is fixed, \
             update the README of totps-conformance"
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

/// Returns the kit for careful reqwest, blocking and async, with the rules that it cannot keep.
fn careful_reqwest(test: &str) -> Kit {
    kit(test)
        .setting(Setting::ConnectTimeout)
        .except_if(
            "deadline-before-sending-is-not-sent",
            "got Unknown",
            "reqwest does not report in which phase the timeout of the call elapsed",
        )
        .except_if(
            "two-framings-refused",
            "got the response 200",
            "hyper reads such responses as chunked, or until the connection ends",
        )
        .except(
            "unread-rest-closes",
            "hyper reads and discards a small rest of a response, and keeps the connection",
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
            "hyper keeps reading as long as the server sends, and the timer is not polled",
        )
        // A background task returns a connection to the pool, sometimes too late for the next call.
        .skip(["idle-connection-reused"]);
    let report = kit.check_async(reqwest_async::careful, reqwest_async::block_on);
    print(&report);
    report.assert();
}

#[test]
fn careful_curl() {
    let lenient = "curl reads what it can of a response that breaks the rules, by design";
    let cut = "curl accepts a response that ends within its head as one without a body";
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
            "the crate builds curl without a resolver that can be cancelled",
        )
        .except(
            "idle-connection-reused",
            "when a kept connection closes, curl sends the request again on a new one, and no setting \
             turns that off; so each call has its own connection",
        )
        .except(
            "response-headers-not-logged",
            "curl's error for an unknown coding shows the coding",
        )
        .except(
            "kind-other",
            "curl reports a length that is not a number as too large",
        )
        .check(curl::careful);
    print(&report);
    report.assert();
}

/// minreq has no setting for authorities, reads responses without a length until the connection
/// closes, and reports bytes that are not a response as a response with the status 503. No wrapper
/// can correct this.
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

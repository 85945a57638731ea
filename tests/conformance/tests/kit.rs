//! Checks the choice of rules, the report, and checks that run at the same time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use totps_conformance::{Kit, Report, Setting, Severity, Status, Target};
use totps_core::{Request, Transport, TransportError};
use totps_ureq::UreqTransport;

fn correct(target: Target) -> UreqTransport {
    let builder = UreqTransport::builder().timeout(target.timeout());
    let builder = builder.connect_timeout(target.connect_timeout());
    let builder = builder.root_certificates_pem(target.root_certificate_pem());
    let mut builder = builder.response_limit(target.response_limit());
    if let Some(proxy) = target.proxy() {
        builder = builder.proxy(proxy);
    }
    builder.build().unwrap()
}

/// Shows the body of the request in its errors.
fn leaking(target: Target) -> impl Transport + Send + Sync {
    let inner = correct(target);
    move |request: Request| {
        let text = String::from_utf8_lossy(request.body().as_bytes()).into_owned();
        inner.send(request).map_err(|error| {
            let delivery = error.delivery();
            TransportError::other(format!("failed: {text}")).with_delivery(delivery)
        })
    }
}

fn status(report: &Report, rule: &str) -> Status {
    report.outcome(rule).unwrap().status()
}

#[test]
fn a_leak_that_a_selected_rule_sees_fails_the_report() {
    const LEAK: &str = "errors-show-no-secret";
    let kit = Kit::new().only(["refused-connection-is-not-sent"]);
    let report = kit.check(leaking);
    assert_eq!(status(&report, LEAK), Status::Failed, "{report}");
    assert!(catch_unwind(AssertUnwindSafe(|| report.assert())).is_err());

    let report = kit.clone().except(LEAK, "a reason").check(leaking);
    assert_eq!(status(&report, LEAK), Status::Excepted, "{report}");
    let report = kit.clone().except(LEAK, "a reason").check(correct);
    assert_eq!(status(&report, LEAK), Status::NotRun, "{report}");
    let report = kit.clone().skip([LEAK]).check(leaking);
    assert_eq!(status(&report, LEAK), Status::NotRun, "{report}");
}

#[test]
fn less_severe_rules_stay_left_out() {
    let kit = Kit::new().only(["refused-connection-is-not-sent", "deadline-connect"]);
    let report = kit.clone().check(leaking);
    assert_eq!(status(&report, "kind-timeout"), Status::Failed, "{report}");
    let report = kit.at_least(Severity::Major).check(leaking);
    assert_eq!(status(&report, "kind-timeout"), Status::NotRun, "{report}");
}

#[test]
fn a_transport_with_a_proxy_needs_no_retries() {
    let kit = Kit::new().only(["proxy-*"]).setting(Setting::Proxy);
    let report = kit.check(correct);
    report.assert();
    let outcome = report.outcome("proxy-refusal-retried-as-asked").unwrap();
    let expected = "needs `Kit::setting(Setting::MaxRetries)`";
    assert_eq!(outcome.not_run(), Some(expected));
}

#[test]
fn an_unused_exception_is_not_a_broken_rule() {
    let kit = Kit::new().only(["redirect-307-not-followed"]);
    let report = kit
        .except("redirect-307-not-followed", "a reason")
        .check(correct);
    let panic = catch_unwind(AssertUnwindSafe(|| report.assert())).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    let expected = "the transport breaks 0 of 1 rules, and 1 rule has an unused exception:\n";
    assert!(text.starts_with(expected), "got {text}");
}

#[test]
fn checks_at_once_do_not_disturb_each_other() {
    // A child process makes only one check.
    let names: Vec<String> = match std::env::var("TOTPS_CONFORMANCE_NAME") {
        Ok(name) => vec![name],
        Err(_) => (0..4).map(|number| format!("check {number}")).collect(),
    };
    let reports: Vec<Report> = thread::scope(|scope| {
        let check = |name: String| {
            let kit = Kit::new().name(name).only(["deadline-lookup"]);
            kit.child_test("checks_at_once_do_not_disturb_each_other")
                .check(correct)
        };
        let checks: Vec<_> = names
            .into_iter()
            .map(|name| scope.spawn(move || check(name)))
            .collect();
        checks
            .into_iter()
            .map(|check| check.join().unwrap())
            .collect()
    });
    let first = status(&reports[0], "deadline-lookup");
    for report in &reports {
        // Where the rule cannot run, it cannot run in any check.
        assert_eq!(status(report, "deadline-lookup"), first, "{report}");
        report.assert();
    }
}

#[test]
fn a_transport_with_one_connection_fails_the_rule_about_idle_ones() {
    const RULE: &str = "max-idle-connections-kept";
    let one_at_a_time = |target: Target| {
        let inner = Mutex::new(correct(target));
        move |request: Request| inner.lock().unwrap().send(request)
    };
    let kit = Kit::new().only([RULE]).setting(Setting::MaxIdleConnections);
    let report = kit.check(one_at_a_time);
    let seen = report.outcome(RULE).unwrap().seen();
    let expected = ["1 of 1 connections stayed open, expected 4"];
    assert_eq!(seen, expected, "{report}");
}

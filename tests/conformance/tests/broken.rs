//! Checks that every rule can fail, with a transport that breaks it and a part of the failure's
//! text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "broken/naive.rs"]
mod naive;
#[path = "broken/wrappers.rs"]
mod wrappers;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};

use naive::Naive;
use totps_conformance::{BoxFuture, Kit, LevelFilter, Report, Setting, Status, Target, rules};
use totps_core::Transport;
use wrappers::*;

/// A rule, a check of a transport that breaks it, and a part of the failure's text.
struct Broken {
    rule: &'static str,
    check: Box<dyn Fn(&Kit) -> Report + Send + Sync>,
    says: &'static str,
}

fn broken<F, T>(rule: &'static str, make: F, says: &'static str) -> Broken
where
    F: Fn(Target) -> T + Copy + Send + Sync + 'static,
    T: Transport + Send + Sync + 'static,
{
    Broken {
        rule,
        check: Box::new(move |kit| kit.check(make)),
        says,
    }
}

/// Wraps a transport without faults in a function that adds the fault.
fn fault(
    rule: &'static str,
    fault: fn(&totps_ureq::UreqTransport, totps_core::Request) -> Outcome,
    says: &'static str,
) -> Broken {
    broken(rule, move |target: Target| around(target, fault), says)
}

fn all() -> Vec<Broken> {
    [
        delivery(),
        messages(),
        limits(),
        deadlines(),
        connections(),
        tls(),
        children(),
        settings(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn delivery() -> Vec<Broken> {
    let mut all: Vec<_> = rules()
        .map(|rule| rule.id())
        .filter(|id| id.starts_with("redirect-"))
        .map(|id| fault(id, follows_redirects, "to the server that `Location` names"))
        .collect();
    all.extend([
        fault(
            "sent-once",
            sends_again,
            "3 requests arrived on 3 connections for 1 call",
        ),
        fault(
            "not-sent-only-with-proof",
            says_not_sent,
            "closed after the request: the error says that nothing was sent (`Delivery::NotSent`)",
        ),
        fault(
            "errors-show-no-secret",
            shows_the_request,
            "the error shows a secret (plain)",
        ),
        fault(
            "refused-connection-is-not-sent",
            says_unknown,
            "got Unknown",
        ),
        fault("lookup-failure-is-not-sent", says_unknown, "got Unknown"),
        fault("handshake-failure-is-not-sent", says_unknown, "got Unknown"),
        fault(
            "deadline-before-sending-is-not-sent",
            says_unknown,
            "got Unknown",
        ),
        fault(
            "kind-connect",
            says_other,
            "expected the kind `Connect`, got `Other`",
        ),
        fault(
            "kind-tls",
            says_other,
            "expected the kind `Tls`, got `Other`",
        ),
        fault(
            "kind-timeout",
            says_other,
            "expected the kind `Timeout`, got `Other`",
        ),
        fault(
            "kind-too-large",
            says_other,
            "expected the kind `TooLarge`, got `Other`",
        ),
        fault(
            "kind-refused",
            says_other,
            "expected `Refused` and `NotSent`, got Other",
        ),
        fault(
            "kind-other",
            says_timeout,
            "expected the kind `Other`, got `Timeout`",
        ),
    ]);
    all
}

fn messages() -> Vec<Broken> {
    let response = "expected an error, got the response 200";
    vec![
        broken(
            "clear-text-refused",
            Naive::once,
            "sent in clear text, with its secrets",
        ),
        fault(
            "request-unchanged",
            loses_a_header,
            "the header `authorization` arrived 0 times",
        ),
        fault(
            "no-headers-added",
            adds_a_header,
            "the header `x-added` was added",
        ),
        broken("no-encoding-requested", asks_for_gzip, r#"got ["gzip"]"#),
        fault(
            "large-request-arrives-whole",
            cuts_the_request,
            "the body of 3 MB arrived changed",
        ),
        broken(
            "empty-body-is-none",
            Naive::once,
            "without a body has `content-length: 0`",
        ),
        fault(
            "any-status-returned",
            status_is_an_error,
            "a response 401: expected the response",
        ),
        fault(
            "headers-returned",
            loses_the_headers,
            "expected the header `retry-after",
        ),
        broken(
            "interim-responses-skipped",
            Naive::once,
            "100 and 103 before 200",
        ),
        broken(
            "bodies-read-by-their-framing",
            Naive::once,
            "chunks of 7 bytes: expected",
        ),
        fault(
            "encoded-body-honest",
            loses_the_encoding,
            "encoded, without `Content-Encoding`",
        ),
        fault(
            "no-decompression",
            decodes,
            "decoded, without `Content-Encoding`",
        ),
        fault("limit-counts-decoded-bytes", decodes, "the limit is 65536"),
        broken("no-cookies", keeps_cookies, "had `Cookie: a=b"),
        fault("odd-responses-read", refuses_status_600, "HTTP/1.1 600 X"),
        broken("broken-responses-refused", Naive::once, response),
        broken("cut-responses-refused", Naive::once, response),
        broken("reset-responses-refused", Naive::once, response),
        broken("reset-ends-no-body", Naive::once, response),
        broken("two-framings-refused", correct, response),
        broken("http10-chunks-refused", correct, response),
        broken("last-chunk-line-required", correct, response),
        fault(
            "request-cut-anywhere",
            says_timeout,
            "waited for the timeout",
        ),
        broken(
            "response-cut-anywhere",
            Naive::once,
            "expected an error, got the response",
        ),
        fault(
            "response-until-close-cut-anywhere",
            needs_a_length,
            "expected the response, got the error",
        ),
    ]
}

fn limits() -> Vec<Broken> {
    let larger = "a body one byte larger than the limit of 1000 bytes: expected an error";
    vec![
        broken("body-limit-with-length", without_limit, larger),
        broken("body-limit-in-chunks", without_limit, larger),
        broken("body-limit-until-close", without_limit, larger),
        broken("body-limit-of-errors", without_limit, larger),
        broken(
            "announced-length-refused",
            without_limit,
            "waited for its timeout",
        ),
        broken("endless-body-ends", without_limit, "waited for its timeout"),
        broken(
            "header-count-limited",
            Naive::once,
            "65 headers: expected an error",
        ),
        broken(
            "head-size-limited",
            Naive::once,
            "a head of 33 KiB: expected an error",
        ),
        broken("endless-head-ends", Naive::once, "endless headers: "),
    ]
}

fn deadlines() -> Vec<Broken> {
    const ENDLESS: &str = "no end of the call after 9 s";
    vec![
        broken("deadline-silence", endless, ENDLESS),
        broken("deadline-head", endless, ENDLESS),
        broken("deadline-body", endless, ENDLESS),
        broken("deadline-interim-responses", endless, ENDLESS),
        broken("deadline-upload", endless, ENDLESS),
        broken("deadline-connect", endless, ENDLESS),
        broken("deadline-handshake", endless, ENDLESS),
        broken("deadline-lookup", endless, ENDLESS),
        broken("floods-end", Naive::once, ENDLESS),
    ]
}

fn connections() -> Vec<Broken> {
    vec![
        broken(
            "idle-connection-reused",
            new_each_time,
            "3 calls used 3 connections",
        ),
        broken(
            "connection-close-honoured",
            Naive::keeping,
            "was used again",
        ),
        broken(
            "closed-idle-connection-not-used",
            Naive::keeping,
            "a call after the server closed the connection: expected",
        ),
        fault(
            "closing-connection-not-retried",
            sends_again,
            "requests for 2 calls",
        ),
        broken(
            "unasked-response-not-taken",
            Naive::keeping,
            r#"the body "unasked""#,
        ),
        broken(
            "unasked-record-not-taken",
            default_agent,
            "two responses to one request",
        ),
        broken(
            "close-notify-noticed",
            default_agent,
            "a call after `close_notify`",
        ),
        broken(
            "unread-rest-not-taken",
            Naive::keeping,
            "the call after it: expected",
        ),
        broken(
            "unread-rest-closes",
            Naive::draining,
            "the connection was used again",
        ),
        broken(
            "own-response-under-load",
            swaps_responses,
            "got the response to",
        ),
        Broken {
            rule: "own-response-beside-dropped-calls",
            check: Box::new(|kit| {
                let make = |target: Target| Yielding(swaps_responses(target));
                kit.check_async(make, block_on)
            }),
            says: "got the response to",
        },
        Broken {
            rule: "dropped-call-closes",
            check: Box::new(|kit| {
                let make = |target: Target| Detached::new(correct(target));
                kit.check_async(make, block_on)
            }),
            says: "the connection of the dropped call was still open",
        },
    ]
}

fn tls() -> Vec<Broken> {
    let mut all: Vec<_> = rules()
        .map(|rule| rule.id())
        .filter(|id| id.starts_with("certificate-") && id.ends_with("-refused"))
        .map(|id| broken(id, without_verification, "the server got the request"))
        .collect();
    all.extend([
        broken(
            "own-root-trusted",
            without_own_root,
            "a good certificate over Tls12: expected",
        ),
        fault(
            "certificate-error-names-the-cause",
            hides_the_cause,
            "expected one of",
        ),
        fault(
            "tls-1-1-refused",
            falls_back,
            "bytes that are not TLS were sent",
        ),
        fault(
            "tls-on-plain-port-refused",
            falls_back,
            "bytes that are not TLS were sent",
        ),
        broken(
            "plain-on-tls-port-is-an-error",
            Naive::once,
            "got the response",
        ),
        broken(
            "close-notify-required",
            default_agent,
            "without `close_notify`: expected an error",
        ),
    ]);
    all
}

fn children() -> Vec<Broken> {
    vec![
        broken(
            "environment-proxies-ignored",
            default_agent,
            "connections to the proxy from the environment: ",
        ),
        fault(
            "no-secret-logged",
            prints_the_request,
            "was printed or logged: \"sending",
        ),
        broken(
            "response-headers-not-logged",
            correct,
            "was printed or logged: \"ureq",
        ),
    ]
}

fn settings() -> Vec<Broken> {
    vec![
        broken(
            "connect-timeout-covers-handshake",
            endless,
            "no end of the call after 9 s",
        ),
        broken(
            "connect-timeout-ends-connecting",
            endless,
            "no end of the call after 8 s",
        ),
        broken(
            "max-idle-connections-kept",
            without_settings,
            "7 of 7 connections stayed open",
        ),
        broken(
            "proxy-learns-nothing",
            without_settings,
            "expected one request `CONNECT ",
        ),
        fault("proxy-refusal-is-not-sent", says_unknown, "got Unknown"),
        broken(
            "proxy-refusal-retried-as-asked",
            without_retries,
            "got 1 attempts, expected 3",
        ),
        broken(
            "retry-sends-what-was-not-sent",
            without_settings,
            "breaks during the first handshake: expected the response",
        ),
        fault(
            "retry-count-kept",
            sends_again,
            "with 0 retries: got 3 attempts, expected 1",
        ),
        fault(
            "retry-not-after-bad-certificate",
            sends_again,
            "got 3 attempts, expected 1",
        ),
        fault(
            "retry-not-after-sending",
            sends_again,
            "3 requests arrived on 3 connections",
        ),
        fault(
            "retry-not-after-response",
            sends_again_after_429,
            "2 requests arrived",
        ),
        broken(
            "retry-within-deadline",
            timeout_for_each_attempt,
            "no end of the call after 15 s",
        ),
    ]
}

/// Checks one rule, as for a transport with every setting.
fn check(broken: &Broken) -> Report {
    let kit = Kit::new()
        .name(broken.rule)
        .only([broken.rule])
        .child_test("every_rule_can_fail")
        .log_limit("ureq_proto", LevelFilter::Debug)
        .setting(Setting::ConnectTimeout)
        .setting(Setting::MaxRetries)
        .setting(Setting::MaxIdleConnections)
        .setting(Setting::Proxy);
    (broken.check)(&kit)
}

#[test]
fn every_rule_can_fail() {
    let all = all();
    let named: BTreeSet<_> = all.iter().map(|broken| broken.rule).collect();
    let expected: BTreeSet<_> = rules().map(|rule| rule.id()).collect();
    assert_eq!(
        named, expected,
        "expected one broken transport for each rule"
    );

    // A child process makes only one check.
    if let Ok(rule) = std::env::var("TOTPS_CONFORMANCE_RULE") {
        for broken in all.iter().filter(|broken| broken.rule == rule) {
            check(broken).assert();
        }
        panic!("expected the child process to exit inside the check");
    }
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        // Most checks wait, so many run at once.
        for _ in 0..16 {
            scope.spawn(|| {
                while let Some(broken) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let judged = judge(broken);
                    wrong.lock().unwrap().extend(judged);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Returns what is wrong with the report about a broken transport, or `None`.
fn judge(broken: &Broken) -> Option<String> {
    let Broken { rule, says, .. } = broken;
    let report = check(broken);
    let outcome = report.outcome(rule).unwrap();
    let cannot = outcome
        .not_run()
        .is_some_and(|why| why.starts_with("needs Linux"));
    if *rule == "deadline-lookup" && cannot {
        return None;
    }
    let failure = outcome.failure();
    let is_right = outcome.status() == Status::Failed
        && failure.contains(says)
        && failure.contains(outcome.rule().fix());
    (!is_right)
        .then(|| format!("{rule}: expected a failure that says {says:?}, got\n{report}{failure}"))
}

fn block_on(mut future: BoxFuture<'_>) {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    while Pin::as_mut(&mut future).poll(&mut context).is_pending() {
        thread::park();
    }
}

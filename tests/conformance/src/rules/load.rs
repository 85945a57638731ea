//! Rules about many calls at once, and about calls whose futures are dropped.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use crate::hostile::{Server, response};
use crate::probe::{Calls, LONG, Probe, chain, request_with_body};
use crate::rule::{Needs, Rule, Severity};
use crate::subject::{DropAfter, Seen};

use super::rule;

const MIXED: &str = "let each call own its connection until its response has been read to the end";

pub(super) const RULES: [Rule; 3] = [
    rule(
        "own-response-under-load",
        Severity::Critical,
        "In 64 threads with 200 calls each, every call gets the response to its own request, and every request \
         is sent once",
        MIXED,
        under_load,
    )
    .needs(Needs::Quiet),
    rule(
        "own-response-beside-dropped-calls",
        Severity::Critical,
        "Of 10,000 calls, many are dropped at any point; each call that is not dropped gets the response to its \
         own request, and no request arrives twice",
        "close the connection of a call whose future is dropped: a response to that call may still arrive on it",
        dropped_at_any_point,
    )
    .needs(Needs::Async),
    rule(
        "dropped-call-closes",
        Severity::Major,
        "A call whose future is dropped closes its connection, and the next call gets its own response",
        "let the future own the connection, or abort the task that owns it",
        dropped_closes,
    )
    .needs(Needs::Async),
];

fn under_load(probe: &Probe) {
    const THREADS: usize = 64;
    const CALLS: usize = 200;

    let server = echoing();
    let Some(calls) = probe.start(&probe.target(&server.url()).with_timeout(LONG * 4)) else {
        return;
    };
    let asked = ask_all(&calls, &server, THREADS, CALLS, |_| None);
    judge(probe, &asked);
    probe.sent_once("calls of many threads", &server, THREADS * CALLS);
    repeated(probe, &server);
}

fn dropped_at_any_point(probe: &Probe) {
    const THREADS: usize = 50;
    const CALLS: usize = 200;

    let server = echoing();
    let Some(calls) = probe.start(&probe.target(&server.url()).with_timeout(LONG * 4)) else {
        return;
    };
    let seed = RandomState::new();
    let polls = move |question: &str| Some(DropAfter::Polls(seed.hash_one(question) % 16));
    let asked = ask_all(&calls, &server, THREADS, CALLS, polls);
    let dropped = asked
        .iter()
        .filter(|(_, seen)| matches!(seen, Seen::Dropped));
    let dropped = dropped.count();
    probe.note(format!(
        "{dropped} of {} calls were dropped",
        THREADS * CALLS
    ));
    if dropped < 1000 || THREADS * CALLS - dropped < 1000 {
        probe.fail(format!(
            "{dropped} of {} calls were dropped, expected at least 1000 dropped and 1000 completed calls",
            THREADS * CALLS
        ));
    }
    judge(probe, &asked);
    repeated(probe, &server);
}

/// Starts a server that sends back the body of each request. Some responses are sent in two pieces,
/// so that calls are also dropped in the middle of a response.
fn echoing() -> Server {
    Server::start(|connection| {
        while let Some(request) = connection.read_request() {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            let response = response(200, &body);
            let (head, rest) = response.split_at(response.len() - request.body.len() % 4);
            if !(connection.write(head) && connection.write(rest)) {
                return;
            }
        }
    })
}

/// Makes `count` calls in each of `threads` threads, each with a unique body.
fn ask_all(
    calls: &Calls<'_>,
    server: &Server,
    threads: usize,
    count: usize,
    drop_after: impl Fn(&str) -> Option<DropAfter> + Send + Sync,
) -> Vec<(String, Seen)> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for thread in 0..threads {
            let (sender, drop_after) = (sender.clone(), &drop_after);
            let worker = calls.beside();
            scope.spawn(move || {
                for call in 0..count {
                    let question = format!("{thread}/{call}");
                    let request = request_with_body(&server.url(), question.clone());
                    let seen = match drop_after(&question) {
                        Some(after) => worker.send_and_drop(request, after),
                        None => worker.send(request),
                    };
                    let hung = matches!(seen, Seen::Hung(_));
                    // Cannot fail: the receiver lives longer.
                    let _ = sender.send((question, seen));
                    if hung {
                        return;
                    }
                }
            });
        }
    });
    drop(sender);
    receiver.into_iter().collect()
}

fn judge(probe: &Probe, asked: &[(String, Seen)]) {
    for (question, seen) in asked {
        match seen {
            Seen::Dropped => {}
            Seen::Response(response) if response.body().as_bytes() == question.as_bytes() => {}
            Seen::Response(response) => {
                let body = String::from_utf8_lossy(response.body().as_bytes());
                probe.fail(format!("the call {question} got the response to {body}"));
            }
            Seen::Error(error) => {
                probe.fail(format!("the call {question} failed: {}", chain(error)));
            }
            other => probe.fail(format!("the call {question}: {}", probe.describe(other))),
        }
    }
}

fn repeated(probe: &Probe, server: &Server) {
    let requests = server.requests();
    let different: HashSet<_> = requests.iter().map(|request| &request.body).collect();
    let twice = requests.len() - different.len();
    if twice > 0 {
        probe.fail(format!("{twice} requests arrived more than once"));
    }
}

fn dropped_closes(probe: &Probe) {
    let is_closed = Arc::new(AtomicBool::new(false));
    let closed = Arc::clone(&is_closed);
    let server = Server::start(move |connection| {
        connection.read_request();
        if connection.number() == 0 {
            connection.hold();
            closed.store(true, Ordering::SeqCst);
        } else {
            connection.write(&response(200, "{}"));
        }
    });
    let Some(calls) = probe.start(&probe.target(&server.url())) else {
        return;
    };
    let request = || request_with_body(&server.url(), "again");
    let after = DropAfter::Time(Duration::from_millis(300));
    let seen = calls.beside().send_and_drop(request(), after);
    if !matches!(seen, Seen::Dropped) {
        probe.fail(format!("the first call: {}", probe.describe(&seen)));
    }
    // On a runtime that runs only inside `block_on`, this call gives it time to close the
    // connection.
    probe.response(
        "the call after a dropped one",
        calls.send(request()),
        200,
        "{}",
    );
    for _ in 0..500 {
        if is_closed.load(Ordering::SeqCst) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    probe.fail("the connection of the dropped call was still open after 5 s");
}

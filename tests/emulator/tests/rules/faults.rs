//! Faults for the next calls.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use serde_json::json;
use totps_emulator::{Emulator, Fault, RateLimitError};

use crate::client::{CREATE, accept, assert_error, basic, control, fixed, ids, post, refuse};

#[test]
fn any_answer_in_the_place_of_the_api() {
    let emulator = fixed().start().unwrap();
    let fault = json!({
        "fault": "answer", "times": 2, "status": 503, "body": { "a": 1 },
        "headers": { "x-test": "yes" },
    });
    control(&emulator, "POST", "/faults", &fault);
    for _ in 0..2 {
        assert_eq!(
            post(&emulator, CREATE, &ids(&emulator)),
            (503, json!({ "a": 1 }))
        );
    }
    assert_eq!(emulator.code(emulator.member_id()), None);
    accept(&emulator, CREATE, &ids(&emulator));
}

#[test]
fn an_answer_that_is_not_json() {
    let emulator = fixed().start().unwrap();
    let fault = json!({
        "fault": "answer", "status": 502, "body": "<html>Bad Gateway</html>",
        "headers": { "content-type": "text/html" },
    });
    control(&emulator, "POST", "/faults", &fault);
    let answer = exchange(&emulator).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{answer}"
    );
    assert!(answer.contains("content-type: text/html\r\n"), "{answer}");
    assert!(
        answer.ends_with("\r\n\r\n<html>Bad Gateway</html>"),
        "{answer}"
    );
}

#[test]
fn what_cannot_be_sent_is_left_out_of_an_answer() {
    let emulator = fixed().start().unwrap();
    let headers = json!({
        "content-length": "5", "Transfer-Encoding": "chunked", "no header": "x", "x-test": "\n",
    });
    for status in [0, 100, 101, 1000] {
        let fault = json!({
            "fault": "answer", "status": status, "body": "hello world", "headers": headers,
        });
        control(&emulator, "POST", "/faults", &fault);
        let answer = exchange(&emulator).unwrap();
        assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
        assert!(answer.contains("content-length: 11\r\n"), "{answer}");
    }
}

#[test]
fn each_kind_of_429_with_and_without_retry_after() {
    let emulator = fixed().start().unwrap();
    for (error_type, name) in [
        (RateLimitError::TooManyRequests, "too_many_requests"),
        (
            RateLimitError::UserLockLimitReached,
            "user_lock_limit_reached",
        ),
        (
            RateLimitError::TooFewTokensAuthenticated,
            "too_few_tokens_authenticated",
        ),
    ] {
        emulator.inject(
            1,
            Fault::RateLimited {
                error_type,
                retry_after_seconds: None,
            },
        );
        let (status, answer) = post(&emulator, CREATE, &ids(&emulator));
        assert_error(status, &answer, 429, name);
        let fault = json!({
            "fault": "rate_limited", "error_type": name, "retry_after_seconds": 7,
        });
        control(&emulator, "POST", "/faults", &fault);
        let answer = exchange(&emulator).unwrap();
        assert!(answer.contains("retry-after: 7\r\n"), "{answer}");
        assert!(answer.contains(name), "{answer}");
    }
    emulator.inject(
        1,
        Fault::RateLimited {
            error_type: RateLimitError::default(),
            retry_after_seconds: None,
        },
    );
    assert!(!exchange(&emulator).unwrap().contains("retry-after"));
}

#[test]
fn a_delayed_answer_does_not_come_yet_and_holds_up_nobody() {
    let emulator = fixed().start().unwrap();
    let day = 24 * 60 * 60 * 1000;
    emulator.inject(1, Fault::Delay { milliseconds: day });
    let mut delayed = request(&emulator);
    // The API does the call at once.
    while emulator.requests().is_empty() {
        thread::yield_now();
    }
    assert!(emulator.code(emulator.member_id()).is_some());
    accept(&emulator, CREATE, &ids(&emulator));
    delayed.set_nonblocking(true).unwrap();
    let error = delayed.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_connection_is_closed_after_some_bytes() {
    let emulator = fixed().start().unwrap();
    for bytes in [0, 1, 20, 500] {
        emulator.inject(1, Fault::CloseAfter { bytes });
        assert_eq!(exchange(&emulator).unwrap().len(), bytes);
        // The API did the call all the same.
        assert!(emulator.code(emulator.member_id()).is_some());
    }
    emulator.inject(1, Fault::CloseAfter { bytes: 1_000_000 });
    assert!(exchange(&emulator).unwrap().ends_with('}'));
}

#[test]
fn the_connection_is_reset() {
    let emulator = fixed().start().unwrap();
    emulator.inject(1, Fault::Reset);
    let error = exchange(&emulator).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(emulator.code(emulator.member_id()).is_some());
}

#[test]
fn a_dripping_answer_arrives_whole() {
    let emulator = fixed().start().unwrap();
    emulator.inject(
        1,
        Fault::Drip {
            bytes: 1000,
            milliseconds: 1,
        },
    );
    assert!(exchange(&emulator).unwrap().ends_with('}'));
}

#[test]
fn faults_wait_in_line_and_can_be_forgotten() {
    let emulator = fixed().start().unwrap();
    let answer = |status| Fault::Answer {
        status,
        body: json!({}),
        headers: Default::default(),
    };
    emulator.inject(1, answer(500));
    emulator.inject(2, answer(501));
    emulator.inject(0, answer(502));
    assert_eq!(post(&emulator, CREATE, &ids(&emulator)).0, 500);
    assert_eq!(post(&emulator, CREATE, &ids(&emulator)).0, 501);
    control(&emulator, "DELETE", "/faults", &json!({}));
    accept(&emulator, CREATE, &ids(&emulator));
    refuse(&emulator, CREATE, &json!({}), 400, "bad_request");
}

/// Sends a Create on a connection of its own.
fn request(emulator: &Emulator) -> TcpStream {
    let address = emulator.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let body = ids(emulator).to_string();
    let authorization = basic(emulator.project_id(), emulator.secret());
    write!(
        stream,
        "POST {CREATE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: {authorization}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    stream
}

/// The whole answer to a Create.
fn exchange(emulator: &Emulator) -> std::io::Result<String> {
    let mut answer = String::new();
    request(emulator).read_to_string(&mut answer)?;
    Ok(answer)
}

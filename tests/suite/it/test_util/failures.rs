//! Tests of failures: every kind of `Error`, its reason and its delivery.

use std::error::Error as _;
use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use totps_core::test_util::{Authenticated, Refusal, Script};
use totps_core::{
    AuthenticateParams, CreateParams, DecodeErrorKind, Delivery, Error, ErrorType, Reason,
    TransportError, TransportErrorKind,
};

use super::both;

fn authenticate() -> AuthenticateParams {
    AuthenticateParams::new("acme", "ada", "123456")
}

/// Plays a step to both clients and returns their errors.
fn errors(step: impl Fn(Script) -> Script) -> [Error; 2] {
    both(|| step(Script::new()), &authenticate()).map(|result| result.expect_err("a failure"))
}

#[test]
fn every_transport_error_has_its_kind_delivery_and_reason() {
    use Delivery::{NotSent, Unknown};
    use TransportErrorKind as Kind;

    fn io() -> std::io::Error {
        std::io::ErrorKind::BrokenPipe.into()
    }

    type Add = fn(Script) -> Script;
    let slow: Add =
        |script| script.failed(TransportError::timed_out("slow to connect").with_delivery(NotSent));
    for (name, add, kind, delivery, reason) in [
        (
            "lost",
            Script::lost as Add,
            Kind::Other,
            Unknown,
            Reason::Unclear,
        ),
        (
            "timed_out",
            Script::timed_out,
            Kind::Timeout,
            Unknown,
            Reason::Unclear,
        ),
        (
            "not_sent",
            Script::not_sent,
            Kind::Connect,
            NotSent,
            Reason::NotReached,
        ),
        (
            "tls_failed",
            Script::tls_failed,
            Kind::Tls,
            NotSent,
            Reason::NotReached,
        ),
        (
            "too_large",
            Script::too_large,
            Kind::TooLarge,
            Unknown,
            Reason::Unclear,
        ),
        (
            "slow to connect",
            slow,
            Kind::Timeout,
            NotSent,
            Reason::NotReached,
        ),
        (
            "refused",
            |script| script.failed(TransportError::refused("in clear text")),
            Kind::Refused,
            NotSent,
            Reason::Configuration,
        ),
        (
            "any",
            |script| script.failed(io()),
            Kind::Other,
            Unknown,
            Reason::Unclear,
        ),
        (
            "computed",
            |script| script.respond_with(|_| Err::<http::Response<&str>, _>(io())),
            Kind::Other,
            Unknown,
            Reason::Unclear,
        ),
    ] {
        for error in errors(add) {
            let Error::Transport(failure) = &error else {
                panic!("expected a transport error for {name}, got {error:?}");
            };
            assert_eq!(
                (failure.kind(), failure.delivery()),
                (kind, delivery),
                "{name}"
            );
            assert_eq!(error.reason(), reason, "{name}");
            assert!(failure.source().is_some(), "{name} must have a cause");
        }
    }
}

/// Returns the texts of the variants of `ErrorType`.
fn error_types() -> Vec<&'static str> {
    let source = include_str!("../../../../totps-core/src/error/error_type.rs");
    let variants = source
        .lines()
        .filter_map(|line| line.trim().split_once(" = \""));
    variants
        .map(|(_, text)| text.split('"').next().unwrap())
        .collect()
}

#[test]
fn every_error_type_can_be_played() {
    let types = error_types();
    assert!(
        types.len() > 70,
        "expected all variants, got {}",
        types.len()
    );
    for text in types {
        let error_type = ErrorType::from(text);
        assert!(!matches!(error_type, ErrorType::Unknown(_)), "{text}");
        for error in errors(|script| script.refused(error_type.clone())) {
            assert_eq!(error.error_type(), Some(&error_type));
            assert_eq!(error.delivery(), Delivery::Answered, "{text}");
            let api = error.api().unwrap();
            assert!(api.message().is_some() && api.url().is_some(), "{text}");
            assert!(api.request_id().is_some(), "{text}");
        }
    }
    let unknown = errors(|script| script.refused("of_another_year"));
    assert_eq!(unknown[0].error_type().unwrap().as_str(), "of_another_year");
}

#[test]
fn a_refusal_keeps_its_details() {
    let refusal = || {
        Refusal::new(ErrorType::UserLockLimitReached)
            .retry_after(Duration::from_secs(90))
            .message("locked")
            .details(json!({"a": 1}))
    };
    for error in errors(|script| script.refused(refusal())) {
        let wait = Some(Duration::from_secs(90));
        assert_eq!(error.reason(), Reason::Locked { retry_after: wait });
        let api = error.api().unwrap();
        assert_eq!(api.status(), 429);
        assert_eq!(api.retry_after(), wait);
        assert_eq!(api.message(), Some("locked"));
        assert_eq!(api.error_details(), Some(&json!({"a": 1})));
    }
    let date = "Wed, 21 Oct 2026 07:28:00 GMT";
    let refusal = || Refusal::from("too_many_requests").retry_after_text(date);
    for error in errors(|script| script.refused(refusal())) {
        assert_eq!(error.reason(), Reason::RateLimited);
        let api = error.api().unwrap();
        assert_eq!(
            (api.retry_after(), api.retry_after_text()),
            (None, Some(date))
        );
    }
    let refusal = || Refusal::new(ErrorType::TotpNotFound).status(StatusCode::NOT_FOUND);
    for error in errors(|script| script.refused(refusal())) {
        assert_eq!(error.api().unwrap().status(), 404);
    }
}

#[test]
#[should_panic(expected = "expected the status of an error, got 200 OK")]
fn a_refusal_with_a_success_status_panics() {
    let _ = Refusal::new(ErrorType::TotpNotFound).status(StatusCode::OK);
}

#[test]
fn a_proxy_error_has_no_error_type() {
    for (status, reason) in [
        (StatusCode::BAD_GATEWAY, Reason::Unclear),
        (StatusCode::SERVICE_UNAVAILABLE, Reason::Unclear),
        (StatusCode::TOO_MANY_REQUESTS, Reason::RateLimited),
        (StatusCode::TEMPORARY_REDIRECT, Reason::Other),
    ] {
        for error in errors(|script| script.proxy_error(status)) {
            assert_eq!(error.api().unwrap().status(), status);
            assert_eq!(error.error_type(), None);
            assert_eq!(error.reason(), reason, "{status}");
            assert!(error.body().unwrap().starts_with(b"<html>"));
        }
    }
    for error in errors(|script| script.refused(ErrorType::InternalServerError)) {
        assert_eq!(error.api().unwrap().status(), 500);
        assert_eq!(error.reason(), Reason::Unclear);
    }
}

#[test]
#[should_panic(expected = "expected the status of an error, got 200 OK")]
fn a_proxy_error_is_not_a_success() {
    let _ = Script::new().proxy_error(StatusCode::OK);
}

#[test]
fn unreadable_successes_are_decode_errors() {
    type Add = fn(Script) -> Script;
    for (add, is_expected) in [
        (
            (|script| script.unreadable("")) as Add,
            (|kind| matches!(kind, DecodeErrorKind::Empty)) as fn(DecodeErrorKind) -> bool,
        ),
        (
            |script| script.unreadable("<html>"),
            |kind| matches!(kind, DecodeErrorKind::NotAnObject { .. }),
        ),
        (
            |script| script.authenticated(Authenticated::from("mZAY").without("member_id")),
            |kind| {
                matches!(
                    kind,
                    DecodeErrorKind::Missing {
                        field: "member_id",
                        ..
                    }
                )
            },
        ),
        (
            |script| script.authenticated(Authenticated::from("mZAY").set("member_id", 7)),
            |kind| {
                matches!(
                    kind,
                    DecodeErrorKind::Unreadable {
                        field: "member_id",
                        ..
                    }
                )
            },
        ),
    ] {
        for error in errors(add) {
            assert_eq!(error.reason(), Reason::Unclear);
            assert_eq!(error.delivery(), Delivery::Answered);
            let Error::Decode(error) = error else {
                panic!("expected a decode error, got {error:?}");
            };
            assert!(is_expected(error.kind()), "got {:?}", error.kind());
            if error.field().is_some() {
                assert_eq!(error.field_text("session_token").as_deref(), Some("mZAY"));
            }
        }
    }
    // An unreadable part that is not essential is set aside.
    let response =
        |script: Script| script.authenticated(Authenticated::default().set("member", "x"));
    for response in both(|| response(Script::new()), &authenticate()) {
        assert_eq!(response.unwrap().undecoded()[0].name(), "member");
    }
    let response =
        |script: Script| script.authenticated(Authenticated::default().without("session_token"));
    for response in both(|| response(Script::new()), &authenticate()) {
        assert!(response.unwrap().session_token.is_none());
    }
}

#[test]
fn invalid_parameters_use_no_step() {
    let script = Script::new().lost();
    let error = script.client().create(&CreateParams::new("", "ada"));
    assert!(matches!(error, Err(Error::InvalidParams(_))));
    assert!(script.requests().is_empty());
    assert!(script.finish().is_err(), "the step must not be used");
}

#[test]
fn never_responds_leaves_an_async_call_pending() {
    let script = Script::new().never_responds().never_responds();
    let client = script.async_client();
    let params = authenticate();
    {
        let mut call = pin!(client.authenticate(&params));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            assert!(matches!(call.as_mut().poll(&mut context), Poll::Pending));
        }
    }
    assert_eq!(
        script.requests().len(),
        1,
        "the dropped call must be sent once"
    );
    let error = script.client().authenticate(&params).unwrap_err();
    assert_eq!(
        error.delivery(),
        Delivery::Unknown,
        "a blocking call must end"
    );
    script.assert_finished();
}

//! Tests of the retry policy, with a simulated clock.

use std::time::Duration;

use proptest::prelude::*;
use totps_core::{Delivery, RetryPolicy, TransportError, TransportErrorKind};

const LONG: Duration = Duration::from_secs(10);

/// Simulates tries that fail as not sent until the policy gives up, and returns the times of the
/// tries.
fn tries(policy: RetryPolicy, deadline: Duration, random: u64, took: Duration) -> Vec<Duration> {
    let mut now = Duration::ZERO;
    let mut tries = Vec::new();
    loop {
        tries.push(now);
        now += took;
        let error = TransportError::not_sent("no server listens");
        let retries = u32::try_from(tries.len() - 1).unwrap();
        match policy.pause(&error, retries, deadline.saturating_sub(now), random) {
            Some(pause) => now += pause,
            None => return tries,
        }
    }
}

fn policy(max_retries: u32) -> RetryPolicy {
    RetryPolicy::new(max_retries).expect("0, 1 and 2 are allowed")
}

#[test]
fn retries_are_off_by_default() {
    assert_eq!(RetryPolicy::default(), policy(0));
    let once = tries(RetryPolicy::default(), LONG, 0, Duration::ZERO);
    assert_eq!(once.len(), 1, "expected exactly one try");
}

#[test]
fn at_most_two_retries_are_allowed() {
    for max_retries in 0..=2 {
        assert_eq!(policy(max_retries).max_retries(), max_retries);
        let tries = tries(policy(max_retries), LONG, 7, Duration::ZERO);
        assert_eq!(tries.len(), 1 + max_retries as usize);
    }
    for max_retries in [3, 4, u32::MAX] {
        let error = RetryPolicy::new(max_retries).expect_err("too many retries");
        assert_eq!(error.to_string(), "the number of retries must be at most 2");
    }
}

/// Pauses are shorter than 200 ms, then shorter than 400 ms.
#[test]
fn pauses_double() {
    let longest = tries(policy(2), LONG, u64::MAX, Duration::ZERO);
    let expected = [0, 199_999_999, 599_999_998].map(Duration::from_nanos);
    assert_eq!(longest, expected);
    let shortest = tries(policy(2), LONG, 0, Duration::ZERO);
    assert_eq!(shortest, [Duration::ZERO; 3]);
    let middle = tries(policy(2), LONG, 1 << 63, Duration::ZERO);
    assert_eq!(middle, [0, 100, 300].map(Duration::from_millis));
}

#[test]
fn no_try_begins_after_the_deadline() {
    // A pause of 100 ms would end at the deadline.
    let middle = |took| tries(policy(2), Duration::from_secs(1), 1 << 63, took);
    assert_eq!(middle(Duration::from_millis(900)).len(), 1);
    assert_eq!(middle(Duration::from_millis(899)).len(), 2);
    assert_eq!(middle(Duration::from_secs(2)).len(), 1);
}

fn any_error() -> impl Strategy<Value = TransportError> {
    let made: [fn(&'static str) -> TransportError; 6] = [
        TransportError::not_sent,
        TransportError::tls,
        TransportError::refused,
        TransportError::timed_out,
        TransportError::too_large,
        TransportError::other,
    ];
    let deliveries = [
        None,
        Some(Delivery::NotSent),
        Some(Delivery::Unknown),
        Some(Delivery::Answered),
    ];
    (
        prop::sample::select(made.to_vec()),
        prop::sample::select(deliveries.to_vec()),
    )
        .prop_map(|(make, delivery)| match delivery {
            None => make("for a test"),
            Some(delivery) => make("for a test").with_delivery(delivery),
        })
}

/// Returns whether nothing was sent, and another try could succeed.
fn is_retryable(error: &TransportError) -> bool {
    let is_temporary = matches!(
        error.kind(),
        TransportErrorKind::Connect | TransportErrorKind::Timeout
    );
    is_temporary && error.delivery() == Delivery::NotSent
}

proptest! {
    #[test]
    fn only_unsent_requests_are_retried(
        error in any_error(),
        max_retries in 0..=2u32,
        retries in any::<u32>(),
        left in any::<Duration>(),
        random in any::<u64>(),
    ) {
        // The second number is always below the allowed maximum of 2.
        for retries in [retries, retries % 2] {
            if let Some(pause) = policy(max_retries).pause(&error, retries, left, random) {
                prop_assert!(is_retryable(&error), "{:?}", error);
                prop_assert!(retries < max_retries, "retry {} of {}", retries, max_retries);
                prop_assert!(pause < left, "{:?} of {:?}", pause, left);
                prop_assert!(pause < Duration::from_millis(200 << retries), "{:?}", pause);
            } else {
                let forbidden = !is_retryable(&error) || retries >= max_retries;
                prop_assert!(forbidden || left < Duration::from_millis(400), "expected a retry");
            }
        }
    }
}

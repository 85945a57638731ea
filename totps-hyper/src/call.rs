//! A call: its attempts and its deadline.

use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::rt::Timer;
use totps_core::transport::{Request, Response, RetryPolicy};
use totps_core::{TransportError, http};

/// A request with a body for hyper. The bytes of the body are wiped when the last clone is dropped. An
/// empty body counts as none: hyper then sends neither `Content-Length` nor `Transfer-Encoding`.
pub(crate) type HyperRequest = http::Request<Full<Bytes>>;

pub(crate) fn hyper_request(request: Request) -> HyperRequest {
    request.map(|body| Full::new(Bytes::from_owner(body)))
}

/// Sends a request, and sends it again as often as the policy allows.
pub(crate) async fn retrying<F>(
    policy: RetryPolicy,
    timer: &impl Timer,
    deadline: Instant,
    request: HyperRequest,
    send: impl Fn(HyperRequest) -> F,
) -> Result<Response, TransportError>
where
    F: Future<Output = Result<Response, TransportError>>,
{
    for retries in 0..policy.max_retries() {
        let result = send(request.clone()).await;
        let Err(error) = &result else { return result };
        let left = deadline.saturating_duration_since(timer.now());
        // The keys of this hasher are the standard library's only random numbers.
        let random = RandomState::new().build_hasher().finish();
        let Some(pause) = policy.pause(error, retries, left, random) else {
            return result;
        };
        timer.sleep(pause).await;
    }
    send(request).await
}

/// Runs a future until it is ready. `None` if the deadline passes first. Each poll also reads the
/// clock, since the sleep of a task that is always ready may be woken late.
pub(crate) async fn before<F: Future>(
    timer: &impl Timer,
    deadline: Instant,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut sleep = None;
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        if timer.now() >= deadline {
            return Poll::Ready(None);
        }
        let sleep = sleep.get_or_insert_with(|| timer.sleep_until(deadline));
        sleep.as_mut().poll(cx).map(|()| None)
    })
    .await
}

/// Creates the error for an overall timeout that has passed. The request may have been sent.
pub(crate) fn timed_out(timeout: Duration) -> TransportError {
    TransportError::timed_out(format!("no complete response within {timeout:?}"))
}

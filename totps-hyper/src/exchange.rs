//! What every mode has in common: the deadline, and how an answer is read.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes};
use http_body::Body as _;
use http_body_util::Full;
use hyper::rt::Timer;
use totps_core::http::{self, HeaderName, HeaderValue};
use totps_core::{
    BoxError, ConfigError, Delivery, LimitedBody, Request, Response, RetryPolicy, TransportError,
};

/// The whole call may take so long unless set otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An answer may be so large, in bytes, unless set otherwise.
const RESPONSE_LIMIT: usize = 1024 * 1024;

/// Making a connection may take so long unless set otherwise.
#[cfg(any(feature = "tokio", feature = "conn"))]
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// An answer may have so many header fields. hyper has a limit of its own, 100: to set another costs it
/// an allocation for each answer.
const HEADERS: usize = 64;

/// The head of an answer may be so large, in bytes.
pub(crate) const HEAD: usize = 32 * 1024;

/// So many idle connections are kept for one host.
#[cfg(any(feature = "tokio", feature = "conn"))]
pub(crate) const IDLE_PER_HOST: usize = 256;

/// A connection is kept idle so long.
#[cfg(any(feature = "tokio", feature = "conn"))]
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// The bounds of one call, and how often it is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) response_limit: usize,
    pub(crate) retry: RetryPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: TIMEOUT,
            response_limit: RESPONSE_LIMIT,
            retry: RetryPolicy::default(),
        }
    }
}

impl Limits {
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        if self.response_limit == 0 {
            return Err(ConfigError::new("response limit", "must not be zero"));
        }
        Ok(Self {
            timeout: duration("timeout", self.timeout)?,
            ..self
        })
    }
}

/// Refuses zero, and cuts what is as good as for ever, so that a point in time can be told.
pub(crate) fn duration(setting: &'static str, duration: Duration) -> Result<Duration, ConfigError> {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    if duration.is_zero() {
        return Err(ConfigError::new(setting, "must not be zero"));
    }
    Ok(duration.min(LONGEST))
}

/// The request with a body for hyper. Its bytes are still wiped when the last of them is dropped.
pub(crate) fn with_bytes(request: Request) -> http::Request<Full<Bytes>> {
    request.map(|body| Full::new(Bytes::from_owner(body)))
}

/// Sends a request, and again as long as the policy allows it.
pub(crate) async fn retrying<F>(
    policy: RetryPolicy,
    timer: &impl Timer,
    deadline: Instant,
    request: http::Request<Full<Bytes>>,
    send: impl Fn(http::Request<Full<Bytes>>) -> F,
) -> Result<Response, TransportError>
where
    F: Future<Output = Result<Response, TransportError>>,
{
    for retries in 0..policy.max_retries() {
        let result = send(request.clone()).await;
        let Err(error) = &result else { return result };
        let left = deadline.saturating_duration_since(timer.now());
        // The hasher's keys are the random numbers that the standard library has.
        let random = RandomState::new().build_hasher().finish();
        let Some(pause) = policy.pause(error, retries, left, random) else {
            return result;
        };
        timer.sleep(pause).await;
    }
    send(request).await
}

/// Runs a future until it is ready or the deadline has passed. The clock is read, too: where a task
/// is always ready to go on, it may take long until a sleep is woken.
pub(crate) async fn before<F: Future>(
    timer: &impl Timer,
    deadline: Instant,
    future: F,
) -> Result<F::Output, Elapsed> {
    let mut sleep = timer.sleep_until(deadline);
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(output));
        }
        if timer.now() >= deadline {
            return Poll::Ready(Err(Elapsed));
        }
        sleep.as_mut().poll(cx).map(|()| Err(Elapsed))
    })
    .await
}

/// A deadline passed.
#[derive(Debug)]
pub(crate) struct Elapsed;

impl Elapsed {
    /// The overall deadline.
    pub(crate) fn overall(self, timeout: Duration) -> TransportError {
        TransportError::timed_out(format!("no whole answer within {timeout:?}"))
    }
}

/// Reads the body of an answer up to the limit. When it is dropped before its end, hyper closes the
/// connection.
pub(crate) async fn collect<B>(
    response: http::Response<B>,
    limits: Limits,
) -> Result<Response, TransportError>
where
    B: http_body::Body,
    B::Error: Into<BoxError>,
{
    let fields = response.headers();
    if fields.len() > HEADERS {
        return Err(TransportError::too_large(format!(
            "more than {HEADERS} header fields"
        )));
    }
    // A stack may take more than it was told, by as much as it reads at once.
    let length = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    if fields.iter().map(length).sum::<usize>() > HEAD {
        return Err(TransportError::too_large(format!(
            "a head of more than {HEAD} bytes"
        )));
    }
    let (head, body) = response.into_parts();
    let mut body = pin!(body);
    let mut collected = LimitedBody::new(limits.response_limit, body.size_hint().exact())
        .map_err(TransportError::too_large)?;
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(failed)?;
        // Trailers carry nothing of interest.
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        while data.has_remaining() {
            let chunk = data.chunk();
            let length = chunk.len();
            collected.push(chunk).map_err(TransportError::too_large)?;
            data.advance(length);
        }
    }
    Ok(http::Response::from_parts(head, collected.finish()))
}

/// An error while connecting: nothing was sent.
pub(crate) fn not_connected(error: impl Into<BoxError>) -> TransportError {
    let error = error.into();
    let timed_out = |cause: &(dyn Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
    };
    if causes(&*error).any(timed_out) {
        TransportError::timed_out(error).with_delivery(Delivery::NotSent)
    } else {
        TransportError::not_sent(error)
    }
}

/// An error of hyper, or of what is over it, after the request may have been sent.
pub(crate) fn failed(error: impl Into<BoxError>) -> TransportError {
    let error = error.into();
    if causes(&*error).any(is_too_large) {
        TransportError::too_large(error)
    } else {
        TransportError::other(error)
    }
}

/// An error and what is below it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Whether hyper found the head of an answer too large. Its own test for that comes with its server
/// only, which is not worth a dependency; should the text change, the error is still an error.
fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<hyper::Error>()
        .is_some_and(|error| error.is_parse() && error.to_string() == "message head is too large")
}

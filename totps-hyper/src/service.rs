//! Any `tower_service::Service` as a transport.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::rt::Timer;
use totps_core::http;
use totps_core::transport::check_destination;
use totps_core::{
    AsyncTransport, BoxError, ConfigError, Delivery, Request, Response, RetryPolicy, TransportError,
};
use tower_service::Service;

use crate::exchange::{Limits, before, collect, failed, not_connected, retrying, with_bytes};

/// A transport over any HTTP stack that is a [`tower_service::Service`]: hyper-util's client with any
/// connector and executor, or a tower stack over it.
///
/// It holds the overall deadline by the [`Timer`] and limits the answer. What is the stack's own
/// affair: connecting, TLS, the pool. The stack must not follow redirects, decompress, retry or log
/// bodies; a plain hyper client does none of these, but for a request that a kept connection handed back
/// untouched, which it sends on another one.
///
/// Let the connections be driven by another thread than the one that calls, or let them give way: a
/// server that never stops sending can otherwise keep a call beyond its deadline.
///
/// ```
/// # #[cfg(feature = "tokio")] {
/// use hyper_util::client::legacy::{Client, Error};
/// use hyper_util::rt::{TokioExecutor, TokioTimer};
/// use totps_hyper::ServiceTransport;
///
/// let stack = Client::builder(TokioExecutor::new()).build_http();
/// let transport = ServiceTransport::new(stack, TokioTimer::new()).not_sent_if(Error::is_connect);
/// # }
/// ```
pub struct ServiceTransport<S, T, E> {
    /// Locked only to be cloned, so that it need not be `Sync`.
    service: Mutex<S>,
    timer: T,
    limits: Limits,
    classify: Arc<dyn Fn(E) -> TransportError + Send + Sync>,
}

impl<S, T, E> ServiceTransport<S, T, E>
where
    S: Service<http::Request<Full<Bytes>>, Error = E>,
    T: Timer,
    E: Into<BoxError> + 'static,
{
    /// A transport over `service` whose deadline is held by `timer`: 10 s for a whole call, 1 MiB
    /// for an answer.
    pub fn new(service: S, timer: T) -> Self {
        Self::classified(service, timer, Limits::default(), failed)
    }

    /// With limits and a reading of errors that are known to be right.
    pub(crate) fn classified(
        service: S,
        timer: T,
        limits: Limits,
        classify: impl Fn(E) -> TransportError + Send + Sync + 'static,
    ) -> Self {
        Self {
            service: Mutex::new(service),
            timer,
            limits,
            classify: Arc::new(classify),
        }
    }

    /// Sets how long a whole call may take, from the connection to the last byte of the answer.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it is zero.
    pub fn timeout(mut self, timeout: Duration) -> Result<Self, ConfigError> {
        self.limits = Limits {
            timeout,
            ..self.limits
        }
        .checked()?;
        Ok(self)
    }

    /// Sets how large the body of an answer may be, in bytes.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when it is zero.
    pub fn response_limit(mut self, bytes: usize) -> Result<Self, ConfigError> {
        self.limits = Limits {
            response_limit: bytes,
            ..self.limits
        }
        .checked()?;
        Ok(self)
    }

    /// Sets how often a request is sent again if it was [not sent](Delivery::NotSent): 0, 1 or 2
    /// times. 0 by default. Nothing else is ever sent again, and the overall timeout holds for all
    /// attempts and the [pauses](RetryPolicy) between them.
    ///
    /// It takes [`not_sent_if`](Self::not_sent_if) to know what was not sent.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for more than 2.
    pub fn max_retries(mut self, retries: u32) -> Result<Self, ConfigError> {
        self.limits.retry = RetryPolicy::new(retries)?;
        Ok(self)
    }

    /// Says which errors of the stack prove that no byte of a request was sent, so that the call is
    /// [`Delivery::NotSent`]. By default none does.
    #[must_use]
    pub fn not_sent_if(self, proves: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        Self {
            classify: Arc::new(move |error| {
                if proves(&error) {
                    not_connected(error)
                } else {
                    failed(error)
                }
            }),
            ..self
        }
    }
}

impl<S, T, B, E> AsyncTransport for ServiceTransport<S, T, E>
where
    S: Service<http::Request<Full<Bytes>>, Response = http::Response<B>, Error = E> + Clone + Send,
    S::Future: Send,
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
    T: Timer + Send + Sync,
    E: Into<BoxError> + Send,
{
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        check_destination(request.uri(), None)?;
        let deadline = self.timer.now() + self.limits.timeout;
        let Limits { retry, .. } = self.limits;
        let call = retrying(
            retry,
            &self.timer,
            deadline,
            with_bytes(request),
            |request| self.attempt(request),
        );
        before(&self.timer, deadline, call)
            .await
            .unwrap_or_else(|elapsed| Err(elapsed.overall(self.limits.timeout)))
    }
}

impl<S, T, E> ServiceTransport<S, T, E> {
    async fn attempt<B>(
        &self,
        request: http::Request<Full<Bytes>>,
    ) -> Result<Response, TransportError>
    where
        S: Service<http::Request<Full<Bytes>>, Response = http::Response<B>, Error = E> + Clone,
        B: http_body::Body,
        B::Error: Into<BoxError>,
    {
        let mut service = self.service();
        let ready = poll_fn(|cx| service.poll_ready(cx)).await;
        // The request is still here.
        ready.map_err(|error| (self.classify)(error).with_delivery(Delivery::NotSent))?;
        let response = service.call(request).await.map_err(&*self.classify)?;
        collect(response, self.limits).await
    }
}

impl<S: Clone, T, E> ServiceTransport<S, T, E> {
    fn service(&self) -> S {
        let service = self.service.lock();
        service.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: Clone, T: Clone, E> Clone for ServiceTransport<S, T, E> {
    fn clone(&self) -> Self {
        Self {
            service: Mutex::new(self.service()),
            timer: self.timer.clone(),
            limits: self.limits,
            classify: Arc::clone(&self.classify),
        }
    }
}

impl<S, T, E> fmt::Debug for ServiceTransport<S, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTransport")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

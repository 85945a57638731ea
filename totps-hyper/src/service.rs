//! Any `tower_service::Service` as a transport.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::rt::Timer;
use totps_core::transport::{Limits, Request, Response, check_destination};
use totps_core::{AsyncTransport, BoxError, ConfigError, Delivery, TransportError, http};
use tower_service::Service;

use crate::builder::TransportBuilder;
use crate::call::{HyperRequest, before, hyper_request, retrying, timed_out};
use crate::error_kind::{failed, not_connected};
use crate::response::collect;

/// A transport over any HTTP stack that is a [`tower_service::Service`], such as hyper-util's client with
/// your connector, or a tower stack over it.
///
/// It enforces the overall deadline with the [`Timer`], and limits the size of the response. The
/// stack does connecting, TLS and pooling. It must not follow redirects, decompress, retry or log
/// bodies. A plain hyper-util client does none of these, except that it sends a request again that
/// a kept connection returned untouched.
///
/// Two promises of the other transports depend on the stack:
///
/// - Run the stack's connections on a different thread from the calls. Otherwise a server that
///   never stops sending can keep a call beyond its deadline.
/// - A pool that does not ask the kernel, such as hyper-util's on tokio, may use a connection that the
///   server closed while the runtime was idle. That call ends as [`Delivery::Unknown`].
///
/// ```
/// # #[cfg(feature = "tokio")] {
/// use hyper_util::client::legacy::{Client, Error};
/// use hyper_util::rt::{TokioExecutor, TokioTimer};
/// use totps_hyper::ServiceTransport;
///
/// let stack = Client::builder(TokioExecutor::new()).build_http();
/// let transport = ServiceTransport::builder(stack, TokioTimer::new())
///     .not_sent_if(Error::is_connect)
///     .build()?;
/// # }
/// # Ok::<_, totps_hyper::ConfigError>(())
/// ```
pub struct ServiceTransport<S, T, E>(Arc<Shared<S, T, E>>);

struct Shared<S, T, E> {
    settings: ServiceSettings<S, T, E>,
    limits: Limits,
}

/// The settings of a [`ServiceTransport`] that the other transports do not have.
pub struct ServiceSettings<S, T, E> {
    /// Locked only while it is cloned, so that the service need not be `Sync`.
    service: Mutex<S>,
    timer: T,
    not_sent_if: Box<dyn Fn(&E) -> bool + Send + Sync>,
}

impl<S, T, E> ServiceTransport<S, T, E>
where
    S: Service<HyperRequest, Error = E>,
    T: Timer,
    E: Into<BoxError>,
{
    /// Creates a builder of a transport over `service`.
    pub fn builder(service: S, timer: T) -> TransportBuilder<ServiceSettings<S, T, E>> {
        TransportBuilder::new(ServiceSettings {
            service: Mutex::new(service),
            timer,
            not_sent_if: Box::new(|_| false),
        })
    }
}

impl<S, T, E> TransportBuilder<ServiceSettings<S, T, E>> {
    /// Declares which errors of the stack prove that no byte of a request was sent, so that the
    /// call is [`Delivery::NotSent`]. By default none does, and nothing is ever sent again.
    pub fn not_sent_if(mut self, proves: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        self.settings.not_sent_if = Box::new(proves);
        self
    }

    /// Builds the transport. No I/O happens here.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a timeout or a response limit of zero, and for more than 2 retries.
    pub fn build(self) -> Result<ServiceTransport<S, T, E>, ConfigError> {
        Ok(ServiceTransport(Arc::new(Shared {
            settings: self.settings,
            limits: self.limits.checked()?,
        })))
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
        let Shared { settings, limits } = &*self.0;
        let deadline = settings.timer.now() + limits.timeout;
        let (policy, request) = (limits.retry_policy(), hyper_request(request));
        let call = retrying(policy, &settings.timer, deadline, request, |request| {
            self.0.attempt(request)
        });
        before(&settings.timer, deadline, call)
            .await
            .unwrap_or_else(|| Err(timed_out(limits.timeout)))
    }
}

impl<S, T, E: Into<BoxError>> Shared<S, T, E> {
    async fn attempt<B>(&self, request: HyperRequest) -> Result<Response, TransportError>
    where
        S: Service<HyperRequest, Response = http::Response<B>, Error = E> + Clone,
        B: http_body::Body,
        B::Error: Into<BoxError>,
    {
        let service = self.settings.service.lock();
        let mut service = service.unwrap_or_else(PoisonError::into_inner).clone();
        let ready = poll_fn(|cx| service.poll_ready(cx)).await;
        // The stack does not have the request yet.
        ready.map_err(|error| self.classify(error).with_delivery(Delivery::NotSent))?;
        let response = service.call(request).await;
        collect(
            response.map_err(|error| self.classify(error))?,
            &self.limits,
        )
        .await
    }

    fn classify(&self, error: E) -> TransportError {
        if (self.settings.not_sent_if)(&error) {
            not_connected(error)
        } else {
            failed(error)
        }
    }
}

impl<S, T, E> Clone for ServiceTransport<S, T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, T, E> fmt::Debug for ServiceTransport<S, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceTransport")
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

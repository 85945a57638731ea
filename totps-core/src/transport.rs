//! What carries requests: any HTTP stack.
//!
//! Each of these is at the crate root, too.

pub(crate) mod body;
pub(crate) mod destination;
mod retry;

use std::future::Future;
use std::sync::Arc;

pub use body::{Body, BodyTooLarge, LimitedBody};
pub use destination::{is_loopback, is_secure};
pub use retry::RetryPolicy;

use crate::error::{BoxError, TransportError};

/// A request, ready to be sent.
pub type Request = http::Request<Body>;

/// An answer, read to its end.
pub type Response = http::Response<Body>;

/// A blocking HTTP stack.
///
/// Any closure from a [`Request`] to a [`http::Response`] with a body that becomes a `Vec<u8>` is
/// one; its argument's type must be written out. It may return any error, which counts as
/// [`Delivery::Unknown`](crate::Delivery::Unknown) unless it is a [`TransportError`] that knows
/// better.
///
/// ```
/// use totps_core::{Client, CreateParams, Project, Request, http};
///
/// let transport = |request: Request| {
///     // Send `request` with any HTTP stack; this one always answers the same.
///     let json = r#"{"totp_registration_id": "", "secret": "BTGN…", "qr_code": ""}"#;
///     Ok::<_, std::io::Error>(http::Response::new(json))
/// };
/// let client = Client::new(Project::new("project-test-…", "secret-test-…")?, transport);
/// let created = client.create(&CreateParams::new("organization-test-…", "member-test-…"))?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// A transport
/// - never follows a redirect: it would replay codes and secrets elsewhere;
/// - returns an answer of any status as `Ok`;
/// - never sends a request again once a byte of it may have left;
/// - limits how long it takes and how large the answer may be, head and body;
/// - logs neither headers nor bodies.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transport",
    note = "implement `Transport`, or give a closure whose argument has its type written out: \
            `|request: totps_core::Request| ..`"
)]
pub trait Transport {
    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when there is no answer.
    fn send(&self, request: Request) -> Result<Response, TransportError>;
}

/// An async HTTP stack. The rules are those of [`Transport`].
///
/// Closures that return a future are one, and implementors may write `async fn send`. Where futures
/// are not `Send`, as in browsers, use [`Project::request`](crate::Project::request) and
/// `try_into` instead of a client.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an async transport",
    note = "implement `AsyncTransport`, or give a closure whose argument has its type written out: \
            `|request: totps_core::Request| async move {{ .. }}`",
    note = "where futures are not `Send`, use `Project::request`, send it, and \
            `CreateResponse::try_from` the answer"
)]
pub trait AsyncTransport: Send + Sync {
    /// Sends a request and reads the whole answer. Dropping the future may leave the request sent.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when there is no answer.
    fn send(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

impl<F, B, E> Transport for F
where
    F: Fn(Request) -> Result<http::Response<B>, E>,
    B: Into<Vec<u8>>,
    E: Into<BoxError>,
{
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        finish(self(request))
    }
}

impl<F, Fut, B, E> AsyncTransport for F
where
    F: Fn(Request) -> Fut + Send + Sync,
    Fut: Future<Output = Result<http::Response<B>, E>> + Send,
    B: Into<Vec<u8>>,
    E: Into<BoxError>,
{
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        finish(self(request).await)
    }
}

fn finish<B, E>(result: Result<http::Response<B>, E>) -> Result<Response, TransportError>
where
    B: Into<Vec<u8>>,
    E: Into<BoxError>,
{
    result
        .map(|response| response.map(|body| Body::from(body.into())))
        .map_err(TransportError::from_any)
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        (**self).send(request)
    }
}

impl<T: AsyncTransport> AsyncTransport for Arc<T> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        (**self).send(request).await
    }
}

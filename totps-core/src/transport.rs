//! For those who write a transport: what carries requests over any HTTP stack.
//!
//! A transport takes a [`Request`] with an absolute URL and all its headers, and returns the
//! [`Response`] read to its end. A closure is the shortest one; the crates `totps-ureq` and
//! `totps-hyper` are built of what is in this module:
//!
//! | Step | Tool |
//! |---|---|
//! | Refuse what would leave the machine in clear text | [`check_destination`] |
//! | Hold the call to its limits | [`Limits`] |
//! | Read the body up to the limit | [`LimitedBody`], which also is [`std::io::Write`] |
//! | Say what went wrong, and whether the request may have been carried out | [`TransportError`] |
//! | Send again what was not sent, if the caller asked for it | [`RetryPolicy`] |
//!
//! A [`Body`] that is empty is no body: send neither `Content-Length` nor `Transfer-Encoding` with it.
//!
//! ```
//! use totps_core::transport::{
//!     Delivery, Limits, Request, Response, Transport, TransportError, check_destination,
//! };
//! # mod stack {
//! #     use totps_core::{http, transport::Body};
//! #     pub fn connect(_: &http::Uri) -> std::io::Result<()> { Ok(()) }
//! #     pub fn send(_: (), _: http::Request<Body>) -> std::io::Result<http::Response<&'static [u8]>> {
//! #         Ok(http::Response::new(b"{}"))
//! #     }
//! # }
//!
//! struct MyTransport {
//!     limits: Limits,
//! }
//!
//! impl Transport for MyTransport {
//!     fn send(&self, request: Request) -> Result<Response, TransportError> {
//!         check_destination(request.uri(), None)?;
//!         // As long as there is no connection, nothing was sent.
//!         let connection = stack::connect(request.uri()).map_err(TransportError::not_sent)?;
//!         // From here on it may have been carried out, whatever goes wrong.
//!         let response = stack::send(connection, request).map_err(TransportError::other)?;
//!         let (head, mut rest) = response.into_parts();
//!         self.limits.check_headers(&head.headers)?;
//!         let mut body = self.limits.body(None)?;
//!         std::io::copy(&mut rest, &mut body).map_err(TransportError::too_large)?;
//!         Ok(Response::from_parts(head, body.finish()))
//!     }
//! }
//! #
//! # let transport = MyTransport { limits: Limits::default() };
//! # let mut request = Request::default();
//! # *request.uri_mut() = "https://api.stytch.com/".parse()?;
//! # assert_eq!(transport.send(request)?.body().as_bytes(), b"{}");
//! # let error = transport.send(Request::default()).unwrap_err();
//! # assert_eq!(error.delivery(), Delivery::NotSent);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! The most used of these are at the crate root, too.

pub(crate) mod body;
pub(crate) mod destination;
mod limits;
mod retry;

use std::future::Future;
use std::sync::Arc;

pub use body::{Body, BodyTooLarge, LimitedBody};
pub use destination::check_destination;
pub use limits::Limits;
pub use retry::RetryPolicy;

#[doc(no_inline)]
pub use crate::error::{BoxError, Delivery, TransportError, TransportErrorKind};

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
///     let json = r#"{"totp_registration_id": "member-totp-test-…", "secret": "BTGN…", "qr_code": ""}"#;
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

//! Transports, which send requests over an HTTP stack, and the building blocks for writing one.
//!
//! A transport takes a [`Request`] with an absolute URL and all headers, and returns the whole
//! [`Response`]. The shortest transport is a closure. The crates `totps-ureq` and `totps-hyper` use
//! the building blocks in this module:
//!
//! | Step | Part |
//! |---|---|
//! | Refuse a destination that would expose credentials | [`check_destination`] |
//! | Limit the time of the call and the size of the response | [`Limits`] |
//! | Read the body up to the limit | [`LimitedBody`], which is also a [`std::io::Write`] |
//! | Report what went wrong, and whether the request may have been carried out | [`TransportError`] |
//! | Retry a request that was not sent, if the caller asked for it | [`RetryPolicy`] |
//!
//! An empty [`Body`] means that there is no body: send neither `Content-Length` nor
//! `Transfer-Encoding`.
//!
//! The guide has a page on [writing a transport](crate::guide::transports).
//!
//! ```
//! use std::io::Read;
//! use std::time::Instant;
//! use totps_core::transport::{
//!     Delivery, Limits, Request, Response, Transport, TransportError, check_destination,
//! };
//! # mod stack {
//! #     use totps_core::{http, transport::Body};
//! #     pub fn connect(_: &http::Uri, _: std::time::Duration) -> std::io::Result<()> { Ok(()) }
//! #     pub fn send(_: (), _: http::Request<Body>, _: std::time::Instant) -> std::io::Result<http::Response<&'static [u8]>> {
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
//!         let deadline = Instant::now() + self.limits.timeout;
//!         // Without a connection, nothing was sent.
//!         let connection = stack::connect(request.uri(), self.limits.connect_timeout)
//!             .map_err(TransportError::not_sent)?;
//!         // From here on, the request may have been carried out.
//!         let response = stack::send(connection, request, deadline).map_err(TransportError::other)?;
//!         let (head, mut rest) = response.into_parts();
//!         self.limits.check_headers(&head.headers)?;
//!         let mut body = self.limits.body(None)?;
//!         let mut buffer = [0; 4096];
//!         loop {
//!             match rest.read(&mut buffer).map_err(TransportError::other)? {
//!                 0 => break,
//!                 length => body.push(&buffer[..length]).map_err(TransportError::too_large)?,
//!             }
//!         }
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
//! The most used items are also exported at the crate root.

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

/// A complete response.
pub type Response = http::Response<Body>;

/// A blocking HTTP stack.
///
/// Any closure from a [`Request`] to a [`http::Response`] is one, if the body converts into a
/// `Vec<u8>`. Write out the type of its argument. It may return any error, which counts as
/// [`Delivery::Unknown`] unless it is a [`TransportError`] that says otherwise.
///
/// ```
/// use totps_core::{Client, CreateParams, Project, Request, http};
///
/// let transport = |request: Request| {
///     // Send `request` with any HTTP stack. This one always returns the same response.
///     let json = r#"{"totp_registration_id": "member-totp-test-…", "secret": "BTGN…", "qr_code": ""}"#;
///     Ok::<_, std::io::Error>(http::Response::new(json))
/// };
/// let client = Client::new(Project::new("project-test-…", "secret-test-…")?, transport);
/// let created = client.create(&CreateParams::new("organization-test-…", "member-test-…"))?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// A transport
/// - never follows a redirect: it would send codes and secrets to another server;
/// - returns a response of any status as `Ok`;
/// - never sends a request again once a byte of it may have been sent;
/// - limits how long a call takes and how large the head and the body of the response may be;
/// - logs neither headers nor bodies.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a transport",
    note = "implement `Transport`, or use a closure with the type of its argument written out: \
            `|request: totps_core::Request| ..`"
)]
pub trait Transport {
    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when there is no response.
    fn send(&self, request: Request) -> Result<Response, TransportError>;
}

/// An async HTTP stack. The rules are those of [`Transport`].
///
/// Any closure that returns a future is one. Implementations may write `async fn send`.
///
/// ```
/// use totps_core::{AsyncClient, Project, Request, http};
///
/// let transport = |request: Request| async move {
///     // Send `request` with any HTTP stack. This one always returns the same response.
///     Ok::<_, std::io::Error>(http::Response::new(r#"{"member_id": "member-test-…"}"#))
/// };
/// let client = AsyncClient::new(Project::new("project-test-…", "secret-test-…")?, transport);
/// # let params = totps_core::DeleteTotpParams::new("organization-test-…", "member-test-…");
/// # let _: &dyn Send = &client.delete_totp(&params);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Where futures are not `Send`, as in browsers, do without a client: build the request with
/// [`Project::request`](crate::Project::request), and read the response with `try_from` of its
/// type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an async transport",
    note = "implement `AsyncTransport`, or use a closure with the type of its argument written out: \
            `|request: totps_core::Request| async move {{ .. }}`",
    note = "where futures are not `Send`, use `Project::request`, send it, and \
            `CreateResponse::try_from` the response"
)]
pub trait AsyncTransport: Send + Sync {
    /// Sends a request and reads the whole response. When the future is dropped, the request may
    /// have been sent.
    ///
    /// # Errors
    ///
    /// [`TransportError`] when there is no response.
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

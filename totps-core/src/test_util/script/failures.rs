//! The steps that fail, and those whose response the test provides.

use std::io;

use http::{StatusCode, header};

use crate::error::{BoxError, Delivery, TransportError};
use crate::test_util::refusal::Refusal;
use crate::test_util::script::Script;
use crate::test_util::sent_request::SentRequest;
use crate::test_util::step::{Played, Step};
use crate::transport::Body;

/// Failures.
impl Script {
    /// Adds an error of the API: [`Error::Api`](crate::Error::Api). An
    /// [`ErrorType`](crate::ErrorType) converts into it; [`Refusal`] sets the status, the details
    /// and `Retry-After`.
    pub fn refused(self, refusal: impl Into<Refusal>) -> Self {
        let refusal = refusal.into();
        let name = format!("refused ({})", refusal.printable_type());
        self.step(Step::new(name, |_| {
            Ok(Played::Ends(Ok(refusal.into_response())))
        }))
    }

    /// Adds an error that is not the API's own, such as a 502 of a proxy, with a body of HTML:
    /// [`Error::Api`](crate::Error::Api) without an `error_type`.
    ///
    /// # Panics
    ///
    /// If the status is a success: use [`unreadable`](Self::unreadable) for its body.
    #[track_caller]
    pub fn proxy_error(self, status: StatusCode) -> Self {
        assert!(
            !status.is_success(),
            "expected the status of an error, got {status}"
        );
        let body = format!("<html><body><h1>{status}</h1></body></html>");
        let mut response = http::Response::new(Body::from(body));
        *response.status_mut() = status;
        let html = header::HeaderValue::from_static("text/html");
        response.headers_mut().insert(header::CONTENT_TYPE, html);
        self.step(Step::new(format!("proxy_error ({status})"), |_| {
            Ok(Played::Ends(Ok(response)))
        }))
    }

    /// Adds a success of any call with a body that cannot be read, such as one that was cut short:
    /// [`Error::Decode`](crate::Error::Decode). The request was carried out, and the error has the
    /// body.
    ///
    /// ```
    /// use totps_core::test_util::Script;
    /// use totps_core::{AuthenticateParams, Error, Reason};
    ///
    /// let client = Script::new().unreadable(r#"{"session_token": "mZAY", "member_id": "mem"#).client();
    /// let error = client.authenticate(&AuthenticateParams::new("acme", "ada", "123456")).unwrap_err();
    /// assert_eq!(error.reason(), Reason::Unclear);
    /// let Error::Decode(error) = error else { panic!("the body is cut short") };
    /// assert_eq!(error.field_text("session_token").as_deref(), Some("mZAY"));
    /// ```
    pub fn unreadable(self, body: impl Into<Body>) -> Self {
        let response = http::Response::new(body.into());
        self.step(Step::new("unreadable", |_| Ok(Played::Ends(Ok(response)))))
    }

    /// Adds a request that was carried out, but whose response was lost because the connection
    /// broke. The caller cannot know that it was: [`Delivery::Unknown`]. Make the next step the
    /// response that the API would then send, such as
    /// [`CodeAlreadyUsed`](crate::Reason::CodeAlreadyUsed).
    pub fn lost(self) -> Self {
        let broken = io::Error::from(io::ErrorKind::ConnectionReset);
        self.fails("lost", TransportError::other(broken))
    }

    /// Adds a timeout while waiting for the response: [`Delivery::Unknown`].
    pub fn timed_out(self) -> Self {
        self.fails(
            "timed_out",
            TransportError::timed_out("the script simulates a timeout"),
        )
    }

    /// Adds a connection that could not be made: [`Delivery::NotSent`].
    pub fn not_sent(self) -> Self {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        self.fails("not_sent", TransportError::not_sent(refused))
    }

    /// Adds a failed TLS handshake, such as for a certificate that is not accepted:
    /// [`Delivery::NotSent`].
    pub fn tls_failed(self) -> Self {
        let error = TransportError::tls("the script simulates a failed handshake");
        self.fails("tls_failed", error.with_delivery(Delivery::NotSent))
    }

    /// Adds a response that exceeds the limit of the transport: [`Delivery::Unknown`].
    pub fn too_large(self) -> Self {
        let error = TransportError::too_large("the script simulates a response that is too large");
        self.fails("too_large", error)
    }

    /// Adds any failure of the transport. An error that is not a [`TransportError`] is converted
    /// like the error of a [closure](crate::Transport): [`Delivery::Unknown`].
    ///
    /// ```
    /// use totps_core::test_util::Script;
    /// use totps_core::{Delivery, TransportError};
    ///
    /// let slow_connect = TransportError::timed_out("no connection").with_delivery(Delivery::NotSent);
    /// let script = Script::new().failed(slow_connect).failed(std::io::Error::other("anything"));
    /// ```
    pub fn failed(self, error: impl Into<BoxError>) -> Self {
        self.fails("failed", TransportError::from_any(error))
    }

    fn fails(self, name: &str, error: TransportError) -> Self {
        self.step(Step::new(name, |_| Ok(Played::Ends(Err(error)))))
    }

    /// Adds a call that does not return. The future of an async call stays pending, so that the
    /// test can drop it or let its own timeout elapse. A blocking call fails at once, like
    /// [`timed_out`](Self::timed_out).
    pub fn never_responds(self) -> Self {
        self.step(Step::new("never_responds", |_| Ok(Played::Never)))
    }
}

/// Responses that the test provides.
impl Script {
    /// Adds a response, which is played unchanged.
    pub fn response<B: Into<Body>>(self, response: http::Response<B>) -> Self {
        let response = response.map(Into::into);
        self.step(Step::new("response", |_| Ok(Played::Ends(Ok(response)))))
    }

    /// Adds a response, or a failure, that the test computes from the request.
    ///
    /// ```
    /// use totps_core::test_util::{Script, SentRequest};
    /// use totps_core::{AuthenticateParams, TransportError, http};
    ///
    /// let client = Script::new()
    ///     .respond_with(|request: &SentRequest| {
    ///         let json = match request.json()["code"].as_str() {
    ///             Some("123456") => r#"{"member_id": "ada", "session_token": "mZAY"}"#,
    ///             _ => r#"{"member_id": "ada"}"#,
    ///         };
    ///         Ok::<_, TransportError>(http::Response::new(json))
    ///     })
    ///     .client();
    /// let response = client.authenticate(&AuthenticateParams::new("acme", "ada", "123456"))?;
    /// assert!(response.session_token.is_some());
    /// # Ok::<_, totps_core::Error>(())
    /// ```
    pub fn respond_with<B: Into<Body>, E: Into<BoxError>>(
        self,
        respond: impl FnOnce(&SentRequest) -> Result<http::Response<B>, E> + Send + 'static,
    ) -> Self {
        self.step(Step::new("respond_with", |request| {
            let response = respond(request).map(|response| response.map(Into::into));
            Ok(Played::Ends(response.map_err(TransportError::from_any)))
        }))
    }
}

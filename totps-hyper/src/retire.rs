//! Sees to it that a connection is not used again after an answer that was not read to its end.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::legacy::{Client, Error};
use std::future::Future;
use totps_core::http;
use tower_service::Service;

use crate::connector::Connector;

/// hyper-util's client, but its answers retire their connection when they are dropped too early.
/// hyper itself would read a small rest away and go on.
#[derive(Clone)]
pub(crate) struct Retiring(pub(crate) Client<Connector, Full<Bytes>>);

impl Service<http::Request<Full<Bytes>>> for Retiring {
    type Response = http::Response<Answer>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: http::Request<Full<Bytes>>) -> Self::Future {
        let connection = capture_connection(&mut request);
        let answer = self.0.request(request);
        Box::pin(async move {
            Ok(answer.await?.map(|body| Answer {
                body,
                connection: Some(connection),
            }))
        })
    }
}

/// The body of an answer.
pub(crate) struct Answer {
    body: Incoming,
    /// The connection, until the body has been read to its end.
    connection: Option<CaptureConnection>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(None) = frame {
            self.connection = None;
        }
        frame
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(connection) = &self.connection {
            if let Some(connected) = connection.connection_metadata().as_ref() {
                connected.poison();
            }
        }
    }
}

//! A connection and its driver.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use totps_core::TransportError;
use totps_core::transport::{Limits, Response};

use super::watched_io::WatchedIo;
use crate::call::HyperRequest;
use crate::error_kind::failed;
use crate::response::collect;

/// The outcome of a request on a connection.
pub(super) enum Exchanged {
    Done(Result<Response, TransportError>),
    /// The connection was closed, and the request came back untouched.
    NotStarted(HyperRequest),
}

/// An HTTP/1.1 connection and its driver, which moves only while it is polled.
pub(super) struct Connection<Io: Read + Write + Unpin> {
    sender: SendRequest<Full<Bytes>>,
    driver: http1::Connection<WatchedIo<Io>, Full<Bytes>>,
    check_due: Arc<AtomicBool>,
}

impl<Io: Read + Write + Unpin + Send + 'static> Connection<Io> {
    pub(super) async fn over(io: Io, idle_check: fn(&Io) -> bool) -> hyper::Result<Self> {
        let check_due = Arc::default();
        let io = WatchedIo::new(io, idle_check, Arc::clone(&check_due));
        // hyper's limit of 100 headers stays: another limit costs an allocation for each response.
        let (sender, driver) = http1::Builder::new()
            .max_header_size(Limits::HEAD)
            .handshake(io)
            .await?;
        Ok(Self {
            sender,
            driver,
            check_due,
        })
    }

    /// Sends a request and reads the whole response. If that fails, the connection must be dropped.
    pub(super) async fn exchange(&mut self, request: HyperRequest, limits: &Limits) -> Exchanged {
        let response = self.sender.try_send_request(request);
        let exchange = async {
            match response.await {
                Ok(response) => Exchanged::Done(collect(response, limits).await),
                Err(mut error) => match error.take_message() {
                    Some(request) => Exchanged::NotStarted(request),
                    None => Exchanged::Done(Err(failed(error.into_error()))),
                },
            }
        };
        let mut exchange = pin!(exchange);
        let mut closed = false;
        poll_fn(|cx| {
            // The error that ended the connection also reaches the exchange.
            closed = closed || Pin::new(&mut self.driver).poll(cx).is_ready();
            exchange.as_mut().poll(cx)
        })
        .await
    }

    /// Whether the connection can take a request, as far as the runtime knows.
    pub(super) async fn is_open(&mut self) -> bool {
        poll_fn(|cx| {
            // The first poll may only yield.
            let mut is_pending = || Pin::new(&mut self.driver).poll(cx).is_pending();
            let open = is_pending() && is_pending();
            let ready = matches!(self.sender.poll_ready(cx), Poll::Ready(Ok(())));
            Poll::Ready(open && ready)
        })
        .await
    }

    /// Whether the connection can take another request, as far as the runtime and the idle check know.
    pub(super) async fn can_be_used_again(&mut self) -> bool {
        self.check_due.store(true, Ordering::Relaxed);
        let is_open = self.is_open().await;
        // If hyper did not read, no check was made.
        let was_checked = !self.check_due.swap(false, Ordering::Relaxed);
        is_open && was_checked
    }
}

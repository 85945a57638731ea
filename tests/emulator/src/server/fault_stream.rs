//! The byte stream of a connection, which can inject faults.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;

use super::parse_error;
use crate::fault::Delivery;

/// A connection that can be reset.
pub(crate) trait Connection: AsyncRead + AsyncWrite + Unpin {
    /// Makes the connection send a reset when it is dropped.
    fn reset_on_drop(&self);
}

impl Connection for TcpStream {
    fn reset_on_drop(&self) {
        // If this fails, the peer sees a close instead of a reset.
        let _ = self.set_zero_linger();
    }
}

#[cfg(feature = "tls")]
impl Connection for TlsStream<TcpStream> {
    fn reset_on_drop(&self) {
        self.get_ref().0.reset_on_drop();
    }
}

/// What the stream needs to know about the next response, set by the service.
#[derive(Clone, Debug, Default)]
pub(crate) struct NextResponse(Arc<Mutex<Outgoing>>);

#[derive(Debug, Default)]
struct Outgoing {
    delivery: Delivery,
    /// Whether the service made a response whose head is not written yet.
    announced: bool,
}

impl NextResponse {
    /// Announces a response of the service.
    pub(crate) fn announce(&self, delivery: Delivery) {
        *self.lock() = Outgoing {
            delivery,
            announced: true,
        };
    }

    fn lock(&self) -> MutexGuard<'_, Outgoing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that injects faults into responses. It also replaces the empty responses of the HTTP
/// library to unparsable requests with errors in Stytch's format.
pub(crate) struct FaultStream<S, F> {
    inner: S,
    next: NextResponse,
    /// Returns the bytes of the response to an unparsable request.
    refusal: F,
    /// The refusal that is being written, and how many of its bytes are written.
    refusing: Option<(Vec<u8>, usize)>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S: Connection, F: FnMut() -> Vec<u8> + Unpin> FaultStream<S, F> {
    pub(crate) fn new(inner: S, next: NextResponse, refusal: F) -> Self {
        Self {
            inner,
            next,
            refusal,
            refusing: None,
            pause: None,
        }
    }

    /// Whether the bytes start a response of the HTTP library instead of the service.
    fn is_library_refusal(&self, bytes: &[u8]) -> bool {
        if !parse_error::is_final_head(bytes) {
            return false;
        }
        let announced = std::mem::take(&mut self.next.lock().announced);
        !announced && parse_error::is_client_error(bytes)
    }

    fn poll_refuse(&mut self, cx: &mut Context<'_>, replaced: usize) -> Poll<io::Result<usize>> {
        while let Some((bytes, written)) = &mut self.refusing {
            let rest = &bytes[*written..];
            if rest.is_empty() {
                self.refusing = None;
                break;
            }
            *written += ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
        }
        Poll::Ready(Ok(replaced))
    }
}

impl<S: Connection, F: FnMut() -> Vec<u8> + Unpin> AsyncWrite for FaultStream<S, F> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.refusing.is_none() && this.is_library_refusal(bytes) {
            this.refusing = Some(((this.refusal)(), 0));
        }
        if this.refusing.is_some() {
            return this.poll_refuse(cx, bytes.len());
        }
        let delivery = this.next.lock().delivery;
        match delivery {
            Delivery::Whole | Delivery::Delayed(_) => {
                Pin::new(&mut this.inner).poll_write(cx, bytes)
            }
            Delivery::CutAfter(0) => {
                ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
                Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
            }
            Delivery::CutAfter(left) => {
                let piece = &bytes[..left.min(bytes.len())];
                let written = ready!(Pin::new(&mut this.inner).poll_write(cx, piece))?;
                this.next.lock().delivery = Delivery::CutAfter(left - written);
                Poll::Ready(Ok(written))
            }
            Delivery::Reset => {
                this.inner.reset_on_drop();
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            Delivery::Drip { bytes: size, pause } => {
                let sleeping = this.pause.get_or_insert_with(|| Box::pin(sleep(pause)));
                ready!(sleeping.as_mut().poll(cx));
                let piece = &bytes[..size.max(1).min(bytes.len())];
                let written = ready!(Pin::new(&mut this.inner).poll_write(cx, piece))?;
                this.pause = None;
                Poll::Ready(Ok(written))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: Connection, F: Unpin> AsyncRead for FaultStream<S, F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    impl Connection for DuplexStream {
        fn reset_on_drop(&self) {}
    }

    const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

    fn stream(
        delivery: Delivery,
    ) -> (
        FaultStream<DuplexStream, impl FnMut() -> Vec<u8>>,
        DuplexStream,
    ) {
        let (inner, peer) = duplex(1000);
        let next = NextResponse::default();
        next.announce(delivery);
        (FaultStream::new(inner, next, || b"refused".to_vec()), peer)
    }

    fn run(test: impl Future<Output = ()>) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().build().unwrap().block_on(test);
    }

    #[test]
    fn a_drip_is_written_in_pieces() {
        run(async {
            let (bytes, pause) = (10, Duration::ZERO);
            let (mut stream, _peer) = stream(Delivery::Drip { bytes, pause });
            assert_eq!(stream.write(RESPONSE).await.unwrap(), 10);
            assert_eq!(stream.write(&RESPONSE[10..]).await.unwrap(), 9);
            assert_eq!(stream.write(b"").await.unwrap(), 0);
        });
    }

    #[test]
    fn a_cut_response_ends_with_a_close() {
        run(async {
            let (mut stream, mut peer) = stream(Delivery::CutAfter(5));
            assert_eq!(stream.write(RESPONSE).await.unwrap(), 5);
            assert!(stream.write(&RESPONSE[5..]).await.is_err());
            let mut received = Vec::new();
            peer.read_to_end(&mut received).await.unwrap();
            assert_eq!(received, b"HTTP/");
        });
    }

    #[test]
    fn only_client_errors_that_the_service_did_not_announce_are_replaced() {
        run(async {
            let (mut stream, mut peer) = stream(Delivery::Whole);
            let refusal = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            stream
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .await
                .unwrap();
            stream.write_all(refusal).await.unwrap();
            stream.write_all(refusal).await.unwrap();
            drop(stream);
            let mut received = String::new();
            peer.read_to_string(&mut received).await.unwrap();
            assert_eq!(
                received,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\nrefused"
            );
        });
    }
}

//! TCP on tokio.

use std::future::Future;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use totps_core::http::Uri;
use totps_core::http::uri::Scheme;
use tower_service::Service;

use super::OverTcp;

/// hyper-util's connector, which divides the connect timeout among the addresses of a host.
#[derive(Clone)]
pub(super) struct Tcp<R = GaiResolver>(HttpConnector<R>);

impl Tcp {
    pub(super) fn new(connect_timeout: Duration) -> Self {
        Self::with_resolver(GaiResolver::new(), connect_timeout)
    }
}

impl<R> Tcp<R> {
    fn with_resolver(resolver: R, connect_timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.set_connect_timeout(Some(connect_timeout));
        tcp.set_nodelay(true);
        // `https` URLs are allowed: TLS is added on top.
        tcp.enforce_http(false);
        Self(tcp)
    }
}

impl<R> Service<Uri> for Tcp<R>
where
    HttpConnector<R>: Service<Uri, Response = TokioIo<TcpStream>>,
    <HttpConnector<R> as Service<Uri>>::Future: Send + 'static,
{
    type Response = TokioIo<Socket>;
    type Error = <HttpConnector<R> as Service<Uri>>::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let below_tls = url.scheme() == Some(&Scheme::HTTPS);
        let connecting = self.0.call(url);
        Box::pin(async move {
            let tcp = connecting.await?.into_inner();
            Ok(TokioIo::new(Socket { tcp, below_tls }))
        })
    }
}

/// A TCP connection that
/// - asks the kernel whether there is anything to read;
/// - writes one buffer at a time. The standard library writes several buffers with `writev`, which
///   raises SIGPIPE when the server has reset the connection. It writes a single buffer with
///   `send`, and suppresses the signal;
/// - below TLS, reports the end of the stream as an error, since TLS ends with its own message.
///   Without that message, OpenSSL reports the end as a TLS error during the handshake, and later
///   accepts it as a regular end.
pub(crate) struct Socket {
    tcp: TcpStream,
    below_tls: bool,
}

impl Socket {
    /// Whether there is nothing to read, not even the end of the stream. Asks the kernel, since
    /// tokio may not know yet.
    pub(crate) fn is_silent(&self) -> bool {
        let peeked = SockRef::from(&self.tcp).peek(&mut [MaybeUninit::uninit()]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

impl OverTcp for TokioIo<Socket> {
    fn tcp(&self) -> &Socket {
        self.inner()
    }
}

impl Connection for Socket {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.remaining();
        let poll = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        let is_end = matches!(poll, Poll::Ready(Ok(()))) && buffer.remaining() == before;
        if is_end && before > 0 && self.below_tls {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        poll
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener};
    use std::vec::IntoIter;

    use hyper_util::client::legacy::connect::dns::Name;
    use hyper_util::rt::TokioTimer;
    use totps_core::{AsyncTransport as _, Request};

    use super::*;
    use crate::ConnTransport;
    use crate::connector::connect_by;

    /// Resolves every name to these addresses.
    #[derive(Clone)]
    struct Fixed(Vec<SocketAddr>);

    impl Service<Name> for Fixed {
        type Response = IntoIter<SocketAddr>;
        type Error = Infallible;
        type Future = Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Name) -> Self::Future {
            ready(Ok(self.0.clone().into_iter()))
        }
    }

    /// Creates a listener whose queue is full: connections to it are neither made nor refused.
    fn full_listener() -> (socket2::Socket, Vec<std::net::TcpStream>, SocketAddr) {
        use socket2::{Domain, Socket, Type};

        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        listener.bind(&any.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let wait = Duration::from_millis(100);
        let connect = || std::net::TcpStream::connect_timeout(&address, wait).ok();
        let queue = std::iter::from_fn(connect).take(64).collect();
        (listener, queue, address)
    }

    #[test]
    fn the_second_address_is_tried_when_the_first_hangs() {
        let (_listener, _queue, full) = full_listener();
        let good = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let addresses = Fixed(vec![full, good.local_addr().unwrap()]);
        std::thread::spawn(move || {
            let mut client = BufReader::new(good.accept().unwrap().0);
            while client.read_line(&mut String::new()).unwrap() > 2 {}
            let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            client.get_mut().write_all(response).unwrap();
        });

        let timeout = Duration::from_secs(6);
        let connect = connect_by(Tcp::with_resolver(addresses, timeout));
        let transport = ConnTransport::builder(connect, TokioTimer::new())
            .timeout(Duration::from_secs(20))
            .connect_timeout(timeout)
            .build()
            .unwrap();
        let mut request = Request::default();
        *request.uri_mut() = Uri::from_static("http://localhost/");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let response = runtime.block_on(transport.send(request));
        let response = response.expect("the second address responds");
        assert_eq!(response.body().as_bytes(), b"{}");
    }
}

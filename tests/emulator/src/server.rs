//! The HTTP server on loopback, in its own thread.

mod fault_stream;
mod parse_error;
#[cfg(feature = "tls")]
pub(crate) mod tls;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use self::fault_stream::{Connection, FaultStream, NextResponse};
use crate::builder::StartError;
use crate::fault::Delivery;
use crate::host::{Content, Outgoing, SharedHost, UnreadBody};
use crate::log::Log;

/// Accepts TLS connections.
#[cfg(feature = "tls")]
pub(crate) type Acceptor = tokio_rustls::TlsAcceptor;
/// Never has a value, because the feature `tls` is off.
#[cfg(not(feature = "tls"))]
#[derive(Clone, Debug)]
pub(crate) enum Acceptor {}

/// Time that a client has to send a body. After that the body counts as incomplete.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The host and the log.
#[derive(Clone)]
struct Logged {
    host: SharedHost,
    log: Option<Log>,
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    base_url: String,
    /// Dropping it stops the thread.
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds 127.0.0.1 and starts to serve.
    pub(crate) fn start(
        port: u16,
        tls: Option<Acceptor>,
        host: SharedHost,
        log: Option<Log>,
    ) -> Result<Self, StartError> {
        let host = Logged { host, log };
        let (listener, address) =
            listen(port).map_err(|source| StartError::Listen { port, source })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| system("start an event loop", source))?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let thread = std::thread::Builder::new()
            .name("totps-emulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, tls, host) => {}
                    }
                });
            })
            .map_err(|source| system("start a thread", source))?;
        Ok(Self {
            base_url: format!("{scheme}://{address}"),
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread does not matter when the server stops.
            let _ = thread.join();
        }
    }
}

fn listen(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn system(action: &'static str, source: io::Error) -> StartError {
    StartError::System { action, source }
}

async fn accept(listener: TcpListener, tls: Option<Acceptor>, host: Logged) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // An error, e.g. too many open files, must not stop the existing connections.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without it, the pieces of a response would wait for each other. An error has no other
        // effect.
        let _ = stream.set_nodelay(true);
        tokio::spawn(connect(stream, tls.clone(), host.clone()));
    }
}

#[cfg(feature = "tls")]
async fn connect(stream: TcpStream, tls: Option<Acceptor>, host: Logged) {
    match tls {
        None => serve(stream, host).await,
        Some(tls) => {
            // The handshake fails if the client does not trust the certificate.
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, host).await;
            }
        }
    }
}

#[cfg(not(feature = "tls"))]
async fn connect(stream: TcpStream, _: Option<Acceptor>, host: Logged) {
    serve(stream, host).await;
}

async fn serve<S: Connection>(stream: S, logged: Logged) {
    let host = &logged.host;
    let next = NextResponse::default();
    let refusal = || parse_error::to_http1(&host.lock().unparsable());
    let stream = FaultStream::new(stream, next.clone(), refusal);
    let service = service_fn(|request| {
        let (logged, next) = (logged.clone(), next.clone());
        async move {
            let (response, delivery) = respond(request, logged).await;
            if let Delivery::Delayed(delay) = delivery {
                tokio::time::sleep(delay).await;
            }
            next.announce(delivery);
            Ok::<_, Infallible>(response.map(|body| Full::new(Bytes::from(body))))
        }
    });
    // An error affects this connection only.
    let _ = http1::Builder::new()
        .half_close(true)
        // A pooled connection may be idle for any time.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn respond(request: Request<Incoming>, logged: Logged) -> (Response<Vec<u8>>, Delivery) {
    let Logged { host, log } = logged;
    let (parts, body) = request.into_parts();
    let limit = host.lock().max_body_bytes(parts.uri.path());
    let body = tokio::time::timeout(BODY_TIMEOUT, read_body(body, limit));
    let body = body.await.unwrap_or(Err(UnreadBody::Incomplete));
    let incomplete = matches!(body, Err(UnreadBody::Incomplete));
    let Outgoing {
        content,
        delivery,
        entry,
        ..
    } = host.lock().respond(Request::from_parts(parts, body));
    if let (Some(log), Some(entry)) = (log, entry) {
        log.tell(&entry);
    }
    let mut response = write(content).await;
    if incomplete {
        // The rest of the body must not be parsed as the next request.
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    (response, delivery)
}

/// Serializes a response. If that is slow, another thread does it.
async fn write(content: Content) -> Response<Vec<u8>> {
    if !content.is_slow() {
        return content.into_response();
    }
    let written = tokio::task::spawn_blocking(|| content.into_response());
    // The task does not panic, and is cancelled only when the emulator stops.
    written.await.unwrap_or_default()
}

async fn read_body(mut body: Incoming, limit: usize) -> Result<Vec<u8>, UnreadBody> {
    let mut bytes = Vec::new();
    let mut too_large = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| UnreadBody::Incomplete)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        // A body that is too large is read to its end, because a client that is still sending would
        // not see the response.
        too_large |= data.len() > limit - bytes.len();
        if !too_large {
            bytes.extend_from_slice(&data);
        }
    }
    if too_large {
        return Err(UnreadBody::TooLarge);
    }
    Ok(bytes)
}

//! The HTTP server on loopback, in a thread of its own.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
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
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::backend::{Reply, SharedBackend, UnreadBody};
use crate::fault::Delivery;
use crate::faulty_stream::{Connection, FaultyStream, NextAnswer};

/// How long a client may take to send a body before it is told that the request is invalid.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    base_url: String,
    /// Dropping it stops the thread.
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Binds 127.0.0.1 and starts to answer.
    pub(crate) fn start(
        port: u16,
        tls: Option<TlsAcceptor>,
        backend: SharedBackend,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let thread = std::thread::Builder::new()
            .name("totps-emulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, tls, backend) => {}
                    }
                });
            })?;
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
            // The thread's panic has nothing to add to a stop.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, backend: SharedBackend) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, for example, must not stop the connections that there are.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without it, the pieces of an answer would wait for each other; nothing else depends on it.
        let _ = stream.set_nodelay(true);
        let backend = backend.clone();
        match tls.clone() {
            None => tokio::spawn(serve(stream, backend)),
            Some(tls) => tokio::spawn(async move {
                // A client that does not trust the certificate goes away.
                if let Ok(stream) = tls.accept(stream).await {
                    serve(stream, backend).await;
                }
            }),
        };
    }
}

async fn serve<S: Connection>(stream: S, backend: SharedBackend) {
    let next = NextAnswer::default();
    let refusal = || to_http1(&backend.lock().unparsable());
    let stream = FaultyStream::new(stream, next.clone(), refusal);
    let service = service_fn(|request| {
        let (backend, next) = (backend.clone(), next.clone());
        async move {
            let reply = answer(request, backend).await;
            if let Delivery::Delayed(delay) = reply.delivery {
                tokio::time::sleep(delay).await;
            }
            next.announce(reply.delivery);
            Ok::<_, Infallible>(reply.response.map(|body| Full::new(Bytes::from(body))))
        }
    });
    // What goes wrong here is this connection's trouble alone.
    let _ = http1::Builder::new()
        .half_close(true)
        // A pooled connection may idle for as long as the client likes.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, backend: SharedBackend) -> Reply {
    let (parts, body) = request.into_parts();
    let limit = backend.lock().max_body_bytes(parts.uri.path());
    let body = tokio::time::timeout(BODY_TIMEOUT, read_body(body, limit));
    let body = body.await.unwrap_or(Err(UnreadBody::Incomplete));
    let incomplete = matches!(body, Err(UnreadBody::Incomplete));
    let mut reply = backend.lock().answer(Request::from_parts(parts, body));
    if incomplete {
        // What is left of the body must not be taken for the next request.
        let close = HeaderValue::from_static("close");
        reply.response.headers_mut().insert(CONNECTION, close);
    }
    reply
}

async fn read_body(mut body: Incoming, limit: usize) -> Result<Vec<u8>, UnreadBody> {
    let mut bytes = Vec::new();
    let mut too_large = false;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| UnreadBody::Incomplete)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        // One that is too large is read on: a client that still sends would not see the answer.
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

/// The bytes of an answer after which the connection ends.
fn to_http1(response: &Response<Vec<u8>>) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    let length = response.body().len();
    bytes.extend(format!("content-length: {length}\r\n\r\n").into_bytes());
    bytes.extend(response.body());
    bytes
}

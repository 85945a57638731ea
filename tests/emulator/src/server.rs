//! The HTTP server on loopback, in a thread of its own.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;

use crate::backend::SharedBackend;
use crate::error::BAD_REQUEST;

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
    pub(crate) fn start(port: u16, backend: SharedBackend) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let thread = std::thread::Builder::new()
            .name("totps-emulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, backend) => {}
                    }
                });
            })?;
        Ok(Self {
            base_url: format!("http://{address}"),
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

async fn accept(listener: TcpListener, backend: SharedBackend) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        // An error of one connection, or too many open files, must not stop the others.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream, backend.clone()));
    }
}

async fn serve<S>(stream: S, backend: SharedBackend)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request| {
        let backend = backend.clone();
        async move { Ok::<_, Infallible>(answer(request, backend).await) }
    });
    // What goes wrong here is this connection's trouble alone.
    let _ = hyper::server::conn::http1::Builder::new()
        .half_close(true)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, backend: SharedBackend) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let limit = backend.lock().max_body_bytes();
    // One byte more than allowed is enough to know that the body is too large.
    let body = Limited::new(body, limit.saturating_add(1)).collect();
    let response = match tokio::time::timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(body)) => {
            let request = Request::from_parts(parts, body.to_bytes().to_vec());
            backend.lock().answer(request)
        }
        _ => todo!(),
    };
    response.map(|body| Full::new(Bytes::from(body)))
}

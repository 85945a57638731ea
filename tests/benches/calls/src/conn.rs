//! totps-hyper's connections that their caller drives, over tokio's sockets.

use std::io;
use std::mem::MaybeUninit;

use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::TcpStream;
use totps_hyper::{AsyncClient, AsyncTransport, ConnTransport, Project};

use crate::Fallible;

/// `http` to an address will do for a bench.
async fn connect(url: http::Uri) -> io::Result<TokioIo<TcpStream>> {
    let address = url.authority().map_or("", |authority| authority.as_str());
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(TokioIo::new(stream))
}

/// Asks the kernel, as the documentation recommends on tokio.
fn is_silent(io: &TokioIo<TcpStream>) -> bool {
    let peeked = SockRef::from(io.inner()).peek(&mut [MaybeUninit::uninit()]);
    peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

pub(crate) fn client(project: Project) -> Fallible<AsyncClient<impl AsyncTransport>> {
    let transport = ConnTransport::builder(connect, TokioTimer::new())
        .idle_check(is_silent)
        .build()?;
    Ok(AsyncClient::new(project, transport))
}

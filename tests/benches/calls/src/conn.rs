//! totps-hyper's connections that their caller drives, over tokio's sockets.

use std::io;

use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use totps_hyper::{AsyncClient, AsyncTransport, ConnTransport, Project};

/// `http` to an address will do for a bench.
async fn connect(url: http::Uri) -> io::Result<TokioIo<TcpStream>> {
    let address = url.authority().map_or("", |authority| authority.as_str());
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(TokioIo::new(stream))
}

pub(crate) fn client(project: Project) -> AsyncClient<impl AsyncTransport> {
    AsyncClient::new(project, ConnTransport::new(connect, TokioTimer::new()))
}

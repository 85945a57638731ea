//! totps-hyper's `ConnTransport`, whose connections the caller drives, on hyper-util's connector.

use std::io;
use std::mem::MaybeUninit;

use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::TcpStream;
use totps_hyper::{AsyncClient, AsyncTransport, ConnTransport, Project};
use tower_service::Service as _;

use crate::{Endpoint, Fallible, tls};

pub(crate) fn client(
    project: Project,
    endpoint: &Endpoint,
) -> Fallible<AsyncClient<impl AsyncTransport + use<>>> {
    let connector = tls::connector(endpoint)?;
    let connect = move |url| connector.clone().call(url);
    let transport = ConnTransport::builder(connect, TokioTimer::new())
        .allow_https()
        .idle_check(is_silent)
        .build()?;
    Ok(AsyncClient::new(project, transport))
}

/// Asks the kernel whether the connection is idle, as the documentation recommends for tokio.
fn is_silent(io: &MaybeHttpsStream<TokioIo<TcpStream>>) -> bool {
    let tcp = match io {
        MaybeHttpsStream::Http(tcp) => tcp,
        MaybeHttpsStream::Https(tls) => tls.inner().get_ref().0.inner(),
    };
    let peeked = SockRef::from(tcp.inner()).peek(&mut [MaybeUninit::uninit()]);
    peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

//! totps-hyper's connections that their caller drives, over hyper-util's connector.

use hyper_util::rt::TokioTimer;
use totps_hyper::{AsyncClient, AsyncTransport, ConnTransport, Project};
use tower_service::Service as _;

use crate::{Endpoint, Fallible, tls};

pub(crate) fn client(
    project: Project,
    endpoint: &Endpoint,
) -> Fallible<AsyncClient<impl AsyncTransport + use<>>> {
    let connector = tls::connector(endpoint)?;
    let connect = move |url| connector.clone().call(url);
    let transport = ConnTransport::new(connect, TokioTimer::new()).connector_brings_tls();
    Ok(AsyncClient::new(project, transport))
}

//! The same call as a user would write it on the bare HTTP stack, with derived structs.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use totps_bench_rivals::AuthenticateResponse;
use totps_bench_rivals::requests::{self, Prepared};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::asynchronous::Asynchronous;
use crate::blocking::Blocking;
use crate::{Endpoint, Fallible, params, tls};

/// Number of idle connections that are kept, as in the clients of this library.
const IDLE_CONNECTIONS: usize = 256;

/// How long an idle connection is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

fn prepared(base_url: &str) -> Fallible<Prepared> {
    let credentials = BASE64.encode(format!("{}:{}", params::PROJECT_ID, params::SECRET));
    Ok(Prepared {
        uri: format!("{base_url}/v1/b2b/totp/authenticate").parse()?,
        authorization: format!("Basic {credentials}").parse()?,
        user_agent: HeaderValue::from_static("hand-written/1.0"),
    })
}

fn request(prepared: &Prepared) -> Fallible<Request<Vec<u8>>> {
    let params = requests::Authenticate {
        organization_id: params::ORGANIZATION_ID.to_owned(),
        member_id: params::MEMBER_ID.to_owned(),
        code: params::CODE.to_owned(),
        intermediate_session_token: Some(params::INTERMEDIATE_SESSION_TOKEN.to_owned()),
        session_duration_minutes: Some(params::SESSION_DURATION_MINUTES.into()),
        ..Default::default()
    };
    Ok(prepared
        .request(&params)
        .map_err(|error| error.to_string())?)
}

fn session_token(body: &[u8]) -> Fallible<usize> {
    let response: AuthenticateResponse = serde_json::from_slice(body)?;
    Ok(response.session_token.len())
}

/// A ureq agent.
pub(crate) struct Ureq {
    prepared: Prepared,
    agent: Agent,
}

/// The timeouts of a ureq agent.
pub(crate) enum Timeouts {
    None,
    /// A timeout for each phase of a call except the name lookup, which would need a thread.
    Phases,
    /// One timeout for the whole call.
    Global,
}

impl Ureq {
    pub(crate) fn new(endpoint: &Endpoint, timeouts: &Timeouts) -> Fallible<Self> {
        let long = Some(Duration::from_secs(10));
        let short = Some(Duration::from_secs(3));
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .max_idle_age(IDLE_TIMEOUT);
        if let Some(pem) = &endpoint.authority_pem {
            let roots = RootCerts::new_with_certs(&[Certificate::from_pem(pem)?]);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let config = match timeouts {
            Timeouts::None => config,
            Timeouts::Phases => config
                .timeout_connect(short)
                .timeout_send_request(long)
                .timeout_send_body(long)
                .timeout_recv_response(long)
                .timeout_recv_body(long),
            Timeouts::Global => config.timeout_global(long),
        };
        Ok(Self {
            prepared: prepared(&endpoint.base_url)?,
            agent: config.build().into(),
        })
    }
}

impl Blocking for Ureq {
    fn call(&self) -> Fallible<usize> {
        let mut response = self.agent.run(request(&self.prepared)?)?;
        session_token(&response.body_mut().read_to_vec()?)
    }
}

/// hyper-util's client, without timeouts.
pub(crate) struct Hyper {
    prepared: Prepared,
    client: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Hyper {
    pub(crate) fn new(endpoint: &Endpoint) -> Fallible<Self> {
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(tls::connector(endpoint)?);
        Ok(Self {
            prepared: prepared(&endpoint.base_url)?,
            client,
        })
    }
}

impl Asynchronous for Hyper {
    async fn call(&self) -> Fallible<usize> {
        let request = request(&self.prepared)?.map(Full::from);
        let response = self.client.request(request).await?;
        session_token(&response.into_body().collect().await?.to_bytes())
    }
}

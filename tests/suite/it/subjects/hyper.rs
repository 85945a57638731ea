//! Subjects of totps-hyper: `HyperTransport`, a service and connections, on tokio and smol.

use std::sync::Arc;

use hyper_util::client::legacy::Error as LegacyError;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use smol::Executor;
use smol_hyper::rt::{SmolExecutor, SmolTimer};
use tokio::runtime::{Builder, Runtime};
use totps_conformance::{BoxFuture, Kit, Report, Setting, Target};
use totps_core::{AsyncTransport, ConfigError, Request, Response, TransportError};
use totps_hyper::{ConnTransport, HyperTransport, ServiceTransport};

use super::{Exception, Settings, SharedTransport, Subject, configure};
use crate::hyper::smol_stack::{self, Connector};
use crate::hyper::{LONG, TOKIO, connector, smol_client, tokio_stack, tunnel_connector};

const SETTINGS: &[Setting] = &[
    Setting::ConnectTimeout,
    Setting::MaxRetries,
    Setting::MaxIdleConnections,
];

const TWO_FRAMINGS: Exception = Exception {
    rule: "two-framings-refused",
    seen: "got the response 200 with the body \"{}\"",
    reason: "hyper reads a response with two framings, or with another transfer coding before `chunked`, \
             as chunked, and one with the transfer coding `identity` until the connection ends",
};

/// Runs a future on one runtime with several threads for all calls.
fn on_tokio(future: BoxFuture<'_>) {
    TOKIO.block_on(future);
}

/// Runs a future on a runtime of the calling thread, which does nothing between calls.
fn on_resting_tokio(future: BoxFuture<'_>) {
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future));
}

fn on_smol(future: BoxFuture<'_>) {
    smol::block_on(future);
}

/// Wraps an async transport in a blocking closure.
fn blocking(
    transport: impl AsyncTransport + 'static,
    block_on: fn(BoxFuture<'_>),
) -> SharedTransport {
    Arc::new(move |request: Request| {
        let mut result = None;
        let slot = &mut result;
        block_on(Box::pin(async {
            *slot = Some(transport.send(request).await);
        }));
        result.unwrap()
    })
}

fn ready_transport(settings: Settings) -> Result<HyperTransport, ConfigError> {
    let mut builder = HyperTransport::builder().rustls();
    configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem max_retries max_idle_connections);
    builder.build()
}

/// `HyperTransport` on tokio.
pub(crate) struct OnTokio;

impl Subject for OnTokio {
    const EXCEPTIONS: &'static [Exception] = &[TWO_FRAMINGS];
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = "hyper_util::";

    fn check(kit: &Kit) -> Report {
        kit.check_async(
            |target: Target| ready_transport(target.into()).unwrap(),
            on_tokio,
        )
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        Ok(blocking(ready_transport(settings)?, on_tokio))
    }
}

/// `HyperTransport` on a runtime that does nothing between calls.
pub(crate) struct OnRestingTokio;

impl Subject for OnRestingTokio {
    const EXCEPTIONS: &'static [Exception] = OnTokio::EXCEPTIONS;
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = OnTokio::LOGS_TO;

    fn check(kit: &Kit) -> Report {
        kit.check_async(
            |target: Target| ready_transport(target.into()).unwrap(),
            on_resting_tokio,
        )
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        Ok(blocking(ready_transport(settings)?, on_resting_tokio))
    }
}

/// `HyperTransport` with the platform's TLS library.
#[cfg(feature = "native-tls")]
pub(crate) struct OnTokioNativeTls;

#[cfg(feature = "native-tls")]
impl OnTokioNativeTls {
    fn build(settings: Settings) -> Result<HyperTransport, ConfigError> {
        let mut builder = HyperTransport::builder().native_tls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem max_retries max_idle_connections);
        builder.build()
    }
}

#[cfg(feature = "native-tls")]
impl Subject for OnTokioNativeTls {
    const EXCEPTIONS: &'static [Exception] = OnTokio::EXCEPTIONS;
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = OnTokio::LOGS_TO;

    fn check(kit: &Kit) -> Report {
        kit.check_async(
            |target: Target| Self::build(target.into()).unwrap(),
            on_tokio,
        )
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        Ok(blocking(Self::build(settings)?, on_tokio))
    }
}

/// hyper-util's client on smol, as the user's own stack. Its connections run on the thread of the
/// call.
pub(crate) struct ServiceOnSmol;

/// Runs the tasks of a service while there is a call.
struct Ticking<T> {
    transport: T,
    executor: Arc<Executor<'static>>,
}

impl<T: AsyncTransport> AsyncTransport for Ticking<T> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let response = self.executor.run(self.transport.send(request)).await;
        // A background task of hyper-util returns connections to its pool. Run it, because an
        // earlier call would open another connection.
        while self.executor.try_tick() {}
        response
    }
}

fn service_on_smol(settings: Settings) -> Result<impl AsyncTransport, ConfigError> {
    let executor = Arc::new(Executor::new());
    let client = smol_stack::client(
        connector(&settings),
        SmolExecutor::new(executor.clone()),
        settings.max_idle_connections,
    );
    let mut builder =
        ServiceTransport::builder(client, SmolTimer::new()).not_sent_if(LegacyError::is_connect);
    configure!(builder, settings: timeout response_limit max_retries);
    let transport = builder.build()?;
    Ok(Ticking {
        transport,
        executor,
    })
}

impl Subject for ServiceOnSmol {
    const EXCEPTIONS: &'static [Exception] = &[
        TWO_FRAMINGS,
        Exception {
            rule: "deadline-before-sending-is-not-sent",
            seen: "got Unknown",
            reason: "the service does not report in which phase the overall deadline passed",
        },
        Exception {
            rule: "floods-end",
            seen: "no end of the call",
            reason: "the connection reads on the thread of the call as long as the server sends: endless \
                     data outside a body keeps that thread from its deadline",
        },
        Exception {
            rule: "unread-rest-closes",
            seen: "the connection was used again",
            reason: "hyper-util reads and discards a small rest of a response, and keeps the connection",
        },
    ];
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = "hyper_util::";

    fn check(kit: &Kit) -> Report {
        kit.check_async(
            |target: Target| service_on_smol(target.into()).unwrap(),
            on_smol,
        )
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        Ok(blocking(service_on_smol(settings)?, on_smol))
    }
}

/// `ConnTransport` on smol: the caller drives the connections.
pub(crate) struct ConnOnSmol;

fn conn_on_smol(settings: Settings) -> Result<impl AsyncTransport, ConfigError> {
    // Use a long timeout here, because the transport's own connect timeout is under test.
    let connector = Connector::new(settings.root_certificates_pem.as_deref(), LONG);
    let connect = move |url| connector.clone().connect(url);
    let mut builder = ConnTransport::builder(connect, SmolTimer::new()).allow_https();
    configure!(builder, settings: timeout connect_timeout response_limit max_retries max_idle_connections);
    builder.build()
}

impl Subject for ConnOnSmol {
    const EXCEPTIONS: &'static [Exception] = &[TWO_FRAMINGS];
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = "rustls::";

    fn check(kit: &Kit) -> Report {
        kit.check_async(
            |target: Target| conn_on_smol(target.into()).unwrap(),
            on_smol,
        )
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        Ok(blocking(conn_on_smol(settings)?, on_smol))
    }
}

/// `ConnTransport` over tokio connections, with a check of idle connections.
pub(crate) struct ConnOnTokio;

fn conn_on_tokio(settings: Settings) -> Result<impl AsyncTransport, ConfigError> {
    let connect = tokio_stack::connector(settings.root_certificates_pem.as_deref());
    let mut builder = ConnTransport::builder(connect, TokioTimer::new())
        .allow_https()
        .idle_check(tunnel_connector::is_silent);
    configure!(builder, settings: timeout connect_timeout response_limit max_retries max_idle_connections);
    builder.build()
}

impl Subject for ConnOnTokio {
    const EXCEPTIONS: &'static [Exception] = &[TWO_FRAMINGS];
    const SETTINGS: &'static [Setting] = SETTINGS;
    const LOGS_TO: &'static str = "hyper_util::";

    fn check(kit: &Kit) -> Report {
        kit.check_async(
            |target: Target| conn_on_tokio(target.into()).unwrap(),
            on_resting_tokio,
        )
    }

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        Ok(blocking(conn_on_tokio(settings)?, on_resting_tokio))
    }
}

/// Runs the kit on `ConnTransport` through a proxy, with the connector of the example.
pub(crate) fn conn_through_tunnel(kit: &Kit) -> Report {
    kit.check_async(
        |target: Target| {
            let settings = Settings::from(target);
            let proxy = settings.proxy.unwrap().parse().unwrap();
            let roots = tokio_stack::roots(settings.root_certificates_pem.as_deref());
            let connect = tunnel_connector::connector(&proxy, roots).unwrap();
            let mut builder = ConnTransport::builder(connect, TokioTimer::new())
                .allow_https()
                .idle_check(tunnel_connector::is_silent);
            configure!(builder, settings: timeout connect_timeout response_limit max_retries);
            builder.build().unwrap()
        },
        on_resting_tokio,
    )
}

pub(crate) type Check = fn(&Kit) -> Report;

/// Subjects that differ in where their tasks run, for the rules about many concurrent calls.
pub(crate) const UNDER_LOAD: [(&str, Check); 3] = [
    ("conn_on_tokio", |kit| {
        kit.check_async(
            |target: Target| conn_on_tokio(target.into()).unwrap(),
            on_tokio,
        )
    }),
    ("service_on_smols_threads", |kit| {
        kit.check_async(
            |target: Target| {
                let mut builder = ServiceTransport::builder(smol_client(), SmolTimer::new());
                let settings = Settings::from(target);
                configure!(builder, settings: timeout response_limit);
                builder.build().unwrap()
            },
            on_smol,
        )
    }),
    ("service_on_tokio", |kit| {
        kit.check_async(
            |target: Target| {
                let http = HttpConnector::new();
                let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
                let mut builder = ServiceTransport::builder(client.build(http), TokioTimer::new());
                let settings = Settings::from(target);
                configure!(builder, settings: timeout response_limit);
                builder.build().unwrap()
            },
            on_tokio,
        )
    }),
];

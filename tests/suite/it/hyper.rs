//! totps-hyper: the common suite for all ways to use it, and what is its own.

mod dropped_calls;
mod idle_connections;
mod settings;
mod sigpipe;
mod smol_stack;
mod tokio_stack;
#[path = "../../../totps-hyper/examples/support/tunnel_connector.rs"]
mod tunnel_connector;

use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::client::legacy::Error as LegacyError;
use hyper_util::rt::TokioTimer;
use smol::Executor;
use smol_hyper::rt::{SmolExecutor, SmolTimer};
use smol_stack::Connector;
use tokio::runtime::{Builder, Runtime};
use totps_conformance::hostile::{Server, refusing_address, response as answer};
use totps_core::{
    AsyncTransport, AuthenticateParams, BoxError, ConfigError, CreateParams, Delivery,
    MigrateParams, Project, Request, TransportErrorKind,
};
use totps_hyper::{Client, ConnTransport, HyperTransport, ServiceTransport};
use tower::ServiceBuilder;
use tower::util::BoxCloneService;

use crate::adapters::{Difference, Settings, SharedTransport, Subject, configure, suite};

suite!(on_tokio, super::OnTokio);
suite!(service_on_smol, super::ServiceOnSmol);
suite!(conn_on_smol, super::ConnOnSmol);
suite!(conn_on_tokio, super::ConnOnTokio);
#[cfg(feature = "native-tls")]
suite!(on_tokio_native_tls, super::OnTokioNativeTls);

static TOKIO: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Calls on a runtime of one thread, which stands still between them.
fn on_resting_runtime(transport: impl AsyncTransport + 'static) -> SharedTransport {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    Arc::new(move |request: Request| runtime.block_on(transport.send(request)))
}

/// The ready transport.
pub(crate) struct OnTokio;

impl Subject for OnTokio {
    const DIFFERENCES: &'static [Difference] = &[Difference::ReadsTwoFramings];
    const LOGS_TO: &'static str = "hyper_util::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = HyperTransport::builder().rustls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem max_retries max_idle_connections);
        Ok(on_resting_runtime(builder.build()?))
    }
}

/// The same with the platform's library of TLS.
#[cfg(feature = "native-tls")]
pub(crate) struct OnTokioNativeTls;

#[cfg(feature = "native-tls")]
impl Subject for OnTokioNativeTls {
    const DIFFERENCES: &'static [Difference] = OnTokio::DIFFERENCES;
    const LOGS_TO: &'static str = OnTokio::LOGS_TO;

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = HyperTransport::builder().native_tls();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem max_retries max_idle_connections);
        Ok(on_resting_runtime(builder.build()?))
    }
}

/// hyper-util's client on smol, as a stack of the user's own.
pub(crate) struct ServiceOnSmol;

impl Subject for ServiceOnSmol {
    const DIFFERENCES: &'static [Difference] = &[
        Difference::UnprovenDeadline,
        Difference::ReadsTwoFramings,
        Difference::StarvesItsThread,
        Difference::ReadsRestAway,
    ];
    const LOGS_TO: &'static str = "hyper_util::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let executor = Arc::new(Executor::new());
        let idle = settings.max_idle_connections;
        let client = smol_stack::client(
            connector(&settings),
            SmolExecutor::new(executor.clone()),
            idle,
        );
        let mut builder = ServiceTransport::builder(client, SmolTimer::new())
            .not_sent_if(LegacyError::is_connect);
        configure!(builder, settings: timeout response_limit max_retries);
        let transport = builder.build()?;
        Ok(Arc::new(move |request: Request| {
            let response = smol::block_on(executor.run(transport.send(request)));
            // hyper-util gives connections back to its pool by a task of its own; a call that comes
            // before that opens another one.
            while executor.try_tick() {}
            response
        }))
    }
}

/// Connections driven by their caller.
pub(crate) struct ConnOnSmol;

impl Subject for ConnOnSmol {
    const DIFFERENCES: &'static [Difference] = &[Difference::ReadsTwoFramings];
    const LOGS_TO: &'static str = "rustls::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        // Its own connect timeout is the one to be tested.
        let connector = Connector::new(settings.root_certificates_pem.as_deref(), LONG);
        let connect = move |url| connector.clone().connect(url);
        let mut builder = ConnTransport::builder(connect, SmolTimer::new()).allow_https();
        configure!(builder, settings: timeout connect_timeout response_limit max_retries max_idle_connections);
        let transport = builder.build()?;
        Ok(Arc::new(move |request: Request| {
            smol::block_on(transport.send(request))
        }))
    }
}

/// The same over connections of tokio's, with a check of those that were idle.
pub(crate) struct ConnOnTokio;

impl Subject for ConnOnTokio {
    const DIFFERENCES: &'static [Difference] = &[Difference::ReadsTwoFramings];
    const LOGS_TO: &'static str = "hyper_util::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let connect = tokio_stack::connector(settings.root_certificates_pem.as_deref());
        let mut builder = ConnTransport::builder(connect, TokioTimer::new())
            .allow_https()
            .idle_check(tunnel_connector::is_silent);
        configure!(builder, settings: timeout connect_timeout response_limit max_retries max_idle_connections);
        Ok(on_resting_runtime(builder.build()?))
    }
}

/// The same through a proxy, by the connector of the example.
pub(crate) struct ConnThroughTunnel;

mod conn_through_tunnel {
    crate::adapters::suite! { super::ConnThroughTunnel:
        proxies::tunnel proxies::refused_tunnel retries::refused_tunnels
    }
}

impl Subject for ConnThroughTunnel {
    const LOGS_TO: &'static str = "hyper_util::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let proxy = settings.proxy.unwrap().parse().unwrap();
        let roots = tokio_stack::roots(settings.root_certificates_pem.as_deref());
        let connect = tunnel_connector::connector(&proxy, roots).unwrap();
        let mut builder = ConnTransport::builder(connect, TokioTimer::new())
            .allow_https()
            .idle_check(tunnel_connector::is_silent);
        configure!(builder, settings: timeout connect_timeout response_limit max_retries);
        Ok(on_resting_runtime(builder.build()?))
    }
}

const LONG: Duration = Duration::from_secs(60);

fn connector(settings: &Settings) -> Connector {
    let timeout = settings.connect_timeout.unwrap_or(LONG);
    Connector::new(settings.root_certificates_pem.as_deref(), timeout)
}

fn smol_client() -> smol_stack::Client {
    smol_stack::client(connector(&Settings::default()), smol_stack::Global, None)
}

fn project(server: &str) -> Project {
    Project::at(server, "project-test-1", "secret-test-1").unwrap()
}

/// Clients are cheap to clone and can be used from any thread, and so can their calls.
#[test]
fn clients_and_calls_are_send() {
    fn shareable<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn send<T: Send>(_: T) {}

    let client: Client = totps_hyper::client(project("http://127.0.0.1:1"));
    shareable(&client);
    send(client.create(&CreateParams::new("o", "m")));
    send(client.authenticate(&AuthenticateParams::new("o", "m", "c")));
    send(client.migrate(&MigrateParams::new("o", "m", "s")));
}

#[test]
fn clones_share_the_connections() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() && connection.write(&answer(200, "{}")) {}
    });
    let transport = HyperTransport::new();
    for _ in 0..20 {
        let transport = transport.clone();
        let request = project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        TOKIO.block_on(transport.send(request)).unwrap();
    }
    let connections = server.connections();
    assert!(
        connections < 20,
        "expected clones to share connections, got {connections} for 20 calls"
    );
}

#[test]
fn the_longest_timeouts_are_taken() {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&answer(200, "{}"));
    });
    let transport = HyperTransport::builder()
        .timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .build()
        .unwrap();
    let request = project(&server.url())
        .request(&CreateParams::new("o", "m"))
        .unwrap();
    TOKIO.block_on(transport.send(request)).expect("an answer");
}

/// Nothing is known of the errors of a stack of the user's own unless the user says it.
#[test]
fn a_stack_that_says_nothing_proves_nothing() {
    let transport = ServiceTransport::builder(smol_client(), SmolTimer::new())
        .build()
        .unwrap();
    let url = format!("http://{}", refusing_address());
    let request = project(&url).request(&CreateParams::new("o", "m")).unwrap();
    let error = smol::block_on(transport.send(request)).expect_err("nobody listens");
    assert_eq!(
        error.delivery(),
        Delivery::Unknown,
        "expected no claim: {error}"
    );
}

/// A tower stack is a service like any other, also in a box that is not `Sync`.
#[test]
fn tower_stacks_plug_in() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() && connection.write(&answer(200, "{}")) {}
    });
    let stack = ServiceBuilder::new()
        .concurrency_limit(1)
        .map_err(BoxError::from)
        .service(smol_client());
    let stack = BoxCloneService::new(stack);
    let transport = ServiceTransport::builder(stack, SmolTimer::new())
        .build()
        .unwrap();
    for _ in 0..3 {
        let request = project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        smol::block_on(transport.send(request)).expect("an answer by way of tower");
    }
}

/// A timer whose clock is ahead of the real one by as much as a test says.
#[derive(Clone, Default)]
struct AheadTimer {
    timer: SmolTimer,
    ahead: Arc<Mutex<Duration>>,
}

impl Timer for AheadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.timer
            .sleep_until(deadline - *self.ahead.lock().unwrap())
    }

    fn now(&self) -> Instant {
        Instant::now() + *self.ahead.lock().unwrap()
    }
}

#[test]
fn idle_connections_are_kept_for_the_idle_timeout() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() && connection.write(&answer(200, "{}")) {}
    });
    // By default and by setting: how long a connection may be idle, in seconds.
    for (setting, seconds) in [(None, 50), (Some(Duration::from_secs(7)), 7)] {
        let before = server.connections();
        let timer = AheadTimer::default();
        let connector = connector(&Settings::default());
        let connect = move |url| connector.clone().connect(url);
        let mut builder = ConnTransport::builder(connect, timer.clone());
        if let Some(timeout) = setting {
            builder = builder.idle_timeout(timeout);
        }
        let transport = builder.build().unwrap();
        let mut now = 0;
        for (later, connections) in [(0, 1), (seconds - 1, 1), (seconds - 1, 1), (seconds, 2)] {
            now += later;
            *timer.ahead.lock().unwrap() = Duration::from_secs(now);
            let request = project(&server.url())
                .request(&CreateParams::new("o", "m"))
                .unwrap();
            smol::block_on(transport.send(request)).expect("an answer");
            assert_eq!(
                server.connections() - before,
                connections,
                "expected so many connections after {later} s of {seconds} s without a call"
            );
        }
    }
}

#[test]
fn connecting_takes_no_longer_than_its_timeout() {
    let deaf = totps_conformance::hostile::DeafServer::start();
    let transport = HyperTransport::builder()
        .connect_timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let url = format!("http://{}", deaf.address());
    let request = project(&url).request(&CreateParams::new("o", "m")).unwrap();
    let error = TOKIO
        .block_on(transport.send(request))
        .expect_err("nobody answers");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Timeout, Delivery::NotSent),
        "expected a timeout before anything was sent: {error}"
    );
}

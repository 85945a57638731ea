//! Tests of totps-hyper only. The module `conformance` has the rules for every transport.

mod idle_connections;
mod settings;
mod sigpipe;
pub(crate) mod smol_stack;
pub(crate) mod tokio_stack;
#[path = "../../../totps-hyper/examples/support/tunnel_connector.rs"]
pub(crate) mod tunnel_connector;

use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use smol_hyper::rt::SmolTimer;
use smol_stack::Connector;
use tokio::runtime::Runtime;
use totps_conformance::hostile::{RefusingPort, Server, response};
use totps_core::{
    AsyncTransport, AuthenticateParams, BoxError, CreateParams, Delivery, MigrateParams, Project,
    TransportErrorKind,
};
use totps_hyper::{Client, ConnTransport, HyperTransport, ServiceTransport};
use tower::ServiceBuilder;
use tower::util::BoxCloneService;

use crate::subjects::Settings;

pub(crate) static TOKIO: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

pub(crate) const LONG: Duration = Duration::from_secs(60);

pub(crate) fn connector(settings: &Settings) -> Connector {
    let timeout = settings.connect_timeout.unwrap_or(LONG);
    Connector::new(settings.root_certificates_pem.as_deref(), timeout)
}

pub(crate) fn smol_client() -> smol_stack::Client {
    smol_stack::client(connector(&Settings::default()), smol_stack::Global, None)
}

fn project(server: &str) -> Project {
    Project::at(server, "project-test-1", "secret-test-1").unwrap()
}

/// Clients can be cloned, and clients and their calls can be used from any thread.
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
        while connection.read_request().is_some() && connection.write(&response(200, "{}")) {}
    });
    let transport = HyperTransport::new();
    for _ in 0..20 {
        let transport = transport.clone();
        let request = project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        TOKIO.block_on(transport.send(request)).unwrap();
    }
    // hyper-util's pool takes a connection back in a task, so that a call right after another one
    // may open a second.
    let connections = server.connections();
    assert!(
        connections <= 10,
        "expected clones to share connections, got {connections} for 20 calls"
    );
}

#[test]
fn the_longest_timeouts_are_accepted() {
    let server = Server::start(|connection| {
        connection.read_request();
        connection.write(&response(200, "{}"));
    });
    let transport = HyperTransport::builder()
        .timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .build()
        .unwrap();
    let request = project(&server.url())
        .request(&CreateParams::new("o", "m"))
        .unwrap();
    TOKIO.block_on(transport.send(request)).expect("a response");
}

/// Without `not_sent_if`, the transport cannot interpret the errors of the user's stack.
#[test]
fn without_not_sent_if_every_failure_is_unknown() {
    let transport = ServiceTransport::builder(smol_client(), SmolTimer::new())
        .build()
        .unwrap();
    let port = RefusingPort::reserve();
    let url = port.url();
    let request = project(&url).request(&CreateParams::new("o", "m")).unwrap();
    let error = smol::block_on(transport.send(request)).expect_err("no server listens");
    assert_eq!(
        error.delivery(),
        Delivery::Unknown,
        "expected `Unknown`: {error}"
    );
}

/// A tower stack is a service like any other, even in a box that is not `Sync`.
#[test]
fn tower_stacks_are_services() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() && connection.write(&response(200, "{}")) {}
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
        smol::block_on(transport.send(request)).expect("a response through tower");
    }
}

/// A timer whose clock is ahead of the real one by a duration that the test sets.
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
        while connection.read_request().is_some() && connection.write(&response(200, "{}")) {}
    });
    // The setting, and how long a connection may be idle with it, in seconds.
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
            smol::block_on(transport.send(request)).expect("a response");
            assert_eq!(
                server.connections() - before,
                connections,
                "connections after {later} s without a call, with an idle timeout of {seconds} s"
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
        .expect_err("the server never accepts");
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Timeout, Delivery::NotSent),
        "expected a timeout before anything was sent: {error}"
    );
}

//! totps-hyper: the common suite for its three modes, and what is its own.

mod smol_stack;

use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::client::legacy::Error as LegacyError;
use smol::Executor;
use smol_hyper::rt::{SmolExecutor, SmolTimer};
use smol_stack::Connector;
use tokio::runtime::{Builder, Runtime};
use totps_core::{
    AsyncTransport, AuthenticateParams, BoxError, ConfigError, CreateParams, Delivery,
    MigrateParams, Project, Request, TransportErrorKind,
};
use totps_hyper::{Client, ConnTransport, HyperTransport, ServiceTransport};
use totps_tests::hostile::{Server, answer, refusing_address};
use tower::ServiceBuilder;
use tower::util::BoxCloneService;

use crate::adapters::{Difference, Settings, SharedTransport, Subject, configure, suite};

suite!(on_tokio, super::OnTokio);
suite!(service_on_smol, super::ServiceOnSmol);
suite!(conn_on_smol, super::ConnOnSmol);

static TOKIO: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// The ready transport.
pub(crate) struct OnTokio;

impl Subject for OnTokio {
    const DIFFERENCES: &'static [Difference] =
        &[Difference::UnprovenDeadline, Difference::ReadsTwoFramings];
    const LOGS_TO: &'static str = "hyper_util::";

    fn transport(settings: Settings) -> Result<SharedTransport, ConfigError> {
        let mut builder = HyperTransport::builder();
        configure!(builder, settings: timeout connect_timeout response_limit root_certificates_pem max_retries);
        let transport = builder.build()?;
        // One thread, so that it can be told when everything has been done.
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Ok(Arc::new(move |request: Request| {
            runtime.block_on(async {
                // The runtime stood still since the last call: what a server closed since is noticed.
                settle().await;
                let answer = transport.send(request).await;
                // hyper-util gives connections back to its pool by a task of its own; a call that
                // comes before that opens another one.
                settle().await;
                answer
            })
        }))
    }
}

/// Lets tokio do whatever can be done.
async fn settle() {
    for _ in 0..32 {
        tokio::task::yield_now().await;
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
        let client = smol_stack::client(connector(&settings), SmolExecutor::new(executor.clone()));
        let mut transport =
            ServiceTransport::new(client, SmolTimer::new()).not_sent_if(LegacyError::is_connect);
        configure!(transport?, settings: timeout response_limit max_retries);
        Ok(Arc::new(move |request: Request| {
            let answer = smol::block_on(executor.run(transport.send(request)));
            // As on tokio.
            while executor.try_tick() {}
            answer
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
        let mut transport = ConnTransport::new(connect, SmolTimer::new()).connector_brings_tls();
        configure!(transport?, settings: timeout connect_timeout response_limit max_retries);
        Ok(Arc::new(move |request: Request| {
            smol::block_on(transport.send(request))
        }))
    }
}

const LONG: Duration = Duration::from_secs(60);

fn connector(settings: &Settings) -> Connector {
    let timeout = settings.connect_timeout.unwrap_or(LONG);
    Connector::new(settings.root_certificates_pem.as_deref(), timeout)
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
fn settings_that_are_refused_name_themselves() {
    type Refused = Result<(), ConfigError>;
    let builder = HyperTransport::builder;
    let conn = || {
        ConnTransport::new(
            |url| connector(&Settings::default()).connect(url),
            SmolTimer::new(),
        )
    };
    let service = || {
        let client = smol_stack::client(connector(&Settings::default()), smol_stack::Global);
        ServiceTransport::new(client, SmolTimer::new())
    };
    let zero = Duration::ZERO;
    let cases: [(&str, Refused); 13] = [
        ("timeout", builder().timeout(zero).build().map(drop)),
        (
            "connect timeout",
            builder().connect_timeout(zero).build().map(drop),
        ),
        (
            "response limit",
            builder().response_limit(0).build().map(drop),
        ),
        (
            "root certificates",
            builder().root_certificates_pem("").build().map(drop),
        ),
        (
            "root certificates",
            builder()
                .root_certificates_pem(
                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
                )
                .build()
                .map(drop),
        ),
        (
            "number of retries",
            builder().max_retries(3).build().map(drop),
        ),
        ("number of retries", conn().max_retries(3).map(drop)),
        ("number of retries", service().max_retries(3).map(drop)),
        ("timeout", conn().timeout(zero).map(drop)),
        ("connect timeout", conn().connect_timeout(zero).map(drop)),
        ("response limit", conn().response_limit(0).map(drop)),
        ("timeout", service().timeout(zero).map(drop)),
        ("response limit", service().response_limit(0).map(drop)),
    ];
    for (setting, refused) in cases {
        let error = refused.expect_err("a setting of zero, too many retries, or not PEM");
        assert_eq!(
            error.setting(),
            setting,
            "expected the error to name it: {error}"
        );
    }
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
    let transport = ServiceTransport::new(
        smol_stack::client(connector(&Settings::default()), smol_stack::Global),
        SmolTimer::new(),
    );
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
    let client = smol_stack::client(connector(&Settings::default()), smol_stack::Global);
    let stack = ServiceBuilder::new()
        .concurrency_limit(1)
        .map_err(BoxError::from)
        .service(client);
    let stack = BoxCloneService::new(stack);
    let transport = ServiceTransport::new(stack, SmolTimer::new());
    for _ in 0..3 {
        let request = project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        smol::block_on(transport.send(request)).expect("an answer by way of tower");
    }
}

/// A connector that does no TLS would send the credentials in clear.
#[test]
fn https_needs_a_connector_that_is_said_to_bring_tls() {
    let server = Server::trap();
    let connector = connector(&Settings::default());
    let transport = ConnTransport::new(move |url| connector.clone().connect(url), SmolTimer::new());
    let request = project(&server.https_url())
        .request(&CreateParams::new("o", "m"))
        .unwrap();
    let error = smol::block_on(transport.send(request)).expect_err("a refusal");
    assert_eq!(
        (error.delivery(), server.connections()),
        (Delivery::NotSent, 0),
        "expected nothing to be sent and nobody to be asked: {error}"
    );
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
fn idle_connections_are_kept_for_15_seconds() {
    let server = Server::start(|connection| {
        while connection.read_request().is_some() && connection.write(&answer(200, "{}")) {}
    });
    let timer = AheadTimer::default();
    let connector = connector(&Settings::default());
    let transport = ConnTransport::new(move |url| connector.clone().connect(url), timer.clone());
    for (ahead, connections) in [(0, 1), (14, 1), (28, 1), (44, 2)] {
        *timer.ahead.lock().unwrap() = Duration::from_secs(ahead);
        let request = project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap();
        smol::block_on(transport.send(request)).expect("an answer");
        assert_eq!(
            server.connections(),
            connections,
            "expected so many connections after a call at {ahead} s"
        );
    }
}

/// A dropped call closes its connection, and the next one is clean.
#[test]
fn dropped_calls_leave_no_trace() {
    let server = || {
        Server::start(|connection| {
            if connection.number() == 0 {
                connection.read_request();
                connection.hold();
            } else {
                connection.read_request();
                connection.write(&answer(200, "{}"));
            }
        })
    };
    let request = |server: &Server| {
        project(&server.url())
            .request(&CreateParams::new("o", "m"))
            .unwrap()
    };

    let silent = server();
    let transport = HyperTransport::new();
    TOKIO.block_on(async {
        let dropped =
            tokio::time::timeout(Duration::from_millis(200), transport.send(request(&silent)));
        assert!(
            dropped.await.is_err(),
            "expected no answer to the first request"
        );
        transport
            .send(request(&silent))
            .await
            .expect("an answer to the second request");
    });
    silent.wait_for_closed(1);

    let silent = server();
    let connector = connector(&Settings::default());
    let transport = ConnTransport::new(move |url| connector.clone().connect(url), SmolTimer::new());
    smol::block_on(async {
        let dropped = smol::future::or(
            async { transport.send(request(&silent)).await.is_ok() },
            async {
                smol::Timer::after(Duration::from_millis(200)).await;
                false
            },
        );
        assert!(!dropped.await, "expected no answer to the first request");
        transport
            .send(request(&silent))
            .await
            .expect("an answer to the second request");
    });
    silent.wait_for_closed(1);
}

#[test]
fn connecting_takes_no_longer_than_its_timeout() {
    let deaf = totps_tests::hostile::DeafServer::start();
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

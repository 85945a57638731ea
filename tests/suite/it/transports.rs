//! Tests that any HTTP stack can be a transport.

use std::cell::RefCell;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use totps_core::{
    AsyncClient, AsyncTransport, AuthenticateParams, Body, BoxError, Client, CreateParams,
    Delivery, Error, MigrateParams, Project, Request, Response, Transport, TransportError,
    TransportErrorKind,
};
use totps_tests::fixtures::fixture;

fn project() -> Project {
    Project::new("project-test-x", "secret-test-x").unwrap()
}

fn create() -> CreateParams {
    CreateParams::new("organization", "member")
}

fn authenticate() -> AuthenticateParams {
    AuthenticateParams::new("organization", "member", "012345")
}

fn migrate() -> MigrateParams {
    MigrateParams::new("organization", "member", "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS")
}

/// Returns the full response to a request, by its path.
fn response(request: &Request) -> &'static str {
    let name = match request.uri().path() {
        "/v1/b2b/totp" => "create/full",
        "/v1/b2b/totp/authenticate" => "authenticate/full",
        "/v1/b2b/totp/migrate" => "migrate/full",
        other => panic!("unexpected path {other}"),
    };
    fixture(name).json
}

/// Makes the three main calls, which must succeed.
#[track_caller]
fn assert_works(transport: impl Transport) {
    let client = Client::new(project(), transport);
    let created = client.create(&create()).unwrap();
    assert_eq!(created.secret.expose(), "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS");
    let authenticated = client.authenticate(&authenticate()).unwrap();
    assert_eq!(authenticated.session_jwt.unwrap().expose(), "example_jwt");
    let migrated = client.migrate(&migrate()).unwrap();
    assert_eq!(migrated.recovery_codes[0].expose(), "ckss-2skx-ebow");
}

/// Makes the same calls with an async transport, without an async runtime.
#[track_caller]
fn assert_works_async(transport: impl AsyncTransport) {
    let client = AsyncClient::new(project(), transport);
    block_on(async {
        let created = client.create(&create()).await.unwrap();
        assert_eq!(created.secret.expose(), "BTGNX5RKJRMQWQFRQKTG34JCF6XDRHZS");
        let authenticated = client.authenticate(&authenticate()).await.unwrap();
        assert_eq!(authenticated.session_jwt.unwrap().expose(), "example_jwt");
        let migrated = client.migrate(&migrate()).await.unwrap();
        assert_eq!(migrated.recovery_codes[0].expose(), "ckss-2skx-ebow");
    });
}

/// Runs a future to completion on this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A future that is ready at the second poll.
#[derive(Default)]
struct Yield {
    is_polled: bool,
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.is_polled {
            return Poll::Ready(());
        }
        self.is_polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[test]
fn closures_with_any_body_and_error_are_transports() {
    assert_works(|request: Request| Ok::<_, io::Error>(http::Response::new(response(&request))));
    assert_works(|request: Request| {
        Ok::<_, BoxError>(http::Response::new(response(&request).to_owned()))
    });
    assert_works(|request: Request| {
        Ok::<_, String>(http::Response::new(response(&request).as_bytes().to_vec()))
    });
    assert_works(|request: Request| {
        Ok::<_, TransportError>(http::Response::new(Body::from(response(&request))))
    });
    assert_works(|request: Request| {
        Ok::<_, Infallible>(http::Response::new(Box::<[u8]>::from(
            response(&request).as_bytes(),
        )))
    });
    fn function(request: Request) -> Result<http::Response<&'static [u8]>, &'static str> {
        Ok(http::Response::new(response(&request).as_bytes()))
    }
    assert_works(function);
}

#[test]
fn async_closures_with_any_body_and_error_are_transports() {
    assert_works_async(|request: Request| async move {
        Yield::default().await;
        Ok::<_, io::Error>(http::Response::new(response(&request)))
    });
    assert_works_async(async |request: Request| {
        Ok::<_, BoxError>(http::Response::new(response(&request).to_owned()))
    });
    assert_works_async(|request: Request| {
        std::future::ready(Ok::<_, String>(http::Response::new(
            response(&request).as_bytes().to_vec(),
        )))
    });
    async fn function(request: Request) -> Result<Response, TransportError> {
        Yield::default().await;
        Ok(http::Response::new(response(&request).into()))
    }
    assert_works_async(function);
}

#[test]
fn a_transport_gets_the_whole_request() {
    let seen = RefCell::new(Vec::new());
    let client = Client::new(project(), |request: Request| {
        let (head, body) = request.into_parts();
        seen.borrow_mut()
            .push((head.method, head.uri, head.headers.len(), Vec::from(body)));
        Err::<http::Response<Body>, _>("seen")
    });
    client.migrate(&migrate()).expect_err("the transport fails");
    let expected = project().request(&migrate()).unwrap();
    let (expected, body) = expected.into_parts();
    let expected = (
        expected.method,
        expected.uri,
        expected.headers.len(),
        Vec::from(body),
    );
    assert_eq!(seen.into_inner(), [expected]);
}

#[test]
fn nothing_is_sent_when_parameters_are_invalid() {
    let calls = AtomicUsize::new(0);
    let transport = |_: Request| {
        calls.fetch_add(1, Ordering::Relaxed);
        Err::<http::Response<Body>, _>("sent")
    };
    let client = Client::new(project(), &transport);
    let error = client
        .create(&CreateParams::new("", "member"))
        .expect_err("an empty id");
    assert!(matches!(error, Error::InvalidParams(_)), "{error:?}");
    assert_eq!(error.delivery(), Delivery::NotSent);
    let client = AsyncClient::new(project(), |request: Request| {
        std::future::ready(transport(request))
    });
    let error = block_on(client.create(&CreateParams::new("", "member"))).expect_err("an empty id");
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(calls.load(Ordering::Relaxed), 0, "nothing may be sent");
}

#[test]
fn errors_of_closures_keep_their_cause_and_delivery() {
    #[derive(Debug, PartialEq)]
    struct Own(u8);

    impl std::fmt::Display for Own {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("own")
        }
    }

    impl StdError for Own {}

    fn failing<E: Into<BoxError>>(make: impl Fn() -> E + Send + Sync) -> [TransportError; 2] {
        let client = Client::new(project(), |_: Request| {
            Err::<http::Response<Body>, E>(make())
        });
        let blocking = client.create(&create());
        let client = AsyncClient::new(project(), |_: Request| {
            let error = make().into();
            std::future::ready(Err::<http::Response<Body>, BoxError>(error))
        });
        let asynchronous = block_on(client.create(&create()));
        [blocking, asynchronous].map(|result| match result {
            Err(Error::Transport(error)) => error,
            other => panic!("expected a transport error, not {other:?}"),
        })
    }

    for error in failing(|| Own(7)) {
        assert_eq!(error.kind(), TransportErrorKind::Other);
        assert_eq!(error.delivery(), Delivery::Unknown);
        let source = error
            .source()
            .and_then(|source| source.downcast_ref::<Own>());
        assert_eq!(source, Some(&Own(7)), "the cause must be kept");
    }
    // Only a `TransportError` can state that nothing was sent, not even `ConnectionRefused`.
    for error in failing(|| io::Error::from(io::ErrorKind::ConnectionRefused)) {
        assert_eq!(error.delivery(), Delivery::Unknown);
    }
    for error in failing(|| "a text") {
        assert_eq!(error.delivery(), Delivery::Unknown);
    }

    type Make = fn() -> TransportError;
    for (make, kind, delivery) in [
        (
            (|| TransportError::not_sent("x")) as Make,
            TransportErrorKind::Connect,
            Delivery::NotSent,
        ),
        (
            || TransportError::timed_out("x"),
            TransportErrorKind::Timeout,
            Delivery::Unknown,
        ),
        (
            || TransportError::timed_out("x").with_delivery(Delivery::NotSent),
            TransportErrorKind::Timeout,
            Delivery::NotSent,
        ),
        (
            || TransportError::too_large("x"),
            TransportErrorKind::TooLarge,
            Delivery::Unknown,
        ),
    ] {
        let boxed = || -> BoxError { Box::new(make()) };
        for error in failing(make).into_iter().chain(failing(boxed)) {
            assert_eq!((error.kind(), error.delivery()), (kind, delivery));
            let source = error.source().map(ToString::to_string);
            assert_eq!(
                source.as_deref(),
                Some("x"),
                "{kind:?}: no link must be added"
            );
        }
    }
}

#[test]
fn shared_and_erased_transports_work() {
    let transport = |request: Request| Ok::<_, io::Error>(http::Response::new(response(&request)));
    assert_works(Arc::new(transport));
    let borrowed = &transport;
    assert_works(borrowed);
    assert_works(Arc::new(transport) as Arc<dyn Transport>);
    let erased: Arc<dyn Transport + Send + Sync> = Arc::new(transport);
    assert_works(Arc::clone(&erased));

    let client = Client::new(project(), erased);
    let other = client.clone();
    let secret = thread::spawn(move || other.create(&create()).unwrap().secret);
    assert_eq!(
        secret.join().unwrap().expose(),
        client.create(&create()).unwrap().secret.expose()
    );
    assert_eq!(client.project().id(), "project-test-x");
    assert_eq!(Arc::strong_count(client.transport()), 1);
}

#[test]
fn shared_and_erased_async_transports_work() {
    type Erased = Box<
        dyn Fn(Request) -> Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send>>
            + Send
            + Sync,
    >;

    async fn send(request: Request) -> Result<Response, TransportError> {
        Ok(http::Response::new(response(&request).into()))
    }

    let erased: Erased = Box::new(|request| Box::pin(send(request)));
    assert_works_async(erased);
    assert_works_async(Arc::new(send));

    let client = AsyncClient::new(project(), Arc::new(send));
    let other = client.clone();
    let secret = thread::spawn(move || block_on(other.create(&create())).unwrap().secret);
    assert!(!secret.join().unwrap().expose().is_empty());
    assert_eq!(client.project().id(), "project-test-x");
    assert_eq!(Arc::strong_count(client.transport()), 1);
}

#[test]
fn transports_need_not_be_send_nor_static() {
    // Neither `Send` nor `Sync`, and borrowed from this function.
    let log = Rc::new(RefCell::new(Vec::new()));
    let prefix = String::from("call to ");
    assert_works(|request: Request| {
        log.borrow_mut()
            .push([&prefix, request.uri().path()].concat());
        Ok::<_, io::Error>(http::Response::new(response(&request)))
    });
    assert_eq!(
        *log.borrow(),
        [
            "call to /v1/b2b/totp",
            "call to /v1/b2b/totp/authenticate",
            "call to /v1/b2b/totp/migrate",
        ]
    );
}

#[test]
fn custom_types_can_be_transports() {
    struct Counting<'a> {
        calls: &'a Mutex<usize>,
    }

    impl Transport for Counting<'_> {
        fn send(&self, request: Request) -> Result<Response, TransportError> {
            *self.calls.lock().unwrap() += 1;
            Ok(http::Response::new(response(&request).into()))
        }
    }

    impl AsyncTransport for Counting<'_> {
        async fn send(&self, request: Request) -> Result<Response, TransportError> {
            Yield::default().await;
            Transport::send(self, request)
        }
    }

    let calls = Mutex::new(0);
    assert_works(Counting { calls: &calls });
    assert_works_async(Counting { calls: &calls });
    assert_eq!(calls.into_inner().unwrap(), 6);
}

#[test]
fn futures_and_clients_can_cross_threads() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    fn assert_send_sync<T: Send + Sync>() {}

    async fn send(_: Request) -> Result<Response, TransportError> {
        Err(TransportError::not_sent("no network here"))
    }

    assert_send_sync::<Project>();
    assert_send_sync::<Client<Arc<dyn Transport + Send + Sync>>>();
    assert_send_sync::<Error>();
    let client = assert_send(AsyncClient::new(project(), send));
    let (create, authenticate, migrate) = (create(), authenticate(), migrate());
    let errors = block_on(assert_send(async {
        [
            assert_send(client.create(&create)).await.err(),
            assert_send(client.authenticate(&authenticate)).await.err(),
            assert_send(client.migrate(&migrate)).await.err(),
        ]
    }));
    for error in errors {
        let delivery = error.map(|error| error.delivery());
        assert_eq!(
            delivery,
            Some(Delivery::NotSent),
            "expected the transport's error"
        );
    }
}

#[test]
fn futures_do_nothing_until_polled() {
    let calls = AtomicUsize::new(0);
    let client = AsyncClient::new(project(), |_: Request| {
        calls.fetch_add(1, Ordering::Relaxed);
        std::future::pending::<Result<http::Response<Body>, TransportError>>()
    });
    let params = create();
    drop(client.create(&params));
    assert_eq!(
        calls.load(Ordering::Relaxed),
        0,
        "nothing must be sent before a poll"
    );

    let mut call = Box::pin(client.create(&params));
    let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll.is_pending(), "the transport never responds");
    drop(call);
    assert_eq!(calls.load(Ordering::Relaxed), 1, "expected one request");
}

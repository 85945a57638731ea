//! Calls whose futures are dropped before they are ready.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::hash::{BuildHasher as _, RandomState};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use smol_hyper::rt::SmolTimer;
use totps_conformance::hostile::{Server, response as answer};
use totps_core::{AsyncTransport, Body, CreateParams, Request, Response, TransportError};
use totps_hyper::{ConnTransport, HyperTransport, ServiceTransport};

use super::{TOKIO, connector, project, smol_client, tokio_stack, tunnel_connector};
use crate::adapters::{Settings, chain};

const THREADS: usize = 50;
const CALLS: usize = 200;

/// What came of a call; `None` if it was dropped.
type Outcome = Option<Result<Response, TransportError>>;

type BlockOn = fn(Pin<Box<dyn Future<Output = Outcome> + '_>>) -> Outcome;

/// 10,000 calls, each dropped after a random number of polls unless it is ready before.
fn every_response_is_its_callers(transport: &(impl AsyncTransport + 'static), block_on: BlockOn) {
    let server = Server::start(|connection| {
        while let Some(request) = connection.read_request() {
            let response = answer(200, std::str::from_utf8(&request.body).unwrap());
            // Some come in two pieces, so that calls are dropped in the midst of them.
            let middle = response.len() - request.body.len() % 4;
            connection.write(&response[..middle]);
            connection.write(&response[middle..]);
        }
    });
    let seed = RandomState::new();
    let (mut ready, mut dropped) = (0, 0);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (server, seed) = (&server, &seed);
                scope.spawn(move || {
                    let mut ready = 0;
                    for call in 0..CALLS {
                        let question = format!("{thread}/{call}");
                        let polls = seed.hash_one(&question) % 16;
                        let send = transport.send(request(server, &question));
                        let Some(result) = block_on(Box::pin(dropped_after(polls, send))) else {
                            continue;
                        };
                        let response = result.unwrap_or_else(|error| panic!("{}", chain(&error)));
                        let body = std::str::from_utf8(response.body().as_bytes());
                        assert_eq!(body, Ok(&*question), "expected the response to this call");
                        ready += 1;
                    }
                    ready
                })
            })
            .collect();
        for caller in callers {
            let ready_here = caller.join().expect("every response is its caller's");
            ready += ready_here;
            dropped += CALLS - ready_here;
        }
    });
    assert!(
        ready > 1000 && dropped > 1000,
        "expected many calls of both kinds, got {ready} ready and {dropped} dropped"
    );
    let requests = server.requests();
    let questions: HashSet<_> = requests.iter().map(|request| &request.body).collect();
    assert_eq!(questions.len(), requests.len(), "expected none twice");
}

fn request(server: &Server, question: &str) -> Request {
    let params = CreateParams::new("organization-1", "member-1");
    let mut request = project(&server.url()).request(&params).unwrap();
    *request.body_mut() = Body::from(question);
    request
}

async fn dropped_after(
    polls: u64,
    send: impl Future<Output = Result<Response, TransportError>>,
) -> Outcome {
    let (mut send, mut left) = (pin!(send), polls);
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        send.as_mut().poll(cx).map(Some)
    })
    .await
}

#[test]
fn on_tokio() {
    let builder = HyperTransport::builder().timeout(Duration::from_secs(60));
    let transport = builder.build().unwrap();
    every_response_is_its_callers(&transport, |call| TOKIO.block_on(call));
}

#[test]
fn conn_on_tokio() {
    let connect = tokio_stack::connector(None);
    let transport = ConnTransport::builder(connect, TokioTimer::new())
        .idle_check(tunnel_connector::is_silent)
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    every_response_is_its_callers(&transport, |call| TOKIO.block_on(call));
}

#[test]
fn conn_on_smol() {
    let connector = connector(&Settings::default());
    let connect = move |url| connector.clone().connect(url);
    let transport = ConnTransport::builder(connect, SmolTimer::new())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    every_response_is_its_callers(&transport, |call| smol::block_on(call));
}

#[test]
fn service_on_smol() {
    let transport = ServiceTransport::builder(smol_client(), SmolTimer::new())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    every_response_is_its_callers(&transport, |call| smol::block_on(call));
}

#[test]
fn service_on_tokio() {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let transport = ServiceTransport::builder(client, TokioTimer::new())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    every_response_is_its_callers(&transport, |call| TOKIO.block_on(call));
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
    let request = |server: &Server| request(server, "again");

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
    let connect = move |url| connector.clone().connect(url);
    let transport = ConnTransport::builder(connect, SmolTimer::new())
        .build()
        .unwrap();
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

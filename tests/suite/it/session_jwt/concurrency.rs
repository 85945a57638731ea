//! Tests of concurrent checks: they share one fetch, and a check that needs no fetch does not wait.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::{future, io};

use serde_json::json;
use totps_core::*;
use totps_forge::Forge;

use super::{FIVE_MINUTES, forge, of_next_key_later};

fn one_key(forge: &Forge) -> String {
    json!({"keys": [forge.key.jwk()]}).to_string()
}

#[test]
fn threads_wait_for_one_fetch() {
    let forge = forge();
    let fetched = Arc::new(AtomicUsize::new(0));
    let (begun, has_begun) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let (begun, may_go) = (Mutex::new(begun), Mutex::new(may_go));
    let (first, second) = (one_key(&forge), forge.jwks().to_string());
    let count = Arc::clone(&fetched);
    let send = move |_: Request| {
        let jwks = match count.fetch_add(1, SeqCst) {
            0 => &first,
            _ => {
                begun.lock().unwrap().send(()).unwrap();
                may_go.lock().unwrap().recv().unwrap();
                &second
            }
        };
        Ok::<_, io::Error>(http::Response::new(jwks.clone()))
    };
    let verifier = SessionVerifier::new(Client::new(forge.project(), send));
    verifier.refresh(forge.time()).unwrap();

    let later = forge.time() + FIVE_MINUTES;
    let jwt = SessionJwt::new(of_next_key_later(&forge));
    thread::scope(|scope| {
        let check = || {
            let verifier = verifier.clone();
            let jwt = jwt.clone();
            scope.spawn(move || verifier.verify(&jwt, later).map(drop))
        };
        let first = check();
        has_begun.recv().unwrap();
        // A check whose key is known does not wait. If it waited, the test would hang.
        let old = SessionJwt::new(forge.jwt());
        verifier.verify(&old, forge.time()).unwrap();
        let others: Vec<_> = (0..8).map(|_| check()).collect();
        go.send(()).unwrap();
        for handle in [first].into_iter().chain(others) {
            handle.join().unwrap().unwrap();
        }
    });
    assert_eq!(fetched.load(SeqCst), 2, "fetches in all");
}

#[test]
fn a_transport_that_panics_does_not_break_the_verifier() {
    let forge = forge();
    let calls = AtomicUsize::new(0);
    let jwks = one_key(&forge);
    let send = move |_: Request| {
        assert!(calls.fetch_add(1, SeqCst) > 0, "panic in the first call");
        Ok::<_, io::Error>(http::Response::new(jwks.clone()))
    };
    let verifier = SessionVerifier::new(Client::new(forge.project(), send));
    let jwt = SessionJwt::new(forge.jwt());
    let check = || verifier.verify(&jwt, forge.time());
    catch_unwind(AssertUnwindSafe(check)).unwrap_err();
    verifier.refresh(forge.time()).unwrap();
    check().unwrap();
}

/// Counts how often a task is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A gate: the transport of [`Gate::verifier`] responds when the gate is opened.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    waker: Mutex<Option<Waker>>,
    begun: AtomicUsize,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        let waker = self.waker.lock().unwrap().take();
        waker.expect("a task waits").wake();
    }

    fn verifier(
        self: &Arc<Self>,
        forge: &Forge,
        jwks: String,
    ) -> SessionVerifier<AsyncClient<impl AsyncTransport + use<>>> {
        let gate = Arc::clone(self);
        let send = move |_: Request| {
            gate.begun.fetch_add(1, SeqCst);
            let (gate, jwks) = (Arc::clone(&gate), jwks.clone());
            future::poll_fn(move |context| {
                *gate.waker.lock().unwrap() = Some(context.waker().clone());
                if *gate.open.lock().unwrap() {
                    Poll::Ready(Ok::<_, io::Error>(http::Response::new(jwks.clone())))
                } else {
                    Poll::Pending
                }
            })
        };
        SessionVerifier::new(AsyncClient::new(forge.project(), send))
    }
}

#[test]
fn tasks_wait_for_one_fetch() {
    let forge = forge();
    let gate = Arc::new(Gate::default());
    let verifier = gate.verifier(&forge, one_key(&forge));
    let jwt = SessionJwt::new(forge.jwt());
    let counts: [Arc<Count>; 3] = Default::default();
    let mut checks: Vec<_> = counts
        .iter()
        .map(|_| Box::pin(verifier.verify(&jwt, forge.time())))
        .collect();
    for (check, count) in checks.iter_mut().zip(&counts) {
        let waker = Waker::from(Arc::clone(count));
        let polled = check.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending(), "expected to wait for the keys");
    }
    assert_eq!(gate.begun.load(SeqCst), 1, "fetches");
    gate.open();
    for (index, (check, count)) in checks.iter_mut().zip(&counts).enumerate() {
        assert!(count.0.load(SeqCst) > 0, "task {index} was not woken");
        let polled = check.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(
            matches!(polled, Poll::Ready(Ok(_))),
            "task {index}: {polled:?}"
        );
    }
    assert_eq!(gate.begun.load(SeqCst), 1, "fetches");
}

/// Servers drop a check when the client disconnects. The other checks must still get the keys of
/// the fetch that it began.
#[test]
fn a_dropped_check_does_not_stop_the_fetch() {
    let forge = forge();
    let gate = Arc::new(Gate::default());
    let verifier = gate.verifier(&forge, one_key(&forge));
    let jwt = SessionJwt::new(forge.jwt());
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    {
        let mut first = pin!(verifier.verify(&jwt, forge.time()));
        let polled = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    let mut second = pin!(verifier.verify(&jwt, forge.time()));
    let polled = second.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(
        polled.is_pending(),
        "expected to wait for the fetch that the first check began"
    );
    assert_eq!(gate.begun.load(SeqCst), 1, "fetches");
    gate.open();
    assert!(count.0.load(SeqCst) > 0, "the second check was not woken");
    let polled = second.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(matches!(polled, Poll::Ready(Ok(_))), "got {polled:?}");
    assert_eq!(gate.begun.load(SeqCst), 1, "fetches");
}

/// An attacker can send unknown key ids and disconnect each time. This must cause only one fetch.
#[test]
fn many_dropped_checks_cause_one_fetch() {
    let forge = forge();
    let gate = Arc::new(Gate::default());
    let verifier = gate.verifier(&forge, one_key(&forge));
    let jwt = SessionJwt::new(forge.jwt());
    for _ in 0..10_000 {
        let mut check = pin!(verifier.verify(&jwt, forge.time()));
        let polled = check.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert_eq!(gate.begun.load(SeqCst), 1, "fetches");
}

#[test]
fn an_async_transport_that_panics_does_not_break_the_verifier() {
    let forge = forge();
    let calls = Arc::new(AtomicUsize::new(0));
    let jwks = one_key(&forge);
    let send = move |_: Request| {
        let (calls, jwks) = (Arc::clone(&calls), jwks.clone());
        async move {
            assert!(calls.fetch_add(1, SeqCst) > 0, "panic in the first call");
            Ok::<_, io::Error>(http::Response::new(jwks))
        }
    };
    let verifier = SessionVerifier::new(AsyncClient::new(forge.project(), send));
    let jwt = SessionJwt::new(forge.jwt());
    let check = || smol::block_on(verifier.verify(&jwt, forge.time()));
    catch_unwind(AssertUnwindSafe(check)).unwrap_err();
    smol::block_on(verifier.refresh(forge.time())).unwrap();
    check().unwrap();
}

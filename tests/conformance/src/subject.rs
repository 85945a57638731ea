//! A common interface for the transport under test, blocking or async.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use totps_core::{AsyncTransport, Request, Response, Transport, TransportError};

use crate::target::Target;

/// A future that the `block_on` of [`check_async`](crate::check_async) runs to completion.
pub type BoxFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Builds transports for targets.
pub(crate) trait Subject: Send + Sync {
    fn make(&self, target: &Target) -> Box<dyn Caller>;

    fn is_async(&self) -> bool;
}

/// Makes calls with one transport.
pub(crate) trait Caller: Send + Sync {
    fn send(&self, request: Request) -> Result<Response, TransportError>;

    /// Makes a call and drops its future. Returns a result if the future is ready first.
    fn send_and_drop(
        &self,
        request: Request,
        after: DropAfter,
    ) -> Option<Result<Response, TransportError>>;
}

/// When the future of a call is dropped.
#[derive(Clone, Copy)]
pub(crate) enum DropAfter {
    Polls(u64),
    Time(Duration),
}

pub(crate) struct Blocking<F>(pub(crate) F);

impl<F, T> Subject for Blocking<F>
where
    F: Fn(Target) -> T + Send + Sync,
    T: Transport + Send + Sync + 'static,
{
    fn make(&self, target: &Target) -> Box<dyn Caller> {
        Box::new(BlockingCaller((self.0)(target.clone())))
    }

    fn is_async(&self) -> bool {
        false
    }
}

struct BlockingCaller<T>(T);

impl<T: Transport + Send + Sync> Caller for BlockingCaller<T> {
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.0.send(request)
    }

    fn send_and_drop(
        &self,
        request: Request,
        _: DropAfter,
    ) -> Option<Result<Response, TransportError>> {
        Some(self.0.send(request))
    }
}

pub(crate) struct Async<F, B> {
    pub(crate) make: F,
    pub(crate) block_on: Arc<B>,
}

impl<F, T, B> Subject for Async<F, B>
where
    F: Fn(Target) -> T + Send + Sync,
    T: AsyncTransport + 'static,
    B: Fn(BoxFuture<'_>) + Send + Sync + 'static,
{
    fn make(&self, target: &Target) -> Box<dyn Caller> {
        // Inside the runtime, because the constructors of some stacks need it.
        let transport = ready(&*self.block_on, async { (self.make)(target.clone()) });
        Box::new(AsyncCaller {
            transport,
            block_on: Arc::clone(&self.block_on),
        })
    }

    fn is_async(&self) -> bool {
        true
    }
}

struct AsyncCaller<T, B> {
    transport: T,
    block_on: Arc<B>,
}

impl<T, B> Caller for AsyncCaller<T, B>
where
    T: AsyncTransport,
    B: Fn(BoxFuture<'_>) + Send + Sync,
{
    fn send(&self, request: Request) -> Result<Response, TransportError> {
        ready(&*self.block_on, self.transport.send(request))
    }

    fn send_and_drop(
        &self,
        request: Request,
        after: DropAfter,
    ) -> Option<Result<Response, TransportError>> {
        let send = self.transport.send(request);
        ready(&*self.block_on, async move {
            let mut send = pin!(send);
            let mut left = match after {
                DropAfter::Polls(polls) => polls,
                DropAfter::Time(_) => u64::MAX,
            };
            let alarm = match after {
                DropAfter::Polls(_) => None,
                DropAfter::Time(time) => Some(Alarm::after(time)),
            };
            poll_fn(|context| {
                let rings = alarm.as_ref().is_some_and(|alarm| alarm.rings(context));
                if left == 0 || rings {
                    return Poll::Ready(None);
                }
                left -= 1;
                send.as_mut().poll(context).map(Some)
            })
            .await
        })
    }
}

/// Wakes a task after a delay, on any runtime.
struct Alarm(Arc<(AtomicBool, Mutex<Option<Waker>>)>);

impl Alarm {
    fn after(time: Duration) -> Self {
        let state = Arc::new((AtomicBool::new(false), Mutex::new(None::<Waker>)));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            thread::sleep(time);
            shared.0.store(true, Ordering::SeqCst);
            let waker = shared
                .1
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        Self(state)
    }

    fn rings(&self, context: &Context<'_>) -> bool {
        let mut waker = self.0.1.lock().unwrap_or_else(PoisonError::into_inner);
        *waker = Some(context.waker().clone());
        self.0.0.load(Ordering::SeqCst)
    }
}

/// Runs a future to completion and returns its output, with a function that runs futures without
/// output.
#[expect(
    clippy::expect_used,
    reason = "a `block_on` that does not run its future cannot be used"
)]
fn ready<O: Send>(block_on: impl Fn(BoxFuture<'_>), future: impl Future<Output = O> + Send) -> O {
    let mut output = None;
    let slot = &mut output;
    block_on(Box::pin(async move { *slot = Some(future.await) }));
    output.expect("`block_on` must run the future to completion")
}

/// The result of a call.
#[derive(Debug)]
pub(crate) enum Seen {
    Response(Response),
    Error(TransportError),
    /// The call had not ended after this time.
    Hung(Duration),
    Panicked(String),
    /// The future was dropped.
    Dropped,
}

impl Seen {
    fn of(result: Result<Response, TransportError>) -> Self {
        match result {
            Ok(response) => Self::Response(response),
            Err(error) => Self::Error(error),
        }
    }
}

/// A transport on its own thread, so that a call that does not end can be abandoned.
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
    caller: Option<Arc<dyn Caller>>,
}

type Job = Box<dyn FnOnce() + Send>;

impl Worker {
    /// Builds a transport on a new thread.
    pub(crate) fn start(
        subject: &Arc<dyn Subject>,
        target: &Target,
        patience: Duration,
    ) -> Result<Self, String> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for job in inbox {
                job();
            }
        });
        let mut worker = Self { jobs, caller: None };
        let (subject, target) = (Arc::clone(subject), target.clone());
        let made = worker.run(patience, move || subject.make(&target));
        match made {
            Done::Value(caller) => {
                worker.caller = Some(caller.into());
                Ok(worker)
            }
            Done::Hung => Err("the transport was not built in time".to_owned()),
            Done::Panicked(text) => Err(format!("building the transport panicked: {text}")),
        }
    }

    pub(crate) fn send(&self, request: Request, patience: Duration) -> Seen {
        let Some(caller) = self.caller() else {
            return Seen::Panicked("no transport was built".to_owned());
        };
        seen(
            self.run(patience, move || Seen::of(caller.send(request))),
            patience,
        )
    }

    pub(crate) fn send_and_drop(
        &self,
        request: Request,
        after: DropAfter,
        patience: Duration,
    ) -> Seen {
        let Some(caller) = self.caller() else {
            return Seen::Panicked("no transport was built".to_owned());
        };
        let call = move || {
            let result = caller.send_and_drop(request, after);
            result.map_or(Seen::Dropped, Seen::of)
        };
        seen(self.run(patience, call), patience)
    }

    /// Returns the transport for use on other threads.
    pub(crate) fn caller(&self) -> Option<Arc<dyn Caller>> {
        self.caller.clone()
    }

    /// Starts another thread for the same transport.
    pub(crate) fn beside(&self) -> Self {
        let (jobs, inbox) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for job in inbox {
                job();
            }
        });
        Self {
            jobs,
            caller: self.caller.clone(),
        }
    }

    fn run<O: Send + 'static>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> O + Send + 'static,
    ) -> Done<O> {
        let (sender, receiver) = mpsc::channel();
        let job = Box::new(move || {
            // Fails only if the call took too long and the receiver is dropped.
            let _ = sender.send(catch_unwind(AssertUnwindSafe(work)));
        });
        if self.jobs.send(job).is_err() {
            return Done::Hung;
        }
        match receiver.recv_timeout(patience) {
            Ok(Ok(output)) => Done::Value(output),
            Ok(Err(panic)) => Done::Panicked(panic_text(&*panic)),
            Err(_) => Done::Hung,
        }
    }
}

/// Drops the transport on the worker's thread, because some transports wait in `drop` for their
/// threads or for a lookup.
impl Drop for Worker {
    fn drop(&mut self) {
        let caller = self.caller.take();
        // If the thread has ended, the transport is dropped here instead.
        let _ = self.jobs.send(Box::new(move || drop(caller)));
    }
}

enum Done<O> {
    Value(O),
    Hung,
    Panicked(String),
}

fn seen(done: Done<Seen>, patience: Duration) -> Seen {
    match done {
        Done::Value(seen) => seen,
        Done::Hung => Seen::Hung(patience),
        Done::Panicked(text) => Seen::Panicked(text),
    }
}

pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}

//! Callers that pause between their calls, as if thinking.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;
use totps_bench_clients::{Caller, Client, Fallible};

use crate::WARM_UP;

/// The average pause of a caller between two calls.
const THINKING: Duration = Duration::from_millis(20);

/// Lets callers make calls with pauses for `time` after the warm-up, and returns the durations of
/// the calls after the warm-up.
///
/// The same seed gives every client the same pauses.
///
/// # Errors
///
/// The first error of a call.
pub fn measure(
    client: &Client,
    callers: usize,
    time: Duration,
    seed: u64,
) -> Fallible<Vec<Duration>> {
    let taken = Taken::default();
    let mut seeds = Rng::with_seed(seed);
    let from = Instant::now() + WARM_UP;
    let caller = |_| {
        Box::new(Thinking {
            random: seeds.fork(),
            from,
            until: from + time,
            taken: taken.clone(),
        }) as Box<dyn Caller>
    };
    client.run((0..callers).map(caller).collect())?;
    let taken = std::mem::take(&mut *taken.lock());
    Ok(taken)
}

/// Makes one call and returns its duration.
///
/// # Errors
///
/// The error of the call.
pub fn one_call(client: &Client) -> Fallible<Duration> {
    let taken = Taken::default();
    client.run(vec![Box::new(One(taken.clone()))])?;
    let taken = taken.lock().first().copied();
    Ok(taken.ok_or("no call was made")?)
}

/// The durations of calls.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<Duration>>>);

impl Taken {
    fn lock(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct One(Taken);

impl Caller for One {
    fn next(&mut self, last: Option<Duration>) -> Fallible<Option<Duration>> {
        self.0.lock().extend(last);
        Ok(last.is_none().then_some(Duration::ZERO))
    }
}

struct Thinking {
    random: Rng,
    from: Instant,
    until: Instant,
    taken: Taken,
}

impl Caller for Thinking {
    fn next(&mut self, last: Option<Duration>) -> Fallible<Option<Duration>> {
        let now = Instant::now();
        let counted = last.filter(|last| now.duration_since(self.from) >= *last);
        self.taken.lock().extend(counted);
        // Exponentially distributed, like the times between independent events.
        let pause = THINKING.mul_f64(-(1.0 - self.random.f64()).ln());
        Ok((now < self.until).then_some(pause))
    }
}

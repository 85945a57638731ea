//! Blocking clients, with a thread for each caller.

use std::thread;
use std::time::Instant;

use crate::Fallible;
use crate::callers::{Caller, Callers};

pub(crate) trait Blocking: Sync {
    /// Makes one call. Returns the length of the session token.
    fn call(&self) -> Fallible<usize>;
}

pub(crate) struct Threads<C>(pub(crate) C);

impl<C: Blocking> Threads<C> {
    fn one(&self, mut caller: Box<dyn Caller>) -> Fallible<()> {
        let mut last = None;
        while let Some(pause) = caller.next(last)? {
            if !pause.is_zero() {
                thread::sleep(pause);
            }
            let start = Instant::now();
            self.0.call()?;
            last = Some(start.elapsed());
        }
        Ok(())
    }
}

impl<C: Blocking> Callers for Threads<C> {
    fn run(&self, callers: Vec<Box<dyn Caller>>) -> Fallible<()> {
        thread::scope(|scope| {
            let spawn = |caller| scope.spawn(|| self.one(caller));
            let threads: Vec<_> = callers.into_iter().map(spawn).collect();
            for thread in threads {
                thread.join().map_err(|_| "a caller panicked")??;
            }
            Ok(())
        })
    }
}

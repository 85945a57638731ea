//! Blocking clients, with a thread for each caller.

use std::thread;

use crate::Fallible;
use crate::client::Callers;
use crate::window::Window;

pub(crate) trait Blocking: Sync {
    /// One call; says how long the session token is.
    fn call(&self) -> Fallible<usize>;
}

pub(crate) struct Threads<C>(pub(crate) C);

impl<C: Blocking> Callers for Threads<C> {
    fn in_window(&self, count: usize, window: Window) -> Fallible<Window> {
        all(count, || {
            loop {
                self.0.call()?;
                if !window.goes_on()? {
                    return Ok(());
                }
            }
        })?;
        Ok(window)
    }

    fn once(&self, count: usize) -> Fallible<()> {
        all(count, || self.0.call().map(drop))
    }
}

fn all(count: usize, caller: impl Fn() -> Fallible<()> + Sync) -> Fallible<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(&caller)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a caller panicked")??;
        }
        Ok(())
    })
}

//! Callers of one client. Each is a thread or a task.

use std::time::Duration;

use crate::Fallible;

/// Decides what one caller does.
pub trait Caller: Send {
    /// Returns how long to pause before the next call, or `None` to end.
    ///
    /// Called with `None` before the first call, and after every call with the time that the call
    /// took.
    ///
    /// # Errors
    ///
    /// If the caller cannot continue. An error ends the client.
    fn next(&mut self, last: Option<Duration>) -> Fallible<Option<Duration>>;
}

/// Makes one call.
pub struct Once;

impl Caller for Once {
    fn next(&mut self, last: Option<Duration>) -> Fallible<Option<Duration>> {
        Ok(last.is_none().then_some(Duration::ZERO))
    }
}

/// Runs all callers at once, until the last has ended.
pub(crate) trait Callers {
    fn run(&self, callers: Vec<Box<dyn Caller>>) -> Fallible<()>;
}

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![allow(
    clippy::test_attr_in_doctest,
    reason = "the examples show a test, and run the check that it calls"
)]

mod child;
pub mod hostile;
mod kit;
mod probe;
mod report;
mod rule;
mod rules;
pub mod sentinel;
mod subject;
mod target;

use totps_core::{AsyncTransport, Transport};

pub use kit::Kit;
pub use report::{Outcome, Report, Status};
pub use rule::{Rule, Severity, rules};
pub use subject::BoxFuture;
pub use target::{Setting, Target};

#[doc(no_inline)]
pub use log::LevelFilter;

/// Checks a blocking transport against every rule. To change settings, use [`Kit`].
///
/// `make` is called for each server, and must build the transport with the settings of the
/// [`Target`].
pub fn check<F, T>(make: F) -> Report
where
    F: Fn(Target) -> T + Send + Sync + 'static,
    T: Transport + Send + Sync + 'static,
{
    Kit::new().check(make)
}

/// Checks an async transport against every rule. To change settings, use [`Kit`].
///
/// `make` is called for each server, inside the runtime, and must build the transport with the
/// settings of the [`Target`]. `block_on` runs a future to completion:
/// `move |future| runtime.block_on(future)`. It is called from many threads at once.
pub fn check_async<F, T, B>(make: F, block_on: B) -> Report
where
    F: Fn(Target) -> T + Send + Sync + 'static,
    T: AsyncTransport + 'static,
    B: Fn(BoxFuture<'_>) + Send + Sync + 'static,
{
    Kit::new().check_async(make, block_on)
}

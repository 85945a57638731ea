//! Clients whose calls are timed.

mod window;

use std::sync::Arc;

use totps_bench_clients::{Caller, Client, Endpoint, Fallible};

use window::{InWindow, Window};

/// A client and its number of callers.
pub struct Subject {
    client: Client,
    callers: usize,
}

impl Subject {
    /// Creates a subject from the arguments `NAME CALLERS BASE_URL`.
    ///
    /// # Errors
    ///
    /// If an argument is missing, left over or invalid.
    pub fn from_arguments() -> Fallible<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [name, callers, base_url] = arguments.as_slice() else {
            return Err("expected NAME CALLERS BASE_URL".into());
        };
        let endpoint = Endpoint {
            base_url: base_url.clone(),
            authority_pem: None,
        };
        Ok(Self {
            client: Client::named(name, &endpoint)?,
            callers: callers.parse()?,
        })
    }

    /// Makes `calls` calls and returns the CPU and wall time of one, in nanoseconds.
    ///
    /// # Errors
    ///
    /// The first error of a call.
    pub fn time(&self, calls: usize) -> Fallible<(f64, f64)> {
        let window = Arc::new(Window::new(self.callers, calls));
        let caller = |_| Box::new(InWindow(Arc::clone(&window))) as Box<dyn Caller>;
        self.client.run((0..self.callers).map(caller).collect())?;
        window.per_call()
    }

    /// Makes one call for every caller.
    ///
    /// # Errors
    ///
    /// The first error of a call.
    pub fn once(&self) -> Fallible<()> {
        self.client.once(self.callers)
    }

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// The error of the call.
    pub fn warm_up(&self) -> Fallible<()> {
        self.client.once(1)
    }
}

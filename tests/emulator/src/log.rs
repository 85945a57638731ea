//! The log: an entry for each request, without secrets.

use std::fmt;
use std::sync::Arc;

use http::Method;

/// A log entry about a request and its response. It has no secrets: no headers, no body, no query
/// and no path parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct LogEntry {
    /// The time of the request by the emulator's clock, in RFC 3339 format.
    pub at: String,
    /// The method.
    pub method: Method,
    /// The name of the endpoint, e.g. `totp.create`; `None` if no endpoint matches.
    pub endpoint: Option<&'static str>,
    /// The path of the endpoint, with the names of its parameters; `None` if no endpoint matches.
    pub path: Option<&'static str>,
    /// The HTTP status of the response.
    pub status: u16,
    /// `error_type` of the response.
    pub error_type: Option<String>,
    /// `request_id` of the response.
    pub request_id: Option<String>,
    /// Whether a fault replaced the response or changed how it arrives.
    pub fault: bool,
}

impl fmt::Display for LogEntry {
    /// Writes one line, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.unwrap_or("(no endpoint)");
        write!(f, "{} {} {path} {}", self.at, self.method, self.status)?;
        for text in [&self.error_type, &self.request_id].into_iter().flatten() {
            write!(f, " {text}")?;
        }
        if self.fault {
            f.write_str(" (fault)")?;
        }
        Ok(())
    }
}

/// The function that gets the log entries.
#[derive(Clone)]
pub(crate) struct Log(Arc<dyn Fn(&LogEntry) + Send + Sync>);

impl Log {
    pub(crate) fn new(tell: impl Fn(&LogEntry) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn tell(&self, entry: &LogEntry) {
        (self.0)(entry);
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

//! Calls without a response.

use std::fmt;

use crate::error::Delivery;

/// A boxed error of any type. Transports may return it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A failure of the HTTP stack: there is no response.
///
/// [`Transport`](crate::Transport) implementations construct these:
///
/// ```
/// use totps_core::{Delivery, TransportError, TransportErrorKind};
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::not_sent(refused);
/// assert_eq!(error.kind(), TransportErrorKind::Connect);
/// assert_eq!(error.delivery(), Delivery::NotSent);
///
/// let error = TransportError::timed_out("no response within 10 s");
/// assert_eq!(error.kind(), TransportErrorKind::Timeout);
/// assert_eq!(error.delivery(), Delivery::Unknown);
/// ```
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    delivery: Delivery,
    source: BoxError,
}

/// Why there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection could be made: the name does not resolve, nothing listens on the port, the
    /// proxy opened no tunnel, or the connection broke during the TLS handshake.
    Connect,
    /// TLS failed: the certificate is not accepted, there is no common version or cipher suite, or
    /// the server sent an alert. The same request fails again.
    Tls,
    /// A timeout elapsed.
    Timeout,
    /// The head or the body of the response exceeds the limit of the transport.
    TooLarge,
    /// The transport refuses to send the request: it would go out in clear text, a logger would
    /// show it, or TLS is not built in.
    Refused,
    /// Anything else, such as a connection that broke.
    Other,
}

impl TransportError {
    /// Creates an error for a connection that could not be made, when it is certain that no byte of
    /// the request was sent.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Connect, source).with_delivery(Delivery::NotSent)
    }

    /// Creates an error for a request that the transport refuses to send, such as one that would
    /// carry credentials over plain HTTP. Nothing was sent.
    pub fn refused(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Refused, source).with_delivery(Delivery::NotSent)
    }

    /// Creates an error for a failure of TLS. The request may have been carried out; if the
    /// handshake failed, add [`with_delivery`](Self::with_delivery).
    pub fn tls(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Tls, source)
    }

    /// Creates an error for a timeout. The request may have been carried out; if it is certain that
    /// it was not sent, add [`with_delivery`](Self::with_delivery).
    pub fn timed_out(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Timeout, source)
    }

    /// Creates an error for a response that exceeds the limit of the transport. The request may
    /// have been carried out.
    pub fn too_large(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::TooLarge, source)
    }

    /// Creates an error for anything else. The request may have been carried out.
    pub fn other(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Other, source)
    }

    fn new(kind: TransportErrorKind, source: impl Into<BoxError>) -> Self {
        Self {
            kind,
            delivery: Delivery::Unknown,
            source: source.into(),
        }
    }

    /// Sets how far the request got. Use [`Delivery::NotSent`] only when it is certain: callers
    /// send the request again.
    #[must_use]
    pub fn with_delivery(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// Returns a `TransportError` unchanged; any other error becomes [`other`](Self::other).
    pub(crate) fn from_any(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::other(error),
        }
    }

    /// Returns why there is no response.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns how far the request got.
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection",
            TransportErrorKind::Tls => "TLS failed",
            TransportErrorKind::Timeout => "timed out",
            TransportErrorKind::TooLarge => "the response is too large",
            TransportErrorKind::Refused => "refused",
            TransportErrorKind::Other => "no response",
        })?;
        f.write_str(match self.delivery {
            Delivery::NotSent => "; nothing was sent",
            Delivery::Unknown => "; the request may have been carried out",
            Delivery::Answered => "; a response was received",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

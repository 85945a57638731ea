//! No answer.

use std::fmt;

use crate::error::Delivery;

/// Any error, boxed: what transports may return.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The HTTP stack brought no answer.
///
/// A transport of one's own makes them by what it knows:
///
/// ```
/// use totps_core::{Delivery, TransportError, TransportErrorKind};
///
/// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// let error = TransportError::not_sent(refused);
/// assert_eq!(error.kind(), TransportErrorKind::Connect);
/// assert_eq!(error.delivery(), Delivery::NotSent);
///
/// let error = TransportError::timed_out("no answer within 10 s");
/// assert_eq!(error.kind(), TransportErrorKind::Timeout);
/// assert_eq!(error.delivery(), Delivery::Unknown);
/// ```
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    delivery: Delivery,
    source: BoxError,
}

/// What kept the answer away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection could be made: the name does not resolve, nobody listens, the proxy made no
    /// tunnel, the connection broke during the TLS handshake.
    Connect,
    /// TLS reports an error: the certificate is not acceptable, there is no version or cipher in
    /// common, the server sent an alert. Trying again would fail again.
    Tls,
    /// A deadline passed.
    Timeout,
    /// The head or the body of the response is larger than the transport takes.
    TooLarge,
    /// A rule of the transport's own forbids to send the request: it would go out in clear text, a
    /// logger would show it, or TLS is not built in.
    Refused,
    /// Anything else, such as a connection that broke.
    Other,
}

impl TransportError {
    /// No connection could be made, and it is proven that no byte of the request left.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Connect, source).with_delivery(Delivery::NotSent)
    }

    /// A rule of the transport's own forbids to send the request, such as that credentials leave the
    /// machine over TLS only. Nothing was sent.
    pub fn refused(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Refused, source).with_delivery(Delivery::NotSent)
    }

    /// TLS reports an error. The request may have been carried out; if the handshake failed, add
    /// [`with_delivery`](Self::with_delivery).
    pub fn tls(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Tls, source)
    }

    /// A deadline passed. The request may have been carried out; if it is proven that it was not
    /// even sent, add [`with_delivery`](Self::with_delivery).
    pub fn timed_out(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::Timeout, source)
    }

    /// The answer is larger than the transport takes. The request may have been carried out.
    pub fn too_large(source: impl Into<BoxError>) -> Self {
        Self::new(TransportErrorKind::TooLarge, source)
    }

    /// Anything else. The request may have been carried out.
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

    /// Sets how far the request got. Say [`Delivery::NotSent`] only with proof: a caller will send
    /// the request again.
    #[must_use]
    pub fn with_delivery(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// Keeps an error that is a `TransportError` already; any other is [`other`](Self::other).
    pub(crate) fn from_any(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::other(error),
        }
    }

    /// What kept the answer away.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// How far the request got.
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
            Delivery::Answered => "; the request was answered",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

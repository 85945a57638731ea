//! Tells how far a request got when ureq fails, in words of our own: ureq's may repeat the server's.

use std::{fmt, io};

use totps_core::{BoxError, Delivery, TransportError};
use ureq::{Error, Timeout};

/// An error from before the request was written.
#[derive(Debug)]
pub(crate) struct BeforeRequest(Error);

impl BeforeRequest {
    /// Marks an error for its way through ureq.
    pub(crate) fn mark(error: Error) -> Error {
        Error::Other(Box::new(Self(error)))
    }
}

impl fmt::Display for BeforeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl std::error::Error for BeforeRequest {}

/// Classifies an error of ureq's. It is [`Delivery::NotSent`] only by proof.
pub(crate) fn classify(error: Error) -> TransportError {
    let (error, marked) = unmark(error);
    let not_sent = marked || is_before_request(&error);
    match error {
        Error::Timeout(_) if not_sent => {
            TransportError::timed_out("no connection in time").with_delivery(Delivery::NotSent)
        }
        Error::Timeout(_) => TransportError::timed_out("no whole answer in time"),
        Error::LargeResponseHeader(..) => {
            TransportError::too_large("the head of the answer is larger than 32 KiB")
        }
        error if not_sent => TransportError::not_sent(cause(error)),
        error => TransportError::other(cause(error)),
    }
}

/// The error itself, and whether it was marked: twice, if it happened on the way to a proxy.
fn unmark(mut error: Error) -> (Error, bool) {
    let mut marked = false;
    loop {
        match error {
            Error::Other(boxed) => match boxed.downcast::<BeforeRequest>() {
                Ok(before) => (error, marked) = (before.0, true),
                Err(boxed) => return (Error::Other(boxed), marked),
            },
            error => return (error, marked),
        }
    }
}

/// Whether ureq makes this error only before it writes the request; for agents that do not mark.
fn is_before_request(error: &Error) -> bool {
    match error {
        Error::HostNotFound
        | Error::BadUri(_)
        | Error::RequireHttpsOnly(_)
        | Error::TlsRequired
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable
        ),
        _ => false,
    }
}

/// The reason, without a word that came from the server.
fn cause(error: Error) -> BoxError {
    let text = match error {
        Error::Io(error) => return io_cause(error),
        #[cfg(feature = "rustls")]
        Error::Rustls(error) => tls_text(&error),
        #[cfg(feature = "native-tls")]
        Error::NativeTls(_) => "TLS failed",
        Error::Tls(text) => text,
        Error::TlsRequired => "no TLS: the crate was built without it",
        Error::HostNotFound => "the host name does not resolve",
        Error::BadUri(_) => "the URL is not complete",
        Error::RequireHttpsOnly(_) => "the URL is not `https://`",
        Error::ConnectProxyFailed(_) => "the proxy did not make a tunnel",
        Error::Protocol(_) => "the answer is not valid HTTP/1.1",
        _ => "ureq failed",
    };
    text.into()
}

fn io_cause(error: io::Error) -> BoxError {
    #[cfg(feature = "rustls")]
    if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref()) {
        return tls_text(error).into();
    }
    match error.raw_os_error() {
        Some(_) => error.into(),
        None => io::Error::from(error.kind()).into(),
    }
}

#[cfg(feature = "rustls")]
fn tls_text(error: &rustls::Error) -> &'static str {
    use rustls::{CertificateError as Certificate, Error as Tls};

    match error {
        Tls::InvalidCertificate(error) => match error {
            Certificate::UnknownIssuer => "the server's certificate is from an unknown issuer",
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                "the server's certificate has expired"
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                "the server's certificate is not valid yet"
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                "the server's certificate is for another name"
            }
            _ => "the server's certificate is not acceptable",
        },
        Tls::PeerIncompatible(_) => "the server speaks no version or cipher of TLS in common",
        Tls::AlertReceived(_) => "the server broke off TLS with an alert",
        Tls::InvalidMessage(_) => "the server does not speak TLS",
        _ => "TLS failed",
    }
}

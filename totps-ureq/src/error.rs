//! Converts ureq's errors to transport errors, which say how far a request got. The texts are our
//! own, since ureq's may repeat text from the server.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::io;

use totps_core::{BoxError, Delivery, TransportError};
use ureq::{Error, Timeout};

use crate::connector::NotConnected;

pub(crate) const NO_TLS: &str = "built without TLS: turn on the feature `rustls` or `native-tls`";

/// Converts an error of an agent. Nothing was sent if our resolver or connector failed, or if ureq
/// refused the request before writing it.
pub(crate) fn failed(error: Error) -> TransportError {
    match error {
        Error::Other(error) => match error.downcast::<NotConnected>() {
            Ok(error) => not_connected(error.0),
            Err(error) => exchange_failed(Error::Other(error)),
        },
        error if is_before_the_request(&error) => not_connected(error),
        error => exchange_failed(error),
    }
}

/// Converts an error from reading a body.
pub(crate) fn read_failed(error: io::Error) -> TransportError {
    exchange_failed(error.into())
}

/// Whether ureq returns this error only before it writes the request.
fn is_before_the_request(error: &Error) -> bool {
    match error {
        Error::HostNotFound
        | Error::BadUri(_)
        | Error::RequireHttpsOnly(_)
        | Error::ConnectProxyFailed(_)
        | Error::TlsRequired
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable
        ),
        _ => false,
    }
}

/// Converts an error from making a connection. No byte of the request was sent, whatever the reason.
fn not_connected(error: Error) -> TransportError {
    let error = match error {
        Error::TlsRequired => return TransportError::refused(NO_TLS),
        Error::Timeout(_) => TransportError::timed_out("no connection within the timeout"),
        error => match tls_text(&error) {
            Some(text) => TransportError::tls(text),
            None => return TransportError::not_sent(cause(error)),
        },
    };
    error.with_delivery(Delivery::NotSent)
}

/// Converts an error of an exchange on a connection. Bytes of the request may have been sent.
fn exchange_failed(error: Error) -> TransportError {
    match error {
        Error::Timeout(_) => TransportError::timed_out("no complete response within the timeout"),
        Error::LargeResponseHeader(..) => {
            TransportError::too_large("the head of the response is larger than 32 KiB")
        }
        error => match tls_text(&error) {
            Some(text) => TransportError::tls(text),
            None => TransportError::other(cause(error)),
        },
    }
}

/// Returns the reason, without any text from the server.
fn cause(error: Error) -> BoxError {
    let text = match error {
        Error::Io(error) => return io_cause(&error).into(),
        Error::Other(error) => match error.downcast_ref() {
            Some(error) => return io_cause(error).into(),
            None => "ureq failed",
        },
        Error::HostNotFound => "the host name does not resolve",
        Error::BadUri(_) => "the URL is not complete",
        Error::RequireHttpsOnly(_) => "the URL is not `https://`",
        Error::ConnectProxyFailed(_) => "the proxy did not make a tunnel",
        Error::Protocol(_) => "the response is not valid HTTP/1.1",
        _ => "ureq failed",
    };
    text.into()
}

fn io_cause(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}

/// Returns the text of a TLS error. `None` if TLS itself did not fail, for example if the connection
/// below it did.
///
/// The errors of TLS libraries are recognised by their type. ureq's variant is not enough, since it
/// may hold the type of another version of the library.
fn tls_text(error: &Error) -> Option<Cow<'static, str>> {
    let mut cause: Option<&(dyn StdError + 'static)> = match error {
        Error::Tls(text) => return Some((*text).into()),
        #[cfg(feature = "rustls")]
        Error::Rustls(error) => Some(error),
        #[cfg(feature = "native-tls")]
        Error::NativeTls(error) => Some(error),
        Error::Io(error) => error.get_ref().map(|error| error as _),
        Error::Other(error) => Some(&**error),
        _ => None,
    };
    let mut text = None;
    while let Some(error) = cause {
        text = text.or_else(|| library_text(error));
        cause = match error.downcast_ref::<io::Error>().map(io::Error::get_ref) {
            // An error of the system or of ureq.
            Some(None) => return None,
            Some(Some(error)) => Some(error as _),
            None => error.source(),
        };
    }
    text
}

/// Returns the text for an error of a TLS library.
fn library_text(error: &(dyn StdError + 'static)) -> Option<Cow<'static, str>> {
    #[cfg(feature = "rustls")]
    if let Some(error) = error.downcast_ref() {
        return Some(rustls_text(error).into());
    }
    // Its text has nothing from the server.
    #[cfg(feature = "native-tls")]
    if let Some(error) = error.downcast_ref::<native_tls::Error>() {
        return Some(error.to_string().into());
    }
    let _ = error;
    None
}

#[cfg(feature = "rustls")]
fn rustls_text(error: &rustls::Error) -> &'static str {
    use rustls::{AlertDescription, CertificateError as Certificate, Error as Tls};

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
        Tls::PeerIncompatible(_)
        | Tls::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
        ) => "the server and this client have no TLS version or cipher in common",
        Tls::AlertReceived(_) => "the server ended TLS with an alert",
        Tls::InvalidMessage(_) => "the server does not speak TLS",
        _ => "TLS failed",
    }
}

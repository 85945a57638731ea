//! Tells how far a request got when ureq fails, in words of our own: ureq's may repeat the server's.

use std::io;

use totps_core::{BoxError, Delivery, TransportError};
use ureq::{Error, Timeout};

/// No connection could be made: nothing of the request was sent, whatever the reason.
pub(crate) fn not_connected(error: Error) -> TransportError {
    match error {
        Error::Timeout(_) => {
            TransportError::timed_out("no connection in time").with_delivery(Delivery::NotSent)
        }
        error => TransportError::not_sent(cause(error)),
    }
}

/// The exchange on a connection failed: bytes of the request may have left.
pub(crate) fn exchange_failed(error: io::Error) -> TransportError {
    match Error::from(error) {
        Error::Timeout(_) => TransportError::timed_out("no whole answer in time"),
        Error::LargeResponseHeader(..) => head_too_large(),
        error => TransportError::other(cause(error)),
    }
}

/// An agent of the caller's failed, and does not say whether it was connected.
pub(crate) fn agent_failed(error: Error) -> TransportError {
    // ureq makes these before it writes the request, and never later.
    let not_sent = match &error {
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
    };
    if not_sent {
        not_connected(error)
    } else {
        exchange_failed(error.into_io())
    }
}

/// The answer breaks the rules of HTTP.
pub(crate) fn broken(text: &'static str) -> TransportError {
    TransportError::other(text)
}

pub(crate) fn head_too_large() -> TransportError {
    TransportError::too_large("the head of the answer is larger than 32 KiB")
}

pub(crate) fn too_many_fields() -> TransportError {
    TransportError::too_large("the answer has more than 64 header fields")
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
        ) => "the server speaks no version or cipher of TLS in common",
        Tls::AlertReceived(_) => "the server broke off TLS with an alert",
        Tls::InvalidMessage(_) => "the server does not speak TLS",
        _ => "TLS failed",
    }
}

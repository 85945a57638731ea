//! Converts the errors of the stack below to transport errors.

use std::error::Error;
use std::io;
use std::iter::successors;

use totps_core::{BoxError, Delivery, TransportError, TransportErrorKind};

/// Converts an error from connecting: nothing was sent.
///
/// A connector can choose the kind of its error by returning a [`TransportError`].
pub(crate) fn not_connected(error: impl Into<BoxError>) -> TransportError {
    use TransportErrorKind::{Refused, Timeout, Tls};

    let error = match error.into().downcast::<TransportError>() {
        Ok(error) => return error.with_delivery(Delivery::NotSent),
        Err(error) => error,
    };
    let kind = causes(&*error).find_map(connect_kind);
    match kind {
        Some(Timeout) => TransportError::timed_out(error).with_delivery(Delivery::NotSent),
        Some(Tls) => TransportError::tls(error).with_delivery(Delivery::NotSent),
        Some(Refused) => TransportError::refused(error),
        _ => TransportError::not_sent(error),
    }
}

/// Converts an error after which the request may have been sent.
pub(crate) fn failed(error: impl Into<BoxError>) -> TransportError {
    let error = error.into();
    if causes(&*error).any(is_too_large) {
        TransportError::too_large(error)
    } else if causes(&*error).any(is_tls) {
        TransportError::tls(error)
    } else {
        TransportError::other(error)
    }
}

fn connect_kind(cause: &(dyn Error + 'static)) -> Option<TransportErrorKind> {
    if let Some(error) = cause.downcast_ref::<TransportError>() {
        return Some(error.kind());
    }
    if is_tls(cause) {
        return Some(TransportErrorKind::Tls);
    }
    let error = cause.downcast_ref::<io::Error>()?;
    (error.kind() == io::ErrorKind::TimedOut).then_some(TransportErrorKind::Timeout)
}

/// Iterates over an error and its sources. `io::Error::source` skips the error that it wraps, so
/// that one is taken from `get_ref`.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |&error| {
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped))
    })
}

fn is_too_large(cause: &(dyn Error + 'static)) -> bool {
    cause
        .downcast_ref::<hyper::Error>()
        .is_some_and(hyper::Error::is_parse_too_large)
}

/// Whether TLS itself failed, as opposed to the I/O below it.
fn is_tls(cause: &(dyn Error + 'static)) -> bool {
    #[cfg(feature = "_rustls")]
    if cause.is::<rustls::Error>() {
        return true;
    }
    #[cfg(feature = "native-tls")]
    if cause.is::<native_tls::Error>() {
        return !causes(cause).any(|cause| cause.is::<io::Error>());
    }
    let _ = cause;
    false
}

//! Messages for users, by the reason of an error.

use std::time::Duration;

use axum::http::StatusCode;
use totps_hyper::{Error, Reason};

/// A message at the top of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The status of the page that shows it.
    pub(crate) status: StatusCode,
    pub(crate) is_error: bool,
    pub(crate) text: String,
}

impl Message {
    /// Creates a message about a success.
    pub(crate) fn done(text: impl Into<String>) -> Self {
        Self {
            is_error: false,
            ..Self::error(StatusCode::OK, text)
        }
    }

    pub(crate) fn error(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            is_error: true,
            text: text.into(),
        }
    }

    /// Creates the message for an ended session. The status is not 401, which asks for a login by
    /// the header `Authorization`.
    pub(crate) fn session_ended() -> Self {
        Self::error(
            StatusCode::FORBIDDEN,
            "Your session has ended. Please sign in again.",
        )
    }

    /// Creates a message about invalid input.
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self::error(StatusCode::UNPROCESSABLE_ENTITY, text)
    }
}

/// The action that failed, as far as the message depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Password,
    Code,
    /// A login with a recovery code.
    RecoveryCode,
    SetUp,
    Other,
}

/// Returns the message: what happened, and how to continue.
pub(crate) fn explain(reason: &Reason, doing: Doing) -> Message {
    let (status, text) = match (reason, doing) {
        (Reason::WrongCode, Doing::RecoveryCode) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "That recovery code is not right, or it was used before: each one works once. Check it, \
             or use another one from your list.",
        ),
        (Reason::WrongCode, _) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "That code is not right. Enter the code that your app shows now. If it is refused \
             again, check that your phone sets its clock automatically.",
        ),
        (Reason::CodeAlreadyUsed, _) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "That code was used already: each one works once. Wait at most 30 seconds until your \
             app shows the next one, and enter that one.",
        ),
        (Reason::Locked { retry_after }, _) => return locked(*retry_after),
        (Reason::RateLimited, _) => (
            StatusCode::TOO_MANY_REQUESTS,
            "There were too many requests. Nothing was changed. Wait a few minutes and try again.",
        ),
        (Reason::LoginExpired, _) => (
            StatusCode::FORBIDDEN,
            "Your sign-in took too long or was used already. Please sign in again.",
        ),
        (Reason::NotEnrolled, Doing::RecoveryCode) => (
            StatusCode::CONFLICT,
            "Your account has no recovery codes. If you never finished the set-up of your app, go \
             back and begin it again. Otherwise ask your administrator to remove your app.",
        ),
        (Reason::NotEnrolled, Doing::SetUp) => (
            StatusCode::CONFLICT,
            "An unfinished set-up blocks a new one. It expires within ten minutes. Try again after \
             that.",
        ),
        (Reason::NotEnrolled, _) => (
            StatusCode::CONFLICT,
            "No authenticator app is set up for your account, or the set-up took too long. \
             Set it up now.",
        ),
        (Reason::AlreadyEnrolled, _) => (
            StatusCode::CONFLICT,
            "Your account already has a second factor. If it is an authenticator app, enter the code \
             that it shows. If it is a phone number, ask your administrator.",
        ),
        (Reason::NotAllowed, _) => (
            StatusCode::FORBIDDEN,
            "Your organization does not allow this. Please ask your administrator.",
        ),
        (Reason::NotReached, Doing::Code | Doing::RecoveryCode) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The code could not be checked, because there is no connection to the service that \
             checks it. The code was not used: try again with it in a moment.",
        ),
        (Reason::NotReached, _) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "There is no connection to the service that does this. Nothing was changed. Try again \
             in a moment.",
        ),
        (Reason::Unclear, Doing::Code) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Your code was sent, but there was no response, so it may be used up. Wait until your \
             app shows the next code, and enter that one. If you are then asked to sign in again, \
             the first code had arrived: sign in with your password and a new code.",
        ),
        (Reason::Unclear, Doing::RecoveryCode) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Your recovery code was sent, but there was no response, so it may be used up. Check it \
             and try it once more. If it is refused, or you are asked to sign in again, cross it \
             off your list and use the next one.",
        ),
        (Reason::Unclear, Doing::SetUp) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "There was no response, so there is no QR code to show. Nothing is lost: press the \
             button again to get a new one.",
        ),
        (Reason::Unclear, Doing::Password) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "There was no response. Please try again.",
        ),
        (Reason::Unclear, Doing::Other) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "There was no response, so this may or may not have been done. Check your account, and \
             try again if it was not done. It does no harm to do it twice.",
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something is wrong on our side, and it was recorded. It is not your fault. Please try \
             again later, or ask your administrator.",
        ),
    };
    Message::error(status, text)
}

/// Logs an error, and returns its message.
pub(crate) fn report(error: &Error, doing: Doing) -> Message {
    log(error);
    explain(&error.reason(), doing)
}

/// Logs an error, unless the input of a user caused it. The log contains no secret.
pub(crate) fn log(error: &Error) {
    let is_about_a_person = matches!(
        error.reason(),
        Reason::WrongCode | Reason::CodeAlreadyUsed | Reason::LoginExpired | Reason::Locked { .. }
    );
    if !is_about_a_person {
        tracing::warn!(%error);
    }
}

fn locked(retry_after: Option<Duration>) -> Message {
    let until = match retry_after.map(|after| after.as_secs().div_ceil(60)) {
        Some(0 | 1) => "for a minute".to_owned(),
        Some(minutes) => format!("for {minutes} minutes"),
        None => "for a while, usually an hour".to_owned(),
    };
    Message::error(
        StatusCode::TOO_MANY_REQUESTS,
        format!(
            "There were too many wrong attempts, so this account is locked {until}. Your password, \
             your app and your recovery codes do not change. Try again later, or ask your \
             administrator."
        ),
    )
}

//! Why a session could not be verified.

use std::sync::Arc;

use crate::error::{Error, Reason};
use crate::operation::sessions::authenticate::AuthenticateSessionResponse;
use crate::session_jwt::error::JwtError;

/// Why a [`SessionVerifier`](crate::SessionVerifier) did not accept a session.
///
/// [`is_refused`](Self::is_refused) distinguishes two cases: the user has to log in again, or the
/// service could not find out whether the session is valid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The JWT does not pass a check.
    #[error(transparent)]
    Jwt(#[from] JwtError),
    /// No key has the JWT's `kid`, and the last fetch of the keys failed.
    #[error("the key of the JWT is not known, and the key set could not be fetched")]
    Keys(#[source] Arc<Error>),
    /// The key set was fetched, but it has no key that can verify a JWT.
    #[error("the key set of the project has no key that can verify a session JWT")]
    NoKeys,
    /// The API was called and refused the session, or could not be reached.
    #[error(transparent)]
    Api(Error),
    /// The API was called and accepted the session, but its `member_session` cannot be read.
    #[error("the API accepted the session, but its `member_session` is missing or unreadable")]
    Unreadable(Box<AuthenticateSessionResponse>),
}

impl SessionError {
    /// Tells whether the session is not valid, so that the user has to log in again (401).
    /// Otherwise it is not known whether the session is valid, because the keys or the API could
    /// not be reached or the service is misconfigured (503).
    ///
    /// ```
    /// use totps_core::SessionError;
    ///
    /// fn status(error: &SessionError) -> u16 {
    ///     if error.is_refused() { 401 } else { 503 }
    /// }
    /// ```
    pub fn is_refused(&self) -> bool {
        match self {
            Self::Jwt(_) => true,
            Self::Keys(_) | Self::NoKeys | Self::Unreadable(_) => false,
            Self::Api(error) => match error.reason() {
                Reason::LoginExpired | Reason::NotAllowed => true,
                // About the session that was sent. Any other field is a mistake of the service.
                Reason::InvalidRequest { field: Some(field) } => {
                    field == "session_jwt" || field == "session_token"
                }
                _ => false,
            },
        }
    }
}

//! Checks session JWTs without a round trip: [`SessionVerifier`] for services, built on
//! [`Jwks::verify`], which does no I/O.
//!
//! [The guide](crate::guide::sessions) shows how to use them, and lists all checks. Each of these
//! types is also exported at the crate root.

mod claims;
mod error;
mod jwks;
mod key_cache;
mod options;
mod session;
mod session_error;
mod shared_fetch;
mod strict_json;
mod token;
mod verifier;

use std::time::SystemTime;

pub use error::{JwtError, JwtPart};
pub use jwks::Jwks;
pub use options::VerifyOptions;
pub use session::{AuthenticatedSession, VerifiedSession};
pub use session_error::SessionError;
pub use verifier::SessionVerifier;

use crate::project::Project;
use crate::session_jwt::token::Token;
use crate::value::secret::SessionJwt;

impl Jwks {
    /// Checks a session JWT of a project at the time `now`. [The guide](crate::guide::sessions)
    /// lists all checks.
    ///
    /// A revoked session still passes until its JWT expires, five minutes after it was issued.
    ///
    /// # Errors
    ///
    /// [`JwtError`] says which check failed first.
    pub fn verify(
        &self,
        jwt: &SessionJwt,
        project: &Project,
        now: SystemTime,
        options: &VerifyOptions,
    ) -> Result<VerifiedSession, JwtError> {
        let claims = Token::parse(jwt.expose())?.verified_claims(self)?;
        claims::session(claims, project, now, options)
    }
}

//! The headers that give a call the rights of a Member instead of those of the project.

use http::HeaderName;

use crate::error::InvalidParams;
use crate::operation::call::Call;
use crate::value::secret::{SessionJwt, SessionToken};

const SESSION_TOKEN: HeaderName = HeaderName::from_static("x-stytch-member-session");
const SESSION_JWT: HeaderName = HeaderName::from_static("x-stytch-member-sessionjwt");

/// Adds the session of the Member whose rights apply. Each part comes with the name of its field.
pub(crate) fn with_session(
    mut call: Call,
    (token_field, token): (&'static str, Option<&SessionToken>),
    (jwt_field, jwt): (&'static str, Option<&SessionJwt>),
) -> Result<Call, InvalidParams> {
    if let Some(token) = token {
        call = call.secret(token_field, SESSION_TOKEN, token.expose())?;
    }
    if let Some(jwt) = jwt {
        call = call.secret(jwt_field, SESSION_JWT, jwt.expose())?;
    }
    Ok(call)
}

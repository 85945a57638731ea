//! HTTP Basic authentication with the project's id and secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::error::Refusal;
use crate::settings::ErrorCase;

/// Checks the `Authorization` header of a request.
pub(super) fn check(headers: &HeaderMap, project_id: &str, secret: &str) -> Result<(), Refusal> {
    let header = headers.get(AUTHORIZATION);
    let header = header.ok_or(ErrorCase::UnauthorizedCredentials)?.as_bytes();
    let (id, password) = credentials(header).ok_or(ErrorCase::MalformedAuthorization)?;
    if id == project_id && password == secret {
        return Ok(());
    }
    // A malformed project id gets a different error than a wrong one.
    if id != project_id && !is_project_id(&id) {
        return Err(ErrorCase::InvalidProjectId.into());
    }
    Err(ErrorCase::UnauthorizedCredentials.into())
}

/// Returns the environment of a project id, `test` or `live`. Any other id counts as `test`.
pub(crate) fn environment(project_id: &str) -> &'static str {
    if project_id.starts_with("project-live-") {
        "live"
    } else {
        "test"
    }
}

fn credentials(header: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim_ascii()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn is_project_id(id: &str) -> bool {
    let uuid = id
        .strip_prefix("project-test-")
        .or_else(|| id.strip_prefix("project-live-"));
    uuid.is_some_and(|uuid| uuid.len() == 36 && uuid::Uuid::try_parse(uuid).is_ok())
}

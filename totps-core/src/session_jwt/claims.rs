//! Checks and reads the claims of a session JWT.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::decode::lenient;
use crate::model::AuthenticationFactor;
use crate::project::Project;
use crate::session_jwt::error::JwtError;
use crate::session_jwt::options::VerifyOptions;
use crate::session_jwt::session::VerifiedSession;
use crate::value::id::{MemberId, MemberSessionId, OrganizationId};
use crate::value::timestamp::Timestamp;

const SESSION: &str = "https://stytch.com/session";
const ORGANIZATION: &str = "https://stytch.com/organization";

/// The prefix of the names of Stytch's own claims.
const STYTCH: &str = "https://stytch.com/";

/// The registered claims of RFC 7519, which are not custom claims either.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Checks the claims of a JWT whose signature is valid. The age is checked last, so that a JWT that
/// is refused for its age is known to be valid otherwise.
pub(super) fn session(
    mut claims: Map<String, Value>,
    project: &Project,
    now: SystemTime,
    options: &VerifyOptions,
) -> Result<VerifiedSession, JwtError> {
    check_issuer(&claims, project, options)?;
    check_audience(&claims, project)?;
    let member_id = MemberId::from(text(&claims, "sub")?);
    let session: SessionClaim = object(&mut claims, SESSION)?;
    let organization: OrganizationClaim = object(&mut claims, ORGANIZATION)?;
    let (expires, not_before, issued) = (
        time(&claims, "exp")?,
        time(&claims, "nbf")?,
        time(&claims, "iat")?,
    );

    let is_ahead = |time: SystemTime| {
        time.duration_since(now)
            .is_ok_and(|ahead| ahead > options.leeway)
    };
    let is_past = |time: SystemTime| {
        now.duration_since(time)
            .is_ok_and(|past| past >= options.leeway)
    };
    if is_ahead(not_before) {
        return Err(JwtError::NotYetValid);
    }
    if is_ahead(issued) {
        return Err(JwtError::IssuedInFuture);
    }
    if is_past(expires) {
        return Err(JwtError::Expired);
    }
    // An `expires_at` that is not a time is ignored: `exp` still limits the JWT.
    let ends = session.expires_at.as_ref().map(Timestamp::to_system_time);
    if ends.is_some_and(|ends| ends.is_ok_and(is_past)) {
        return Err(JwtError::SessionExpired);
    }
    let age = now.duration_since(issued).unwrap_or_default();
    if options.max_age.is_some_and(|max_age| age >= max_age) {
        return Err(JwtError::TooOld);
    }

    claims.retain(|name, _| !REGISTERED.contains(&name.as_str()) && !name.starts_with(STYTCH));
    Ok(VerifiedSession {
        member_session_id: session.id,
        member_id,
        organization_id: organization.organization_id,
        organization_slug: organization.slug,
        started_at: session.started_at,
        last_accessed_at: session.last_accessed_at,
        expires_at: session.expires_at,
        roles: session.roles,
        authentication_factors: session.authentication_factors,
        custom_claims: claims.into(),
        issued_at: Some(issued),
        checked_at: now,
    })
}

/// The claim about the session. The session's id is called `id` here.
#[derive(Deserialize)]
struct SessionClaim {
    #[serde(deserialize_with = "lenient::required_text")]
    id: MemberSessionId,
    started_at: Option<Timestamp>,
    last_accessed_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::objects")]
    authentication_factors: Vec<AuthenticationFactor>,
    #[serde(default, deserialize_with = "lenient::strings")]
    roles: Vec<String>,
}

#[derive(Deserialize)]
struct OrganizationClaim {
    #[serde(deserialize_with = "lenient::required_text")]
    organization_id: OrganizationId,
    #[serde(default, deserialize_with = "lenient::text")]
    slug: String,
}

fn check_issuer(
    claims: &Map<String, Value>,
    project: &Project,
    options: &VerifyOptions,
) -> Result<(), JwtError> {
    let issuer = text(claims, "iss")?;
    let is_stytch = issuer.strip_prefix("stytch.com/") == Some(project.id().as_str());
    let is_known = is_stytch
        || options.issuers.iter().any(|known| known == issuer)
        || project.base_url().to_string() == issuer;
    if is_known {
        Ok(())
    } else {
        Err(JwtError::Issuer)
    }
}

/// Checks that `aud` is the project, or a list of strings that contains the project.
fn check_audience(claims: &Map<String, Value>, project: &Project) -> Result<(), JwtError> {
    let claim = "aud";
    let is_project = |value: &Value| value.as_str() == Some(project.id().as_str());
    let found = match present(claims, claim)? {
        text @ Value::String(_) => is_project(text),
        Value::Array(list) if list.iter().all(Value::is_string) => list.iter().any(is_project),
        _ => return Err(JwtError::MalformedClaim { claim }),
    };
    if found {
        Ok(())
    } else {
        Err(JwtError::Audience)
    }
}

fn present<'a>(claims: &'a Map<String, Value>, claim: &'static str) -> Result<&'a Value, JwtError> {
    match claims.get(claim) {
        None | Some(Value::Null) => Err(JwtError::MissingClaim { claim }),
        Some(value) => Ok(value),
    }
}

fn text<'a>(claims: &'a Map<String, Value>, claim: &'static str) -> Result<&'a str, JwtError> {
    match present(claims, claim)?.as_str() {
        Some("") => Err(JwtError::MissingClaim { claim }),
        Some(text) => Ok(text),
        None => Err(JwtError::MalformedClaim { claim }),
    }
}

/// Reads a `NumericDate`: seconds since 1970, which may have a fraction.
fn time(claims: &Map<String, Value>, claim: &'static str) -> Result<SystemTime, JwtError> {
    /// The end of the year 9999.
    const LAST: f64 = 253_402_300_799.0;

    let seconds = present(claims, claim)?.as_f64();
    seconds
        .filter(|seconds| (0.0..=LAST).contains(seconds))
        .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs_f64(seconds)))
        .ok_or(JwtError::MalformedClaim { claim })
}

fn object<T: DeserializeOwned>(
    claims: &mut Map<String, Value>,
    claim: &'static str,
) -> Result<T, JwtError> {
    present(claims, claim)?;
    match claims.remove(claim) {
        Some(object @ Value::Object(_)) => {
            T::deserialize(object).map_err(|_| JwtError::MalformedClaim { claim })
        }
        _ => Err(JwtError::MalformedClaim { claim }),
    }
}

//! Checks session JWTs and key sets.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use totps_core::{Jwks, JwtError, Project, SessionJwt, VerifiedSession, VerifyOptions, http};
use totps_forge::{Forge, PROJECT_ID};

const NOW: u64 = 1_777_000_000;
const BASE_URL: &str = "https://login.example.com";

static GIVEN: LazyLock<Given> = LazyLock::new(|| {
    let forge = Forge::new(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW), BASE_URL);
    let jwks = Jwks::try_from(http::Response::new(forge.jwks().to_string()));
    Given {
        jwks: jwks.unwrap_or_else(|error| panic!("a valid key set is refused: {error}")),
        project: forge.project(),
        good: forge.good().into_iter().map(|case| case.jwt).collect(),
        forge,
    }
});

struct Given {
    forge: Forge,
    jwks: Jwks,
    project: Project,
    good: Vec<String>,
}

impl Given {
    fn verify(&self, jwt: &str) -> Result<VerifiedSession, JwtError> {
        let options = VerifyOptions::new();
        self.jwks.verify(
            &SessionJwt::new(jwt),
            &self.project,
            self.forge.time(),
            &options,
        )
    }
}

/// Checks the data in three ways. As a JWT, it must be refused unless a key signed it. As a header
/// and claims that are signed here, an accepted JWT must pass a second reading. As a key set, it
/// must be read or refused.
pub fn check(data: &[u8]) {
    if let Ok(jwt) = std::str::from_utf8(data) {
        let is_signed = GIVEN.good.iter().any(|good| good == jwt);
        let verified = GIVEN.verify(jwt);
        assert_eq!(
            verified.is_ok(),
            is_signed,
            "only signed JWTs pass: {jwt:?}"
        );
    }
    if let Some(line) = data.iter().position(|byte| *byte == b'\n') {
        let (header, claims) = (&data[..line], &data[line + 1..]);
        for key in [&GIVEN.forge.key, &GIVEN.forge.next] {
            if let Ok(session) = GIVEN.verify(&key.sign_text(header, claims)) {
                let header = object(header);
                assert_eq!(header["kid"], key.kid(), "verified with another key");
                check_header(&header);
                check_claims(&object(claims), &session);
            }
        }
    }
    if let Ok(jwks) = Jwks::try_from(http::Response::new(data)) {
        assert!(
            jwks.kids().all(|kid| !kid.is_empty()),
            "a key without an id"
        );
    }
}

fn object(json: &[u8]) -> Map<String, Value> {
    serde_json::from_slice(json).unwrap_or_else(|_| panic!("not JSON: {json:?}"))
}

fn check_header(header: &Map<String, Value>) {
    assert_eq!(header["alg"], "RS256");
    assert!(!header.contains_key("crit"), "`crit` accepted: {header:?}");
    let typ = header
        .get("typ")
        .map(|typ| typ.as_str().unwrap_or_default());
    assert!(
        typ.is_none_or(|typ| typ.eq_ignore_ascii_case("jwt")),
        "{header:?}"
    );
}

fn check_claims(claims: &Map<String, Value>, session: &VerifiedSession) {
    let time = |claim: &str| claims[claim].as_f64().unwrap_or(f64::NAN);
    let now = NOW as f64;
    assert!(time("exp") > now, "expired: {claims:?}");
    assert!(
        time("nbf") <= now && time("nbf") >= 0.0,
        "not valid yet: {claims:?}"
    );
    assert!(
        time("iat") <= now && time("iat") >= 0.0,
        "issued in the future: {claims:?}"
    );
    let issuer = claims["iss"].as_str().unwrap_or_default();
    assert!(
        issuer == BASE_URL || issuer == format!("stytch.com/{PROJECT_ID}"),
        "issuer: {issuer}"
    );
    let audience = match &claims["aud"] {
        Value::Array(list) => list.iter().any(|one| one == PROJECT_ID),
        one => one == PROJECT_ID,
    };
    assert!(audience, "audience: {claims:?}");
    assert!(!session.member_id.is_empty());
    assert_eq!(claims["sub"], session.member_id.as_str());
    let of_session = &claims["https://stytch.com/session"];
    assert!(!session.member_session_id.is_empty());
    assert_eq!(of_session["id"], session.member_session_id.as_str());
    let organization = &claims["https://stytch.com/organization"];
    assert_eq!(
        organization["organization_id"],
        session.organization_id.as_str()
    );
    let end = of_session["expires_at"]
        .as_str()
        .map(totps_core::Timestamp::new);
    let has_ended = end
        .and_then(|end| end.to_system_time().ok())
        .is_some_and(|end| end <= GIVEN.forge.time());
    assert!(!has_ended, "the session has ended: {claims:?}");
    let registered = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
    let custom: Map<_, _> = claims
        .iter()
        .filter(|(name, _)| !registered.contains(&name.as_str()))
        .filter(|(name, _)| !name.starts_with("https://stytch.com/"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    assert!(
        *session.custom_claims == custom,
        "wrong custom claims: {claims:?}"
    );
}

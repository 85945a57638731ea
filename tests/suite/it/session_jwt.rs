//! Tests of session JWTs that are verified without a call to the API.

mod boundaries;
mod concurrency;
mod emulator;
mod forged;
mod jwks;
mod shown;
mod verified;
mod verifier;

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use totps_core::{Jwks, JwtError, SessionJwt, VerifiedSession, VerifyOptions, http};
use totps_forge::Forge;

/// Returns a forge of JWTs with a fixed time. Its base URL is a custom domain.
pub(crate) fn forge() -> Forge {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_000_000);
    Forge::new(now, "https://login.example.com")
}

const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// Returns a JWT of the key that the project rotates to, valid from five minutes later.
fn of_next_key_later(forge: &Forge) -> String {
    let header = json!({"alg": "RS256", "kid": forge.next.kid(), "typ": "JWT"});
    forge.next.sign(&header, &claims_later(forge))
}

/// Returns the claims of a JWT that is valid from five minutes later.
fn claims_later(forge: &Forge) -> Value {
    let mut claims = forge.claims();
    for claim in ["iat", "nbf", "exp"] {
        claims[claim] = json!(claims[claim].as_u64().unwrap() + FIVE_MINUTES.as_secs());
    }
    claims
}

fn read(jwks: &Value) -> Jwks {
    Jwks::try_from(http::Response::new(jwks.to_string())).unwrap()
}

fn verify(forge: &Forge, jwt: &str) -> Result<VerifiedSession, JwtError> {
    let options = VerifyOptions::new();
    read(&forge.jwks()).verify(
        &SessionJwt::new(jwt),
        &forge.project(),
        forge.time(),
        &options,
    )
}

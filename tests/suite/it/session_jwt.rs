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

use serde_json::Value;
use totps_core::{Jwks, JwtError, SessionJwt, VerifiedSession, VerifyOptions, http};
use totps_forge::Forge;

/// Returns a forge of JWTs with a fixed time. Its base URL is a custom domain.
pub(crate) fn forge() -> Forge {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_777_000_000);
    Forge::new(now, "https://login.example.com")
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

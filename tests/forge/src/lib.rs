//! Good and forged session JWTs from test keys, each with the result that totps must give.
//!
//! The suites verify them, the fuzz checks start from the good ones, and the interop suite gives
//! the same JWTs to the official SDKs.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![allow(
    clippy::expect_used,
    reason = "a wrong key or claim is a bug in this package"
)]

mod algorithms;
mod claims;
mod good;
mod headers;
mod signer;
mod structure;

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use totps_core::{JwtError, Project};

pub use signer::{Signer, base64url};

/// The project of the JWTs.
pub const PROJECT_ID: &str = "project-test-11111111-1111-4111-8111-111111111111";

/// The Member of the JWTs.
pub const MEMBER_ID: &str = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f";

/// A JWT, and the result of verifying it with the default options at [`Forge::now`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Case {
    /// A short description, in words with hyphens.
    pub name: &'static str,
    /// The JWT.
    pub jwt: String,
    /// The expected result of verifying the JWT.
    pub expected: Result<(), JwtError>,
}

impl Case {
    pub(crate) fn good(name: &'static str, jwt: String) -> Self {
        let expected = Ok(());
        Self {
            name,
            jwt,
            expected,
        }
    }

    pub(crate) fn forged(name: &'static str, jwt: String, error: JwtError) -> Self {
        let expected = Err(error);
        Self {
            name,
            jwt,
            expected,
        }
    }
}

/// Makes JWTs for one point in time and one base URL.
#[derive(Debug)]
#[non_exhaustive]
pub struct Forge {
    /// The time at which the JWTs are issued, in seconds since 1970.
    pub now: u64,
    /// The base URL of the project.
    pub base_url: String,
    /// The current signing key, which is in the key set.
    pub key: Signer,
    /// The next signing key of the project, which is in the key set.
    pub next: Signer,
    /// The key of an attacker, which is not in the key set. It has the key id of
    /// [`key`](Self::key).
    pub attacker: Signer,
}

impl Forge {
    /// Creates a forge for a time, and for the project at a base URL without a trailing slash.
    pub fn new(now: SystemTime, base_url: &str) -> Self {
        let since = now.duration_since(SystemTime::UNIX_EPOCH);
        Self {
            now: since.expect("the time is after 1970").as_secs(),
            base_url: base_url.to_owned(),
            key: Signer::of_pkcs8("jwk-test-1", include_bytes!("keys/1.pk8")),
            next: Signer::of_pkcs8("jwk-test-2", include_bytes!("keys/2.pk8")),
            attacker: Signer::of_pkcs8("jwk-test-1", include_bytes!("keys/3.pk8")),
        }
    }

    /// Returns the time at which the JWTs are issued.
    pub fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.now)
    }

    /// Returns the project that the JWTs are for.
    pub fn project(&self) -> Project {
        Project::at(&*self.base_url, PROJECT_ID, "secret-test-1").expect("the project is valid")
    }

    /// Returns the key set: the current and the next key, and keys that cannot verify session JWTs.
    pub fn jwks(&self) -> Value {
        let with = |name: &str, value: Value| {
            let mut key = self.next.jwk();
            key["kid"] = json!("jwk-test-of-no-use");
            key[name] = value;
            key
        };
        json!({"keys": [
            {"kty": "EC", "alg": "ES256", "kid": "jwk-test-ec", "crv": "P-256", "x": "AA", "y": "AA"},
            self.key.jwk(),
            with("alg", json!("RS512")),
            self.next.jwk(),
        ], "request_id": "request-id-test-1", "status_code": 200})
    }

    /// Returns the header of a good JWT.
    pub fn header(&self) -> Value {
        json!({"alg": "RS256", "kid": self.key.kid(), "typ": "JWT"})
    }

    /// Returns the claims of a good JWT.
    pub fn claims(&self) -> Value {
        let now = self.now;
        let rfc3339 = rfc3339(now);
        json!({
            "aud": [PROJECT_ID],
            "exp": now + 300,
            "https://stytch.com/organization": {
                "organization_id": "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931",
                "slug": "acme"
            },
            "https://stytch.com/session": {
                "id": "session-test-fe6c042b-6286-479f-8a4f-b046a6c46509",
                "started_at": rfc3339,
                "last_accessed_at": rfc3339,
                "expires_at": crate::rfc3339(now + 3600),
                "attributes": {"user_agent": "", "ip_address": ""},
                "authentication_factors": [{
                    "type": "totp",
                    "delivery_method": "authenticator_app",
                    "last_authenticated_at": rfc3339,
                    "authenticator_app_factor": {"totp_id": "member-totp-test-1"}
                }],
                "roles": ["stytch_member"]
            },
            "iat": now,
            "iss": format!("stytch.com/{PROJECT_ID}"),
            "nbf": now,
            "plan": "enterprise",
            "sub": MEMBER_ID
        })
    }

    /// Returns a good JWT.
    pub fn jwt(&self) -> String {
        self.key.sign(&self.header(), &self.claims())
    }

    /// Returns a signed JWT with one claim changed. `pointer` is a JSON Pointer (RFC 6901); the
    /// value there is set, or removed if `value` is `None`.
    pub fn with_claim(&self, pointer: &str, value: Option<Value>) -> String {
        let mut claims = self.claims();
        let (parent, name) = pointer.rsplit_once('/').expect("a JSON Pointer");
        let name = name.replace("~1", "/");
        let parent = claims.pointer_mut(parent).and_then(Value::as_object_mut);
        let parent = parent.expect("the parent is an object");
        match value {
            Some(value) => drop(parent.insert(name, value)),
            None => drop(parent.remove(&name)),
        }
        self.key.sign(&self.header(), &claims)
    }

    /// Returns JWTs that must be accepted.
    pub fn good(&self) -> Vec<Case> {
        good::cases(self)
    }

    /// Returns forged or broken JWTs, which must be refused.
    pub fn forged(&self) -> Vec<Case> {
        let cases = [
            algorithms::cases(self),
            headers::cases(self),
            structure::cases(self),
            claims::cases(self),
        ];
        cases.concat()
    }
}

/// Returns a time in seconds since 1970 as RFC 3339 text.
pub fn rfc3339(seconds: u64) -> String {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    humantime::format_rfc3339_seconds(time).to_string()
}

//! Session JWTs of test keys, good and forged, each with what totps says to it.
//!
//! Suites check them, fuzzing begins with them, and the official SDKs get the same ones.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![allow(
    clippy::expect_used,
    reason = "a key or a claim that is wrong is a mistake in this package"
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

/// A JWT, and what totps says to it with the default options at [`Forge::now`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Case {
    /// What it is, in words with hyphens.
    pub name: &'static str,
    /// The text.
    pub jwt: String,
    /// What verifying it gives.
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

/// Makes JWTs of one point in time and for one base URL.
#[derive(Debug)]
#[non_exhaustive]
pub struct Forge {
    /// The time in seconds since 1970, which the JWTs are issued at.
    pub now: u64,
    /// The base URL of the project.
    pub base_url: String,
    /// The key that signs; it is in the key set.
    pub key: Signer,
    /// The key that the project rotates to; it is in the key set.
    pub next: Signer,
    /// The key of an attacker, which is not in the set.
    pub attacker: Signer,
}

impl Forge {
    /// At a time, for the project at a base URL without a slash at its end.
    pub fn new(now: SystemTime, base_url: &str) -> Self {
        let since = now.duration_since(SystemTime::UNIX_EPOCH);
        Self {
            now: since.expect("a time after 1970").as_secs(),
            base_url: base_url.to_owned(),
            key: Signer::of_pkcs8("jwk-test-1", include_bytes!("keys/1.pk8")),
            next: Signer::of_pkcs8("jwk-test-2", include_bytes!("keys/2.pk8")),
            attacker: Signer::of_pkcs8("jwk-test-1", include_bytes!("keys/3.pk8")),
        }
    }

    /// The time that the JWTs are issued at.
    pub fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.now)
    }

    /// The project that the JWTs are for.
    pub fn project(&self) -> Project {
        Project::at(&*self.base_url, PROJECT_ID, "secret-test-1").expect("a project")
    }

    /// The key set: both keys, and some that are of no use.
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

    /// The header of a good JWT.
    pub fn header(&self) -> Value {
        json!({"alg": "RS256", "kid": self.key.kid(), "typ": "JWT"})
    }

    /// The claims of a good JWT.
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

    /// A good JWT.
    pub fn jwt(&self) -> String {
        self.key.sign(&self.header(), &self.claims())
    }

    /// A JWT whose claims were changed before it was signed. A pointer is that of RFC 6901; what it
    /// leads to is set, or removed by `None`.
    pub fn with_claim(&self, pointer: &str, value: Option<Value>) -> String {
        let mut claims = self.claims();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let name = name.replace("~1", "/");
        let parent = claims.pointer_mut(parent).and_then(Value::as_object_mut);
        let parent = parent.expect("an object");
        match value {
            Some(value) => drop(parent.insert(name, value)),
            None => drop(parent.remove(&name)),
        }
        self.key.sign(&self.header(), &claims)
    }

    /// JWTs that are good.
    pub fn good(&self) -> Vec<Case> {
        good::cases(self)
    }

    /// JWTs that are forged or broken.
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

/// The text of a time, in seconds since 1970.
pub fn rfc3339(seconds: u64) -> String {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    humantime::format_rfc3339_seconds(time).to_string()
}

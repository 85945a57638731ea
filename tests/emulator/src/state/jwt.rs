//! Session JWTs: signing, checking and the key set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::rsa::TestKey;

/// Signs with the test key of the package.
#[derive(Debug)]
pub(crate) struct JwtSigner {
    key: TestKey,
    kid: String,
}

impl JwtSigner {
    /// Creates a signer with the test key and a key id.
    pub(crate) fn new(kid: String) -> Self {
        Self {
            key: TestKey::new(),
            kid,
        }
    }

    /// Returns a signed JWT with these claims.
    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> String {
        let header = json!({ "alg": "RS256", "kid": self.kid, "typ": "JWT" });
        let encode = |json: String| URL_SAFE_NO_PAD.encode(json);
        let claims = Value::Object(claims.clone()).to_string();
        let mut jwt = format!("{}.{}", encode(header.to_string()), encode(claims));
        let signature = self.key.sign(jwt.as_bytes());
        jwt.push('.');
        jwt.push_str(&URL_SAFE_NO_PAD.encode(signature));
        jwt
    }

    /// Returns the claims of a JWT if this key signed it.
    pub(crate) fn verify(&self, jwt: &str) -> Option<Map<String, Value>> {
        let (signed, signature) = jwt.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !self.key.verify(signed.as_bytes(), &signature) {
            return None;
        }
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// Returns the key set, with the members that the official SDKs have in their types.
    pub(crate) fn key_set(&self, thumbprint_name: &str) -> Value {
        json!([{
            "kty": "RSA",
            "use": "sig",
            "key_ops": ["verify"],
            "alg": "RS256",
            "kid": self.kid,
            "x5c": [],
            thumbprint_name: "",
            "n": URL_SAFE_NO_PAD.encode(self.key.modulus()),
            "e": URL_SAFE_NO_PAD.encode(TestKey::EXPONENT),
        }])
    }
}
